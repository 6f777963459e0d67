// The parts of tf.layers that facts and probes rely on and whose published types hide or lack them.
// Verified against tfjs 4.22.
import type { LayersModel } from '@tensorflow/tfjs';
import type { Tensor } from '../../../src/shared/tap/types';

/** Where a layer keeps one of its weights. */
export interface WeightLike {
  read(): Tensor;
}

/** An initializer, activation or regularizer. */
export interface ConfiguredLike {
  getClassName?(): string;
  getConfig?(): Record<string, unknown>;
}

export interface ActivationLike extends ConfiguredLike {
  apply(x: Tensor, ...rest: unknown[]): Tensor;
}

/** One call of a layer in a model's graph. */
export interface NodeLike {
  outboundLayer: LayerLike;
  inboundLayers: LayerLike[];
  outputShapes: (number | null)[][];
  /** Of a node of an inner model, the tensors that its layer gives. */
  outputTensors: object[];
}

/** A layer of any class, the cells of recurrent ones included. Fields are there where the class has them. */
export interface LayerLike {
  name: string;
  getClassName(): string;
  call(inputs: Tensor | Tensor[], kwargs?: Record<string, unknown>): Tensor | Tensor[];
  trainable: boolean;
  stateful?: boolean;
  weights: WeightLike[];
  trainableWeights: WeightLike[];
  activation?: ActivationLike | null;
  useBias?: boolean;
  kernel?: WeightLike | null;
  depthwiseKernel?: WeightLike | null;
  embeddings?: WeightLike | null;
  bias?: WeightLike | null;
  kernelInitializer?: ConfiguredLike | null;
  depthwiseInitializer?: ConfiguredLike | null;
  embeddingsInitializer?: ConfiguredLike | null;
  biasInitializer?: ConfiguredLike | null;
  rate?: number;
  maxValue?: number | null;
  /** Slope below zero: a number of a LeakyReLU, weights of a PReLU. */
  alpha?: number | WeightLike;
  interpolation?: string;
  cell?: LayerLike;
  cells?: readonly LayerLike[];
  layer?: LayerLike;
  forwardLayer?: LayerLike;
}

/** A model as training sees it: a tf.Sequential trains the one inside of it. */
export interface ModelLike extends LayerLike {
  layers: LayerLike[];
  inputLayers: LayerLike[];
  outputLayers: LayerLike[];
  inputNames: string[];
  outputNames: string[];
  inputs: { shape: (number | null)[]; dtype: string }[];
  outputs: { shape: (number | null)[] }[];
  nodesByDepth: Record<string, NodeLike[]>;
  model?: ModelLike;
  collectedTrainableWeights: WeightLike[];
  loss: unknown;
  lossFunctions: ((labels: Tensor, predictions: Tensor) => Tensor)[];
  optimizer: ConfiguredLike & { learningRate?: unknown };
  makeTrainFunction(): (data: Tensor[]) => Tensor[];
  fitLoop(train: unknown, data: Tensor[], ...rest: unknown[]): Promise<unknown>;
}

/** The model that trains when `model` does. */
export function trainedModel(model: LayersModel): ModelLike {
  const outer = model as unknown as ModelLike;
  return outer.model ?? outer;
}

/** True for a model that is a layer of another. */
export function isContainer(layer: LayerLike): layer is ModelLike {
  return Array.isArray((layer as Partial<ModelLike>).layers);
}

/** Class name; a custom layer need not name its class as tfjs asks it to. */
export function classNameOf(layer: LayerLike): string {
  const declared: unknown = layer.getClassName();
  return typeof declared === 'string' ? declared : layer.constructor.name;
}
