// Follows fit, fitDataset and trainOnBatch of a tfjs: metrics of the steps, plan, epochs and their
// metrics. It reads nothing back per step, so fit stays as fast as it was, and computes what it would.
import type { Logs, Tensor } from '@tensorflow/tfjs';
import type { EpochRecord } from '../core/run';
import { Patches } from './patches';
import type { Tap, TfNamespace } from './types';

/** What following a fit needs of its host. */
export interface FitContext {
  tap: Tap;
  /** What is about to be trained. Absent numbers are not known. */
  onPlan(plan: { epochs: number; stepsPerEpoch?: number }): void;
  /** An epoch has ended; its steps are all in the tap. */
  onEpoch(epoch: EpochRecord): void;
  /** The training function of a compiled model is called, and has returned its metrics, if any. */
  onTraining?(isUnderWay: boolean): void;
  /** Awaited before and after every batch. */
  pass?(): Promise<void> | undefined;
  /** As in `TapOptions`. */
  onFailure?: (error: unknown) => void;
}

type Train = (data: Tensor[]) => Tensor[];
interface ModelInternals {
  makeTrainFunction: (this: ModelInternals) => Train;
  metricsNames: string[];
}

interface FitParams {
  epochs: number;
  initialEpoch?: number | null;
  samples?: number | null;
  steps?: number | null;
  batchSize?: number | null;
}

/** Metrics may still be scalars on the device when tfjs hands them to a callback. */
type RawLogs = Record<string, number | Tensor>;

/** Epochs of a run, counted over all its trainings. */
export class EpochCounter {
  epoch = 0;
}

/**
 * Follows the trainings of one tfjs, which has to have tf.layers. To be installed after the tap. What it
 * returns puts the patches back; the callback, which tfjs cannot forget, does nothing from then on.
 */
export function followFits(tf: TfNamespace, context: FitContext, counter: EpochCounter) {
  const patches = new Patches();
  passOnMetrics(tf, patches, context);
  seedShuffles(tf, patches);
  const state = { isOver: false };
  // Level 0: for every fit and fitDataset, whatever its `verbose` and callbacks.
  tf.registerCallbackConstructor(0, epochReporter(tf, context, counter, state));
  return (): void => {
    patches.restore();
    state.isOver = true;
  };
}

/** Runs `task`, whose failure is told where the host asks for it. */
function guarded({ onFailure }: FitContext, task: () => void): void {
  if (!onFailure) {
    task();
    return;
  }
  try {
    task();
  } catch (error) {
    onFailure(error);
  }
}

/** Metrics that a compiled model computes with each training step, e.g. `acc`. */
function passOnMetrics(tf: TfNamespace, patches: Patches, context: FitContext): void {
  const { tap } = context;
  const prototype = tf.LayersModel.prototype as unknown as ModelInternals;
  patches.replace(prototype, 'makeTrainFunction', (original) => {
    return function makeTrainFunction(this: ModelInternals) {
      const train = original.call(this);
      return (data) => {
        const before = tap.step;
        context.onTraining?.(true);
        let values: Tensor[];
        try {
          values = train(data);
        } catch (error) {
          context.onTraining?.(false);
          throw error;
        }
        if (tap.step > before && values.length > 1) {
          guarded(context, () => {
            const metrics: Record<string, Tensor> = {};
            values.forEach((value, i) => {
              if (i === 0) return;
              metrics[uniqueName(this.metricsNames[i] ?? `metric_${i}`, metrics)] = value;
            });
            tap.addMetrics(metrics);
          });
        }
        context.onTraining?.(false);
        return values;
      };
    };
  });
}

function uniqueName(name: string, taken: object): string {
  let unique = name;
  for (let i = 1; unique in taken; i++) unique = `${name}_${i}`;
  return unique;
}

/** tf.data shuffles by the time of day where no seed is given; here it follows the run's seed. */
function seedShuffles(tf: TfNamespace, patches: Patches): void {
  const { data } = tf as Partial<TfNamespace>;
  if (data === undefined) return;
  type Shuffle = (this: unknown, size: unknown, seed?: unknown, ...rest: unknown[]) => unknown;
  const prototype = data.Dataset.prototype as unknown as { shuffle: Shuffle };
  patches.replace(prototype, 'shuffle', (shuffle) => {
    return function (this: unknown, size, seed, ...rest) {
      return shuffle.call(this, size, seed ?? String(Math.random()), ...rest);
    };
  });
}

/** The constructor of a callback that tells plan and epochs. */
function epochReporter(
  tf: TfNamespace,
  context: FitContext,
  counter: EpochCounter,
  state: { isOver: boolean },
) {
  const { tap } = context;
  const told = (task: () => void): void => {
    if (!state.isOver) guarded(context, task);
  };
  return class EpochReporter extends tf.Callback {
    override onTrainBegin(): Promise<void> {
      told(() => {
        const params = this.params as unknown as FitParams;
        const epochs = counter.epoch + params.epochs - (params.initialEpoch ?? 0);
        const { steps, samples, batchSize } = params;
        const stepsPerEpoch =
          steps ?? (samples && batchSize ? Math.ceil(samples / batchSize) : null);
        context.onPlan({ epochs, ...(stepsPerEpoch !== null && { stepsPerEpoch }) });
      });
      return Promise.resolve();
    }

    override onEpochBegin(): Promise<void> {
      told(() => {
        counter.epoch += 1;
        tap.setEpoch(counter.epoch);
      });
      return Promise.resolve();
    }

    override async onBatchBegin(): Promise<void> {
      await context.pass?.();
    }

    override async onBatchEnd(): Promise<void> {
      await context.pass?.();
    }

    override onEpochEnd(_: number, logs?: Logs): Promise<void> {
      told(() => {
        const metrics: Record<string, number> = {};
        for (const [name, value] of Object.entries((logs ?? {}) as RawLogs)) {
          const number = typeof value === 'number' ? value : value.dataSync()[0];
          if (number !== undefined) metrics[name] = number;
        }
        context.onEpoch({ epoch: counter.epoch, step: tap.step, metrics });
      });
      return Promise.resolve();
    }
  };
}
