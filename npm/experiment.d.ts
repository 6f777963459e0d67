// What an experiment module (`*.model.ts`, `*.model.js`) exports. The defaults named here are those
// of the training loop in Gradient Lens.
import type * as tf from '@tensorflow/tfjs';
import type { BatchSource } from './samples';

/** Values of the hyperparameters of one run, by name. */
export type HyperparameterValues = Readonly<Record<string, number | string | boolean>>;

/** How a hyperparameter may vary in a sweep. A bare value is a default that does not vary. */
export type Hyperparameter =
  | number
  | string
  | boolean
  | {
      /** Value of a run that sets none. */
      default: number | string | boolean;
      /** Values to try. */
      values?: readonly (number | string | boolean)[];
      /** Bounds of a numeric search, both included. */
      min?: number;
      max?: number;
      /** Search the logarithm: for learning rates, scales, counts. Default `linear`. */
      scale?: 'linear' | 'log';
    };

/** The export `hyperparameters`. */
export type Hyperparameters = Readonly<Record<string, Hyperparameter>>;

/** Tensors or plain arrays; several inputs or outputs as an array or a record by name. */
export type Arrays = tf.Tensor | tf.Tensor[] | Record<string, tf.Tensor> | tf.TensorLike;

/** Data to train or validate on. A `tf.data.Dataset` must yield batches `{ xs, ys }`. */
export type DataSource =
  { xs: Arrays; ys: Arrays } | tf.data.Dataset<tf.TensorContainer> | BatchSource;

/** What the export `data` returns. */
export interface Data {
  train: DataSource;
  /** Evaluated after each epoch: `val_loss` and `val_` of each metric. */
  validation?: DataSource;
}

/** An optimizer by name and options; options left out are Keras's defaults. */
export type OptimizerOptions =
  | {
      name: 'sgd';
      /** Default 0.01. */
      learningRate?: number;
      /** Default 0. */
      momentum?: number;
      /** Default false. */
      nesterov?: boolean;
    }
  | {
      name: 'adam';
      /** Default 0.001. */
      learningRate?: number;
      /** Default 0.9. */
      beta1?: number;
      /** Default 0.999. */
      beta2?: number;
      /** Default 1e-7. */
      epsilon?: number;
    }
  | {
      name: 'adamax';
      /** Default 0.002. */
      learningRate?: number;
      /** Default 0.9. */
      beta1?: number;
      /** Default 0.999. */
      beta2?: number;
      /** Default 1e-7. */
      epsilon?: number;
    }
  | {
      name: 'rmsprop';
      /** Default 0.001. */
      learningRate?: number;
      /** Discounting factor of the squared gradients (Keras's `rho`). Default 0.9. */
      decay?: number;
      /** Default 0. */
      momentum?: number;
      /** Default 1e-7. */
      epsilon?: number;
      /** Default false. */
      centered?: boolean;
    }
  | {
      name: 'adagrad';
      /** Default 0.01. */
      learningRate?: number;
      /** Default 0.1. */
      initialAccumulatorValue?: number;
    }
  | {
      name: 'adadelta';
      /** Default 1. */
      learningRate?: number;
      /** Default 0.95. */
      rho?: number;
      /** Default 1e-7. */
      epsilon?: number;
    };

/** Names that tfjs knows, with its defaults. */
export type OptimizerName = OptimizerOptions['name'];

/**
 * How the learning rate changes, step by step. Below, `step` is the number of steps already taken
 * (0 at the first one, as in Keras) and `rate` the optimizer's own learning rate.
 */
export type Schedule =
  /** `rate`. */
  | { type: 'constant' }
  /** `rate · decayRate^(step / decaySteps)`; with `staircase` the exponent is rounded down. */
  | { type: 'exponential'; decayRate: number; decaySteps: number; staircase?: boolean }
  /** From `rate` to `end` (default 0) in `steps` (default: the whole training), then `end`. */
  | { type: 'linear'; end?: number; steps?: number }
  /** Half a cosine from `rate` to `end` (default 0) in `steps` (default: the whole training). */
  | { type: 'cosine'; end?: number; steps?: number }
  /** `rate / (1 + decay · step)`. */
  | { type: 'time-based'; decay: number }
  /** `rate · factor^⌊step / everySteps⌋`. */
  | { type: 'step'; factor: number; everySteps: number }
  /** Anything else. */
  | ((step: number, rate: number) => number);

/** Ends the training when a quantity stops improving. */
export interface EarlyStopping {
  /** Default `val_loss` where there is validation data, else `loss`. */
  monitor?: string;
  /** Epochs without improvement before the training ends. Default 3. */
  patience?: number;
  /** A smaller change is no improvement. Default 0. */
  minDelta?: number;
}

/** The export `training`. */
export interface Training {
  /** Default 10. */
  epochs?: number;
  /** Default 32. Not used where the data are a `tf.data.Dataset`, which is batched already. */
  batchSize?: number;
  /** Default `adam`. Not used, like `loss` and `metrics`, where `model` is compiled already. */
  optimizer?: OptimizerName | OptimizerOptions | tf.Optimizer;
  /** As `model.compile` takes it: `categoricalCrossentropy`, `meanSquaredError`, a function … */
  loss?: tf.ModelCompileArgs['loss'];
  /** As `model.compile` takes them, e.g. `['accuracy']`. Default none. */
  metrics?: tf.ModelCompileArgs['metrics'];
  /** Scale all gradients together so that their norm is at most this. */
  clipNorm?: number;
  /** Clip every gradient element to ± this. */
  clipValue?: number;
  /** Default: the optimizer's learning rate stays. */
  schedule?: Schedule;
  /** Shuffle the samples in each epoch, by the run's seed. Default true. */
  shuffle?: boolean;
  /** Default: train all epochs. */
  earlyStopping?: EarlyStopping;
  /** Called after each epoch (counted from 1), with its mean metrics; awaited. */
  onEpochEnd?: (
    epoch: number,
    metrics: Readonly<Record<string, number>>,
    model: tf.LayersModel,
  ) => void | Promise<void>;
}

/** A value, or a function of the run's hyperparameters that returns it, at once or later. */
export type FromHyperparameters<T> = T | ((values: HyperparameterValues) => T | Promise<T>);

/** All that an experiment module may export. */
export interface Experiment {
  /** A fresh model for every run: prefer a function over a value. */
  model: FromHyperparameters<tf.LayersModel>;
  /** Training and validation data. */
  data: FromHyperparameters<Data>;
  /** Optimizer, loss, length of the training. */
  training: FromHyperparameters<Training>;
  /** Names, defaults and ranges of what a sweep may vary. */
  hyperparameters?: Hyperparameters;
}
