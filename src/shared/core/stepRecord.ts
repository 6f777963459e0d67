// The step record: what every source yields for every optimizer step, and the only numeric
// currency between tap, run, rules, panel and store. All numbers are plain float64.
import type { ProbeRecord } from './probe';

/** Number of octave buckets per sign. Bucket i holds 2^(i-36) <= |x| < 2^(i-35). */
export const OCTAVES = 48;

/** Exponent of the first bucket: |x| in [2^-36, 2^-35), and everything smaller but not zero. */
export const FIRST_OCTAVE = -36;

/** Counts per octave of |x|, apart per sign. Both arrays have {@link OCTAVES} entries; end buckets are open. */
export interface OctaveHistogram {
  negative: number[];
  positive: number[];
}

/**
 * Exact summary of one tensor. `count` is the number of elements, of which `zeros`, `nans`,
 * `posInfs` and `negInfs` are counted apart; min, max, mean, std (population) and norm (L2) are
 * taken over the finite elements, and are 0 where there is none. NaN: not known, see `absent.ts`.
 */
export interface TensorSummary {
  count: number;
  zeros: number;
  nans: number;
  posInfs: number;
  negInfs: number;
  min: number;
  max: number;
  mean: number;
  std: number;
  norm: number;
  histogram: OctaveHistogram;
}

/** What the tap saw of one trainable tensor at one step. */
export interface TensorRecord {
  gradient: TensorSummary;
  /** The weight after the update. */
  weight: TensorSummary;
  /** ‖Δw‖ / ‖w‖ with w after the update; 0 where nothing moved, NaN where the source does not know. */
  updateRatio: number;
}

/** What the tap saw of one layer at one step: its tensors taken together, and its output. */
export interface LayerRecord extends TensorRecord {
  /** Output of the layer in the training forward pass (post-activation). */
  activation?: TensorSummary;
  /** δ: gradient of the loss with respect to the layer's output. */
  activationGradient?: TensorSummary;
  /** Share (0..1) of units inactive on every sample seen. */
  deadUnits?: number;
  /** Share (0..1) of units saturated. */
  saturatedUnits?: number;
}

/** One optimizer step. `step` counts from 1 over all optimizers of the run. */
export interface StepRecord {
  step: number;
  /** Epoch the step belongs to, from 1. Absent where the program has no epochs. */
  epoch?: number;
  /** Loss of the step's batch, before its update. */
  loss?: number;
  /** Further numbers by name, e.g. `acc`; validation metrics (`val_*`) stand on an epoch's last step. */
  metrics: Record<string, number>;
  learningRate?: number;
  /** Seconds of training time since the run's first step began; pauses do not count. */
  seconds: number;
  /** By layer name. Only layers whose tensors were updated in this step. */
  layers: Record<string, LayerRecord>;
  /** By variable name, e.g. `dense_Dense1/kernel`. */
  tensors: Record<string, TensorRecord>;
  /** Before some steps the model is probed. The shares of dead and saturated units are of the newest probe. */
  probe?: ProbeRecord;
}
