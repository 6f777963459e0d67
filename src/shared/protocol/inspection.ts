// What is told of one value of a stopped program: a tensor, a layer, a model, or some of them. It is made in
// the program's own process, over the tensor in place, and travels as JSON of a few kilobytes: never the
// values themselves. `inspectionGuard.ts` checks it; the host asks for it by an expression of the debugger.
import type { TensorSummary } from '../core/stepRecord';

/** Name of the global function that inspects a value, and returns an {@link Inspection} as JSON. */
export const INSPECT_GLOBAL = '__gradientLensInspect';

/** Most entries of each list; what is left out is counted. */
export const INSPECTION_LIMITS = { weights: 24, layers: 200, tensors: 24 };

/** The last gradient of a variable that trains under the lens. */
export interface LastGradient {
  /** Optimizer step, from 1. */
  step: number;
  summary: TensorSummary;
}

/** A tensor or a variable. */
export interface TensorInspection {
  /** Of a variable; absent for a tensor, which has none. */
  name?: string;
  /** `Tensor`, `Variable`, `Float32Array`, … */
  className: string;
  /** −1 where a symbolic tensor leaves it open. */
  shape: number[];
  dtype: string;
  trainable?: boolean;
  /** Absent where there are no numbers to look at; then `problem` says why. */
  summary?: TensorSummary;
  problem?: string;
  /** Place of the first NaN or infinity, one index per dimension. */
  firstNonFinite?: number[];
  /** Slices along the last dimension (the units of a kernel), where there are at least two dimensions. */
  columns?: {
    count: number;
    /** All of whose elements are zero. */
    zero: number;
    /** All of whose elements are alike, but not zero. */
    constant: number;
    /** With a NaN or an infinity. */
    nonFinite: number;
  };
  gradient?: LastGradient;
}

/** A layer of tf.layers. */
export interface LayerInspection {
  name: string;
  className: string;
  /** Of the first output, −1 where it is left open; absent where the layer was never applied. */
  outputShape?: number[];
  activation?: string;
  trainable: boolean;
  parameters: number;
  weights: TensorInspection[];
  /** Weights that are not in the list. */
  more: number;
}

/** One line of a model's table. Norms are L2, over all trainable weights of the layer together. */
export interface LayerRow {
  name: string;
  className: string;
  outputShape?: number[];
  parameters: number;
  trainable: boolean;
  weightNorm?: number;
  gradientNorm?: number;
  /** NaN and infinite elements of its weights. */
  nonFinite: number;
}

/** A model of tf.layers. */
export interface ModelInspection {
  name: string;
  className: string;
  optimizer?: string;
  /** Learning rate of the optimizer. */
  learningRate?: number;
  loss?: string;
  parameters: number;
  trainableParameters: number;
  layers: LayerRow[];
  /** Layers that are not in the list. */
  more: number;
  /** Step of the gradients in the table. */
  step?: number;
}

/** What a value is found to be. */
export type Inspection =
  | { kind: 'tensor'; tensor: TensorInspection }
  | { kind: 'layer'; layer: LayerInspection }
  | { kind: 'model'; model: ModelInspection }
  /** A list or a record of tensors: each with its key. */
  | { kind: 'tensors'; tensors: { key: string; tensor: TensorInspection }[]; more: number }
  /** None of these: one plain sentence. */
  | { kind: 'other'; message: string };

/** What the host shows of a value. */
export interface ShownInspection {
  /** The expression that was looked at. */
  expression: string;
  /** Where the program stood, e.g. `train.js:12`. */
  place?: string;
  inspection: Inspection;
}

/** Between the host and the page that shows an inspection. */
export type ToInspectionPage = { type: 'inspection'; shown: ShownInspection };
export type FromInspectionPage = { type: 'ready' } | { type: 'pageError'; message: string };
