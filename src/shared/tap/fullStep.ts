// A step recorded in full for a debugger: everything it was made of, retained. And what else a debugger
// does at the steps of a training.
import type { Capture } from './computations';
import type { NamedGradients, OptimizerLike, VariableLike } from './internals';
import { retain, type Retained } from './retained';
import type { TfNamespace } from './types';

/** A debugger's part in each step. */
export interface StepDebugger {
  /** True where `step` is to be recorded in full. Asked several times while the step runs. */
  wantsFull(step: number): boolean;
  /** Takes over what a step was made of, after its update; whoever gets it releases it. */
  onFullStep(step: FullStep): void;
  /**
   * Called before each update, after the gradients were recorded: gives those to apply in the place of
   * `gradients`, or undefined where these are.
   */
  beforeUpdate(optimizer: OptimizerLike, gradients: NamedGradients): InsteadOf | undefined;
}

/** Gradients to apply in the place of those that were computed. */
export interface InsteadOf {
  gradients: NamedGradients;
  /** Called after the update. */
  release(): void;
}

/** One call of a layer in a step. */
export interface FullCall {
  layer: string;
  /** From 0, among the calls of this layer. */
  call: number;
  activation: Retained;
  /** Absent where no gradient flowed back. */
  delta?: Retained;
}

/** A trained variable in a step. */
export interface FullVariable {
  name: string;
  gradient: Retained;
  /** Before the update, and after. */
  previous: Retained;
  weight: Retained;
}

/** All of a step but its batch. */
export interface FullStep {
  step: number;
  optimizer: OptimizerLike;
  /** Calls in the order of the forward pass. */
  forward: readonly FullCall[];
  /** Those that δ reached, in the order in which it did. */
  backward: readonly FullCall[];
  variables: readonly FullVariable[];
}

interface Parts {
  step: number;
  optimizer: OptimizerLike;
  captures: readonly Capture<{ name: string }>[];
  before: readonly { variable: VariableLike; gradient: Retained; value: Retained }[];
}

/** Retains what a step was made of once more, after its update. */
export function retainFullStep(
  tf: TfNamespace,
  { step, optimizer, captures, before }: Parts,
): FullStep {
  const again = ({ tensor }: Retained): Retained => retain(tf, tensor);
  const calls = new Map<string, number>();
  const reached: { order: number; call: FullCall }[] = [];
  const forward = captures.map(({ owner, activation, deltas, deltaOrder }): FullCall => {
    const number = calls.get(owner.name) ?? 0;
    calls.set(owner.name, number + 1);
    const call: FullCall = { layer: owner.name, call: number, activation: again(activation) };
    const [delta] = deltas;
    if (delta && deltaOrder !== undefined) {
      call.delta = again(delta);
      reached.push({ order: deltaOrder, call });
    }
    return call;
  });
  return {
    step,
    optimizer,
    forward,
    backward: reached.sort((a, b) => a.order - b.order).map(({ call }) => call),
    variables: before.map(({ variable, gradient, value }) => ({
      name: variable.name,
      gradient: again(gradient),
      previous: again(value),
      weight: retain(tf, variable),
    })),
  };
}
