// The batches and weights of steps whose records have not come yet, held by reference: nothing is copied,
// and whatever is held costs memory only while the step is under way.
import { retain, type Retained } from '../../../../src/shared/tap/retained';
import type { VariableLike } from '../../../../src/shared/tap/internals';
import type { Tensor, TfNamespace } from '../../../../src/shared/tap/types';
import type { ModelLike } from '../internals';

/** A step before it is taken. */
export interface HeldStep {
  step: number;
  model: ModelLike;
  /** Inputs, labels, weights of samples, as the model's train function takes them; null where there is none. */
  data: readonly (Retained | null)[];
  weights: readonly { variable: VariableLike; value: Retained }[];
  /** Random numbers drawn before. */
  draws: number;
  bytes: number;
}

/** Bytes of all float32 and int32 values of `tensors`. */
function bytesOf(tensors: readonly (Tensor | null)[]): number {
  return tensors.reduce((sum, tensor) => sum + 4 * (tensor?.size ?? 0), 0);
}

/** Steps under way, oldest first. */
export class HeldSteps {
  readonly #tf: TfNamespace;
  readonly #maxBytes: number;
  #steps: HeldStep[] = [];
  #bytes = 0;

  /** Holds at most `maxBytes`, and lets the oldest steps go beyond that. */
  constructor(tf: TfNamespace, maxBytes: number) {
    this.#tf = tf;
    this.#maxBytes = maxBytes;
  }

  /** Holds what a step of `model` on `data` needs; undefined where that is too much. */
  hold(
    step: number,
    model: ModelLike,
    data: readonly (Tensor | null)[],
    draws: number,
  ): HeldStep | undefined {
    const variables = model.collectedTrainableWeights.map(
      (weight) => weight.read() as VariableLike,
    );
    const bytes = bytesOf(variables) + bytesOf(data);
    if (bytes > this.#maxBytes) return undefined;
    const held: HeldStep = {
      step,
      model,
      data: data.map((tensor) => tensor && retain(this.#tf, tensor)),
      weights: variables.map((variable) => ({ variable, value: retain(this.#tf, variable) })),
      draws,
      bytes,
    };
    this.#steps.push(held);
    this.#bytes += bytes;
    while (this.#bytes > this.#maxBytes) this.#dropOldest();
    return held;
  }

  /** Lets a step go that was not taken. */
  cancel(held: HeldStep): void {
    const at = this.#steps.indexOf(held);
    if (at < 0) return;
    this.#steps.splice(at, 1);
    this.#release(held);
  }

  /** Lets all steps before `step` go; gives that step, which stays. */
  upTo(step: number): HeldStep | undefined {
    while ((this.#steps[0]?.step ?? Infinity) < step) this.#dropOldest();
    return this.#steps[0]?.step === step ? this.#steps[0] : undefined;
  }

  clear(): void {
    while (this.#steps.length > 0) this.#dropOldest();
  }

  #dropOldest(): void {
    const oldest = this.#steps.shift();
    if (oldest) this.#release(oldest);
  }

  #release({ data, weights, bytes }: HeldStep): void {
    this.#bytes -= bytes;
    for (const tensor of data) tensor?.release();
    for (const { value } of weights) value.release();
  }
}
