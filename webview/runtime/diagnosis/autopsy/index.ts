// The autopsy: when the values of a step are not finite for the first time, computes that very step once
// more and finds the operation that made the first of them. Once per run, for tf.LayersModels, whose
// steps can be computed again without running the program's own loop. Runs in workers and in Node.
import type { Autopsy, NonFiniteCause } from '../../../../src/shared/core/autopsy';
import type { StepRecord } from '../../../../src/shared/core/stepRecord';
import { nonFiniteCount } from '../../../../src/shared/core/summary';
import { Patches } from '../../../../src/shared/tap/patches';
import type { VariableLike } from '../../../../src/shared/tap/internals';
import type { Tap, Tensor, TfNamespace } from '../../../../src/shared/tap/types';
import type { LayerLike, ModelLike } from '../internals';
import { backwardCauseOf, causeOf } from './cause';
import { HeldSteps, type HeldStep } from './held';
import { framesOf } from './kernelWatch';
import { INPUTS, LABELS, recompute, type Found, type Train } from './recompute';

/** Bytes of batches and weights that are held for steps under way. */
const MAX_BYTES = 64 * 2 ** 20;

/** What an autopsy found, with the call stack of the operation instead of a place in the source. */
export interface RawAutopsy {
  autopsy: Omit<Autopsy, 'location'>;
  /** Frames of V8 beneath the training step, innermost first: tfjs, and what the program adds to it. */
  stack: readonly string[];
}

/** What autopsies need of their host. */
export interface AutopsyOptions {
  onAutopsy(found: RawAutopsy): void;
  /** The run's Math.random, if it can go back: dropout then drops the same values again. */
  random?: { readonly draws: number; moveTo(draws: number): void };
  maxBytes?: number;
}

/** Waits for a step that breaks. */
export interface AutopsyWatch {
  /** Takes records in step order, as the tap delivers them. */
  observe(records: readonly StepRecord[]): void;
  /** Makes the autopsy that is due, if one is. Not to be called within a computation of the program. */
  perform(): void;
  uninstall(): void;
}

/** To be installed after the tap and before anything else that wraps the train functions of models. */
export function watchBreaks(tf: TfNamespace, tap: Tap, options: AutopsyOptions): AutopsyWatch {
  return new InstalledAutopsy(tf, tap, options);
}

class InstalledAutopsy implements AutopsyWatch {
  readonly #tf: TfNamespace;
  readonly #tap: Tap;
  readonly #options: AutopsyOptions;
  readonly #patches = new Patches();
  readonly #held: HeldSteps;
  /** tfjs's own train function of each model. */
  readonly #train = new WeakMap<ModelLike, Train>();
  /** The step that broke, and the run's only autopsy: due, or done. */
  #broken: HeldStep | undefined;
  #isOver = false;

