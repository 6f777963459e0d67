// What things of tfjs look like, whichever copy of it made them: by their members, not by their classes.
// What a program stops at may be anything, so that every look at it may throw; the inspector expects that.
import type { TensorSummary } from '../../src/shared/core/stepRecord';

/** A tf.Tensor or tf.Variable. */
export interface TensorLike {
  shape: number[];
  dtype: string;
  dataId: object;
  isDisposed: boolean;
  dataSync(): unknown;
  /** Of a variable. */
  name?: string;
  trainable?: boolean;
}

/** What tf.layers keeps a weight in. */
export interface WeightLike {
  read(): TensorLike;
  originalName?: string;
  name?: string;
}

/** A layer of tf.layers; models are layers too. */
export interface LayerLike {
  name: string;
  weights: WeightLike[];
  trainableWeights: WeightLike[];
  trainable: boolean;
  getClassName(): string;
  outputShape?: unknown;
  activation?: { getClassName?(): string };
}

/** A model of tf.layers. */
export interface ModelLike extends LayerLike {
  layers: LayerLike[];
  optimizer?: { getClassName?(): string; learningRate?: unknown };
  loss?: unknown;
}

/** What the lens of the process knows of its training. */
export interface TrainingKnowledge {
  /** The last gradient of a variable. */
  gradientOf(variable: object): { step: number; summary: TensorSummary } | undefined;
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null;

const isShape = (value: unknown): value is (number | null)[] =>
  Array.isArray(value) && value.every((size) => size === null || typeof size === 'number');

export function isTensor(value: unknown): value is TensorLike {
  return (
    isObject(value) &&
    isShape(value['shape']) &&
    typeof value['dtype'] === 'string' &&
    isObject(value['dataId']) &&
    typeof value['dataSync'] === 'function'
  );
}

/** A symbolic tensor of tf.layers: a shape without values. */
export function isSymbolic(
  value: unknown,
): value is { shape: (number | null)[]; dtype: string; name?: string } {
  return isObject(value) && isShape(value['shape']) && 'sourceLayer' in value && 'dtype' in value;
}

export function isWeight(value: unknown): value is WeightLike {
  return isObject(value) && typeof value['read'] === 'function' && isTensor(value['val']);
}

export function isLayer(value: unknown): value is LayerLike {
  return (
    isObject(value) &&
    typeof value['getClassName'] === 'function' &&
    typeof value['countParams'] === 'function' &&
    Array.isArray(value['weights'])
  );
}

export function isModel(value: unknown): value is ModelLike {
  return isLayer(value) && Array.isArray((value as Partial<ModelLike>).layers);
}

/** The sizes of an output, −1 where one is open; of several outputs the first. */
export function outputShapeOf(layer: LayerLike): number[] | undefined {
  try {
    // A layer that was applied several times throws here; one that never was has none.
    const shape = layer.outputShape;
    const first: unknown = isShape(shape) ? shape : Array.isArray(shape) ? shape[0] : undefined;
    return isShape(first) ? first.map((size) => size ?? -1) : undefined;
  } catch {
    return undefined;
  }
}
