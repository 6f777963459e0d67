// A step recorded in full: which tensors of it are still there to be looked at, in the order in which the
// step made them. Values are asked for one page at a time; a recording holds none.
import type { TensorSummary } from './stepRecord';

/**
 * What a tensor was in the step. `input`, `label`: of the batch. `activation`, `delta`: output of a layer, and
 * the gradient at it. `weight`: a variable after the update; `previousWeight`: before. `slot`: a variable of the
 * optimizer, after the update.
 */
export const TENSOR_ROLES = [
  'input',
  'label',
  'activation',
  'delta',
  'gradient',
  'previousWeight',
  'weight',
  'slot',
] as const;
export type TensorRole = (typeof TENSOR_ROLES)[number];

/** Names one tensor of a recording. */
export interface TensorRef {
  role: TensorRole;
  /**
   * The layer's name for `activation` and `delta`, the variable's for `gradient`, `weight` and
   * `previousWeight`, the index for `input` and `label` (`0`, `1`, …), the optimizer's name for it for `slot`.
   */
  name: string;
  /** From 0: which call of a layer that the step calls more than once. 0 elsewhere. */
  call: number;
}

/** A tensor of a recording. */
export interface RecordedTensor extends TensorRef {
  shape: readonly number[];
  dtype: 'float32' | 'int32' | 'bool';
  summary: TensorSummary;
}

/** One step, recorded in full. */
export interface StepRecording {
  step: number;
  /**
   * First step of which the recording is still there too, where that is an earlier one: a program that takes
   * several steps between two await points can be held only after all of them. Default: `step`.
   */
  since?: number;
  /** All of its tensors: inputs and labels, activations and δ in the order of their making, the others by variable. */
  tensors: readonly RecordedTensor[];
  /** Layers in the order of the forward pass, one entry per call: those that own trainable tensors. */
  forward: readonly LayerCall[];
  /** Layers in the order in which δ reached them. */
  backward: readonly LayerCall[];
  /** tfjs class name of the optimizer, e.g. `AdamOptimizer`, and its numbers (learningRate, beta1, …). */
  optimizer: { className: string; numbers: Readonly<Record<string, number>> };
}

/** One call of a layer. */
export interface LayerCall {
  layer: string;
  call: number;
}

/** A change of a training that is under way, made between two steps. */
export type TrainingChange =
  | { type: 'learningRate'; value: number }
  /** Clips gradients by their common norm from the next step on; undefined: no longer. */
  | { type: 'clipNorm'; value: number | undefined }
  /** A frozen layer's variables stay as they are. */
  | { type: 'trainable'; layer: string; value: boolean }
  /** Sets one element of a variable, by its place in row-major order. */
  | { type: 'element'; variable: string; index: number; value: number }
  /** Adds seeded normal noise of this standard deviation to a variable. */
  | { type: 'nudge'; variable: string; deviation: number; seed: number }
  /** The next step takes the batch of the epoch with this number, from 1, and that one's turn takes the next. */
  | { type: 'batch'; batch: number };

/** A change and the step after which it was made. */
export interface MadeChange {
  step: number;
  change: TrainingChange;
  /** What was there before, where that is one value. */
  before?: number | boolean;
}