  constructor(tf: TfNamespace, tap: Tap, options: AutopsyOptions) {
    this.#tf = tf;
    this.#tap = tap;
    this.#options = options;
    this.#held = new HeldSteps(tf, options.maxBytes ?? MAX_BYTES);
    const { LayersModel } = tf as Partial<TfNamespace>;
    if (LayersModel === undefined) return;
    const prototype = LayersModel.prototype as unknown as ModelLike;
    const step = (model: ModelLike, train: Train, data: (Tensor | null)[]): Tensor[] =>
      this.#step(model, train, data);
    this.#patches.replace(prototype, 'makeTrainFunction', (original) => {
      return function makeTrainFunction(this: ModelLike) {
        const train = original.call(this) as Train;
        return (data) => step(this, train, data);
      };
    });
  }

  observe(records: readonly StepRecord[]): void {
    if (this.#isOver || this.#broken) return;
    for (const record of records) {
      const held = this.#held.upTo(record.step);
      if (isSound(record)) {
        if (held) this.#held.cancel(held);
        continue;
      }
      if (held) this.#broken = held;
      else this.#end();
      return;
    }
  }

  perform(): void {
    const held = this.#broken;
    const train = held && this.#train.get(held.model);
    if (!held || !train || this.#isOver) return;
    this.#isOver = true;
    const found = this.#recompute(held, train);
    if (found) this.#options.onAutopsy(this.#describe(found, held));
    this.#end();
  }

  uninstall(): void {
    this.#patches.restore();
    this.#end();
  }

  #step(model: ModelLike, train: Train, data: (Tensor | null)[]): Tensor[] {
    this.perform();
    if (this.#isOver || isStateful(model)) return train(data);
    this.#train.set(model, train);
    const step = this.#tap.step + 1;
    const held = this.#hold(step, model, data);
    try {
      return train(data);
    } finally {
      if (held && this.#tap.step !== step) this.#held.cancel(held);
    }
  }

  #hold(step: number, model: ModelLike, data: readonly (Tensor | null)[]): HeldStep | undefined {
    try {
      return this.#held.hold(step, model, data, this.#options.random?.draws ?? 0);
    } catch {
      this.#end();
      return undefined;
    }
  }

  /** Whatever goes wrong in here must not end a run that goes on. */
  #recompute(held: HeldStep, train: Train): Found | undefined {
    const { random } = this.#options;
    const before = random?.draws ?? 0;
    const { random: drawn } = Math;
    try {
      if (random) random.moveTo(held.draws);
      // Without a way back, other numbers than the program's are drawn.
      else Math.random = () => 0.5;
      return recompute(this.#tf, held, train);
    } catch {
      return undefined;
    } finally {
      if (random) random.moveTo(before);
      else Math.random = drawn;
    }
  }

  #end(): void {
    this.#isOver = true;
    this.#broken = undefined;
    this.#held.clear();
  }

  #describe({ origin, variable, outerFrames }: Found, held: HeldStep): RawAutopsy {
    const { operation, result, source } = origin;
    const { nans, posInfs, negInfs, count } = result;
    const base = { step: held.step, nans, posInfs, negInfs, count };
    if (!operation) {
      const isData = source === INPUTS || source === LABELS;
      const cause: NonFiniteCause =
        source === INPUTS
          ? 'inputs'
          : source === LABELS
            ? 'labels'
            : source
              ? 'weights'
              : 'unknown';
      const weight = held.weights.find((one) => one.variable.name === source)?.variable;
      return {
        autopsy: {
          ...base,
          stage: isData ? 'data' : 'forward',
          cause,
          ...(weight && { tensor: weight.name, ...this.#layerOf(weight) }),
        },
        stack: [],
      };
    }
    const { derivativeOf, kernel, operands } = operation;
    // Of a derivative, the operation that the program wrote tells more than those that compute it.
    const told = derivativeOf ?? operation;
    const frames = framesOf(told.error);
    const judge = derivativeOf ? backwardCauseOf : causeOf;
    const cause = operation.hasBadConstant ? 'constant' : judge(kernel, operands, result);
    return {
      autopsy: {
        ...base,
        stage: operation.stage,
        cause,
        ...(variable && { tensor: variable.name, ...this.#layerOf(variable) }),
        ...(told.layer && { layer: this.#nameOf(told.layer) }),
        operation: told.kernel,
        operands: told.operands.map(({ min, max }) => ({ min, max })),
      },
      stack: frames.slice(0, Math.max(0, frames.length - outerFrames)),
    };
  }

  #layerOf(variable: VariableLike): { layer?: string } {
    const layer = this.#tap.layerNameOf(variable);
    return layer === undefined ? {} : { layer };
  }

  /** The name that records give a layer; its own where they do not. */
  #nameOf(layer: LayerLike): string {
    const names = layer.weights.map((weight) => this.#tap.layerNameOf(weight.read()));
    return names.find((name) => name !== undefined) ?? layer.name;
  }
}

/** A layer that keeps its state between batches would remember the step that is computed again. */
function isStateful(model: ModelLike): boolean {
  return model.layers.some((layer) => layer.stateful === true);
}

/** True where nothing in a record is NaN or infinite. The same as what the diagnosis calls broken. */
function isSound({ loss, layers }: StepRecord): boolean {
  if (loss !== undefined && !Number.isFinite(loss)) return false;
  for (const name in layers) {
    const layer = layers[name];
    if (!layer) continue;
    const { gradient, weight, activation } = layer;
    if (nonFiniteCount(gradient) + nonFiniteCount(weight) > 0) return false;
    if (activation && nonFiniteCount(activation) > 0) return false;
  }
  return true;
}
