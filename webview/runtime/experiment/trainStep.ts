// One training step that awaits nothing: bit for bit what `trainOnBatch` computes, but the loss stays
// on the device, so that the next step is queued while this one still runs.
import type { LayersModel, Scalar, Tensor } from '@tensorflow/tfjs';
import type { TfNamespace } from '../../../src/shared/tap/types';
import { fuseUpdates } from '../fused';
import { clippedOptimizer } from './clipping';

export interface TrainStepOptions {
  /**
   * Update the weights by fused passes, where a check now, before the first step, proves that they give the bits of
   * tfjs's own update; else that one stays.
   */
  fused: boolean;
}

/** Steps of one compiled model. */
export interface TrainStep {
  /** Whether the updates are fused. */
  readonly fused: boolean;
  /** Steps so far whose update was fused. */
  readonly fusedSteps: number;
  /**
   * Queues one optimizer step on a batch: one tensor per input and per output, which the caller may
   * dispose at once. Gives the loss and the metrics as scalars on the device, in the order of
   * `model.metricsNames`; the caller disposes them. Throws what `trainOnBatch` throws where the shapes
   * do not fit. Nothing holds the caller back: more than a step or two ahead of the device is wasteful.
   */
  step(xs: Tensor[], ys: Tensor[]): Scalar[];
  /** Gives the optimizer its own update back. */
  dispose(): void;
}

/** What `trainOnBatch` of tfjs 4.22 is made of. */
interface ModelInternals {
  standardizeUserDataXY(xs: Tensor[], ys: Tensor[]): [xs: Tensor[], ys: Tensor[]];
  makeTrainFunction(): (data: Tensor[]) => Scalar[];
  /** A tf.Sequential trains the model that it builds inside. */
  model?: ModelInternals;
}

/** Steps for `model`, which has to be compiled. Call it after the tap is installed. */
export function createTrainStep(
  tf: TfNamespace,
  model: LayersModel,
  options: TrainStepOptions,
): TrainStep {
  const outer = model as unknown as ModelInternals;
  const trained = outer.model ?? outer;
  const updates = options.fused ? fuseUpdates(tf, clippedOptimizer(model.optimizer)) : undefined;
  // Reads the model's optimizer, loss and weights at each call, so one serves for all steps.
  const train = trained.makeTrainFunction();
  return {
    fused: updates !== undefined,
    get fusedSteps() {
      return updates?.count ?? 0;
    },
    step(xs, ys) {
      const [inputs, targets] = trained.standardizeUserDataXY(xs, ys);
      try {
        return train([...inputs, ...targets]);
      } finally {
        // Vectors were made columns: those copies are ours.
        const given = new Set([...xs, ...ys]);
        tf.dispose([...inputs, ...targets].filter((tensor) => !given.has(tensor)));
      }
    },
    dispose: () => updates?.dispose(),
  };
}
