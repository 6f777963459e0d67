// Looks at the models that train under a tap: what they are made of and trained on (facts), and what
// the same samples do in them now and then (probes). The training computes bit for bit what it would
// compute without. Runs in workers and in Node; tfjs is handed in.
import type { LayersModel } from '@tensorflow/tfjs';
import type { StepRecord } from '../../../src/shared/core/stepRecord';
import { Patches } from '../../../src/shared/tap/patches';
import type { Tap, Tensor, TfNamespace } from '../../../src/shared/tap/types';
import { trainedModel, type ModelLike } from './internals';
import type { ModelWatch, ModelWatchOptions, TrainingData } from './types';
import { WatchedModel } from './watchedModel';

export type { ModelWatch, ModelWatchOptions, TrainingData } from './types';

/** Models watched at once: a program that trains one after another leaves the first ones behind. */
const MAX_MODELS = 16;

/** Shares of a layer's units in the newest probe. */
interface Shares {
  deadUnits?: number;
  saturatedUnits?: number;
}

/**
 * Watches every compiled tf.LayersModel that trains with `tf`: by `fit`, `fitDataset`, `trainOnBatch` or
 * its own train function. To be installed after the tap, before the program runs; the tap's records
 * have to pass {@link ModelWatch.complete}.
 */
export function watchModels(tf: TfNamespace, tap: Tap, options: ModelWatchOptions): ModelWatch {
  return new InstalledWatch(tf, tap, options);
}

class InstalledWatch implements ModelWatch {
  readonly #tf: TfNamespace;
  readonly #tap: Tap;
  readonly #options: ModelWatchOptions;
  readonly #patches = new Patches();
  readonly #models = new Map<ModelLike, WatchedModel>();
  /** Models that are watched no more. */
  readonly #left = new WeakSet<ModelLike>();
  /** Data of trainings that are about to begin: inputs, then labels. */
  readonly #announced = new WeakMap<ModelLike, readonly Tensor[]>();
  readonly #shares = new Map<string, Shares>();

  constructor(tf: TfNamespace, tap: Tap, options: ModelWatchOptions) {
    this.#tf = tf;
    this.#tap = tap;
    this.#options = options;
    const { LayersModel } = tf as Partial<TfNamespace>;
    if (LayersModel === undefined) return;
    const prototype = LayersModel.prototype as unknown as ModelLike;
    const beforeStep = (model: ModelLike, data: readonly Tensor[]): void => {
      this.#beforeStep(model, data);
    };
    this.#patches.replace(prototype, 'makeTrainFunction', (original) => {
      return function makeTrainFunction(this: ModelLike) {
        const train = original.call(this);
        return (data) => {
          beforeStep(this, data);
          return train(data);
        };
      };
    });
    const announced = this.#announced;
    this.#patches.replace(prototype, 'fitLoop', (original) => {
      return function fitLoop(this: ModelLike, train, data, ...rest) {
        announced.set(this, data);
        return original.call(this, train, data, ...rest);
      };
    });
  }

  announce(model: LayersModel, { xs, ys }: TrainingData): void {
    this.#announced.set(trainedModel(model), [...xs, ...ys]);
  }

  complete(records: readonly StepRecord[]): StepRecord[] {
    for (const record of records) {
      for (const [model, watched] of this.#models) {
        this.#guarded(model, () => this.#attach(watched, record));
      }
      for (const [name, shares] of this.#shares) {
        const layer = record.layers[name];
        if (layer) Object.assign(layer, shares);
      }
    }
    return [...records];
  }

  uninstall(): void {
    this.#patches.restore();
    for (const watched of this.#models.values()) watched.dispose();
    this.#models.clear();
  }

  #beforeStep(model: ModelLike, data: readonly Tensor[]): void {
    if (this.#left.has(model)) return;
    this.#guarded(model, () => {
      let watched = this.#models.get(model);
      if (!watched?.isCurrent) {
        watched?.dispose();
        watched = new WatchedModel(this.#tf, this.#tap, this.#options, model);
        this.#models.set(model, watched);
        const [oldest] = this.#models.keys();
        if (oldest && this.#models.size > MAX_MODELS) this.#leave(oldest);
      }
      watched.beforeStep(data, this.#announced.get(model));
      this.#announced.delete(model);
    });
  }

  #attach(watched: WatchedModel, record: StepRecord): void {
    for (const facts of watched.takeFacts(record.step)) this.#options.onFacts(facts);
    const probe = watched.takeProbe(record);
    if (!probe) return;
    record.probe = probe;
    for (const [name, { units, deadUnits, saturatedUnits }] of Object.entries(probe.layers)) {
      if (deadUnits === undefined && saturatedUnits === undefined) continue;
      this.#shares.set(name, {
        ...(deadUnits !== undefined && { deadUnits: deadUnits / units }),
        ...(saturatedUnits !== undefined && { saturatedUnits: saturatedUnits / units }),
      });
    }
  }

  #leave(model: ModelLike): void {
    this.#models.get(model)?.dispose();
    this.#models.delete(model);
    this.#left.add(model);
  }

  /** Whatever goes wrong in looking at a model must not stop its training: it is left alone then. */
  #guarded(model: ModelLike, look: () => void): void {
    try {
      look();
    } catch (error) {
      this.#leave(model);
      this.#options.onGiveUp?.(error instanceof Error ? error.message : String(error));
    }
  }
}
