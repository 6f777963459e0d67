// A checkpoint: all that a run needs to go on after a step as if nothing had happened.
import type { MadeChange } from './recording';

/** Where a training stands after a step, apart from its tensors. */
export interface Progress {
  /** Optimizer steps taken. */
  step: number;
  /** Seconds of training time. */
  seconds: number;
  /** Epoch under way, from 1, and its batches that are done. */
  epoch: number;
  batches: number;
  /** Sums behind the epoch's means so far. */
  sums: number[];
  weight: number;
  /** Metrics of the epochs that are done, in order: early stopping goes by them. */
  epochs: Record<string, number>[];
  /** Numbers drawn from Math.random. */
  draws: number;
}

/** A tensor, without its values. */
export interface SavedShape {
  /** `weight` and its place in the model, or the optimizer's field and the place in it. */
  name: string;
  /** The model's own name for a weight, e.g. `dense_Dense1/kernel`. */
  variable?: string;
  shape: number[];
  dtype: SavedDtype;
  /** It was on the device, not in memory: that decides where tfjs computes small tensors. */
  onDevice: boolean;
}
export const SAVED_DTYPES = ['float32', 'int32', 'bool'] as const;
export type SavedDtype = (typeof SAVED_DTYPES)[number];

/** A tensor's values. */
export interface SavedTensor extends SavedShape {
  values: Float32Array | Int32Array | Uint8Array;
}

/** What a checkpoint on disk knows besides: what it belongs to. */
export interface CheckpointOrigin {
  /** tfjs class name of the optimizer, e.g. `AdamOptimizer`. */
  optimizer: string;
  /** The model as `model.toJSON()` gives it; absent where a layer of its cannot be described. */
  topology?: string;
  /** Epochs that the training is to have in all. */
  epochs: number;
  /** Present where it is over. */
  ended?: 'epochs' | 'early-stopping';
  /** The backend that trained, and the one that the module was evaluated on where that was another one. */
  backend: string;
  builtOn?: string;
  tfjsVersion: string;
  /** What a debugger has changed up to here. */
  changes: MadeChange[];
}

export interface Checkpoint extends Progress {
  /** Numbers in the optimizer's fields. */
  numbers: Record<string, number>;
  tensors: SavedTensor[];
  origin?: CheckpointOrigin;
}

/** All of a checkpoint but the values. */
export type CheckpointHeader = Omit<Checkpoint, 'tensors'> & { tensors: SavedShape[] };

const ELEMENT_BYTES = { float32: 4, int32: 4, bool: 1 };

/** Bytes of an element. */
export function elementBytes(dtype: SavedDtype): number {
  return ELEMENT_BYTES[dtype];
}

/** Number of elements. */
export function sizeOf({ shape }: Pick<SavedShape, 'shape'>): number {
  return shape.reduce((size, length) => size * length, 1);
}
