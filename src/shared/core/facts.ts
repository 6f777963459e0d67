// What is known of a model and its data besides the numbers of the steps: how the layers are made, what
// they start from, which loss they meet, what the data look like. A source states it once per model,
// with the model's first step; rules that judge construction or data read it here.
import type { TensorSummary } from './stepRecord';

/** An initializer as its layer was configured. `config` holds the numbers and words it was given. */
export interface InitializerFacts {
  /** Class name of tfjs, e.g. `GlorotUniform`, `VarianceScaling`, `Zeros`. */
  className: string;
  config: Readonly<Record<string, number | string | boolean>>;
}

/** A layer of the model, with or without weights. */
export interface LayerFacts {
  name: string;
  /** Class name of tfjs, e.g. `Dense`. */
  className: string;
  /** Names of the layers (or inputs) whose outputs it takes. */
  inbound: readonly string[];
  /** Shape of its output, without the batch. A dimension that is not known is null. */
  outputShape: readonly (number | null)[];
  trainable: boolean;
  /** Name of its activation function (`relu`, `sigmoid`, `linear`, …), where it has one. */
  activation?: string;
  useBias?: boolean;
  kernelInitializer?: InitializerFacts;
  biasInitializer?: InitializerFacts;
  /** Inputs and outputs per unit of the kernel, receptive field included (Glorot and Bengio 2010). */
  fanIn?: number;
  fanOut?: number;
  /** The kernel and the bias before the first update. */
  initialKernel?: TensorSummary;
  initialBias?: TensorSummary;
  /** Slope below zero of a leaky ReLU. */
  negativeSlope?: number;
  /** How an upsampling layer fills in: `nearest` or `bilinear`. */
  interpolation?: string;
  /** Share of values that a dropout layer drops. */
  dropoutRate?: number;
  /** Regularizers are on, of the kernel or of the activity. */
  regularized?: boolean;
}

/** One feature (column) of the inputs that stands out. */
export interface FeatureRange {
  /** Index in the last dimension. */
  index: number;
  mean: number;
  std: number;
}

/** An input of the model, as the first samples show it. */
export interface InputFacts {
  name: string;
  /** Without the batch. */
  shape: readonly number[];
  summary: TensorSummary;
  /** Of a table (rank 2 with the batch): the feature with the smallest deviation above 0, and with the largest. */
  narrowest?: FeatureRange;
  widest?: FeatureRange;
  /** Features that are the same in every sample. */
  constantFeatures?: number;
  /** All values are whole numbers from 0: class numbers or indices of an embedding, or raw bytes. */
  integers: boolean;
}

/** What the labels of an output are, by their values and their loss. */
export type LabelKind = 'one-hot' | 'class-number' | 'binary' | 'probabilities' | 'real';

/** An output of the model, its loss and the labels that the first samples have. */
export interface OutputFacts {
  /** Name of the layer that makes it. */
  layer: string;
  /** Activation of that layer, or of the activation layer that ends the model. */
  activation: string;
  /** Shape of the prediction and of the labels, without the batch. */
  shape: readonly (number | null)[];
  labelShape: readonly number[];
  /**
   * Name of the loss as tfjs spells it, e.g. `categoricalCrossentropy`; so too for a function that gives the
   * same values; `custom` for any other.
   */
  loss: string;
  /** Labels: summary, kind, and number of samples per class where they are classes. */
  labels: TensorSummary;
  labelKind: LabelKind;
  classCounts?: readonly number[];
}

/** What is known of a model when it takes its first step. */
export interface ModelFacts {
  /** Optimizer step (of the run) before which it was looked at. */
  step: number;
  /** Names of the layers with trained variables: they tell which step records are this model's. */
  trainedLayers: readonly string[];
  /** In forward order. */
  layers: readonly LayerFacts[];
  inputs: readonly InputFacts[];
  outputs: readonly OutputFacts[];
  optimizer: { className: string; learningRate?: number };
  /** Samples per step, and in the whole set where that is known. */
  batchSize: number;
  samples?: number;
  /**
   * The labels have moved since they were looked at, as those of an agent that learns from its own estimates
   * do: what they imply for the loss no longer holds.
   */
  labelsMove?: boolean;
  /** Samples that inputs and labels were looked at on. */
  sampled: number;
  backend: string;
  /** Epsilon of the backend, by which tfjs guards logarithms and divisions. */
  epsilon: number;
  /** What tfjs itself would run with here, where that is another number (tensorflow/tfjs#6980). */
  shippedEpsilon?: number;
}
