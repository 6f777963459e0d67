// Lazy data: samples that are read from the workspace when a batch asks for them.
import type * as tf from '@tensorflow/tfjs';

/** One batch. The tensors belong to whoever asked for it, and are that one's to dispose. */
export interface Batch {
  /** `[batch, ...featureShape]`, float32. */
  xs: tf.Tensor;
  /** `[batch, ...labelShape]`, float32. */
  ys: tf.Tensor;
}

/**
 * Data that Gradient Lens can train on without holding all of it: it asks for batches by index.
 * The readers return these; any object of this shape can be the `train` or `validation` data of an
 * experiment.
 */
export interface BatchSource {
  /** How many samples there are. */
  readonly size: number;
  /** Shape of one sample's features, e.g. `[28, 28, 1]`. */
  readonly featureShape: readonly number[];
  /** Shape of one sample's label: `[10]` one-hot, `[1]` a number or a class index. */
  readonly labelShape: readonly number[];
  /** The samples at these indices (0 to `size` − 1), in this order. */
  batch(indices: ArrayLike<number>): Promise<Batch>;
}

/** How `Samples.batches` walks through the samples. */
export interface BatchesOptions {
  /** Shuffle with this seed: another seed, another order. Without it the samples come in order. */
  seed?: number;
  /**
   * Shuffle within consecutive runs of this many samples, so that the first batch need not wait
   * for the whole file. `Infinity` shuffles all. Default 4096.
   */
  window?: number;
  /** Leave out a last batch that is smaller than the others. Default false. */
  dropRemainder?: boolean;
}

/** What the readers return: a `BatchSource` that can be cut, shuffled and looped over. */
export interface Samples extends BatchSource {
  /** Name of each class, where the labels are classes. */
  readonly classNames?: readonly string[];
  /** The first `count` samples (all, where there are fewer). */
  take(count: number): Samples;
  /** Samples `start` up to, not including, `end`; both count from the end where negative. */
  slice(start: number, end?: number): Samples;
  /** The same samples in another, seeded order. */
  shuffle(seed?: number): Samples;
  /** Two disjoint parts, drawn by `seed`; `validationShare` of the samples go to `validation`. */
  split(validationShare: number, seed?: number): Split;
  /** Batch after batch, for a loop of your own. Dispose `xs` and `ys` after use. */
  batches(batchSize: number, options?: BatchesOptions): AsyncGenerator<Batch, void, undefined>;
  /** Everything in one batch, for `model.fit(xs, ys)`. Mind the memory: 60,000 MNIST digits are 188 MB. */
  all(): Promise<Batch>;
}

/** Training data and the data that validation uses. */
export interface Split {
  train: Samples;
  validation: Samples;
}
