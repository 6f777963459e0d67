// The first samples of the training data, copied to memory: facts look at them, and probes send them
// through the model again and again. Taken of a set in memory at once, else of the batches as they come.
import type { Tensor, TfNamespace } from '../../../src/shared/tap/types';
import { readCpu, readWasm, type ReadValues } from '../statistics/typedArray';

/** Values of a tensor as tfjs reads them. */
export type Values = Float32Array | Int32Array | Uint8Array;

/** The first samples of one input or of the labels of one output. */
export interface Samples {
  /** Without the batch. */
  shape: readonly number[];
  dtype: 'float32' | 'int32' | 'bool';
  /** All samples, one after the other. */
  values: Values;
}

/** Samples looked at: enough to tell ranges and classes by. */
const MAX_SAMPLES = 256;
/** Values kept of all inputs and labels together, 16 MB: large samples are fewer, but never none. */
const MAX_VALUES = 1 << 22;
/** Larger tensors are cut on the device first: reading one keeps all of it in memory on WebGL. */
const READ_WHOLE = 1 << 20;
/** Batches that may differ in shape from the first, as sequences do; then what is there must do. */
const MAX_MISFITS = 64;

/** Samples of one model, as far as they have come. */
export class SampleCollector {
  readonly #tf: TfNamespace;
  #samples: Samples[] = [];
  #count = 0;
  #limit = MAX_SAMPLES;
  #misfits = 0;
  #isComplete = false;
  #isWhole = false;

  constructor(tf: TfNamespace) {
    this.#tf = tf;
  }

  /** Number of samples. */
  get count(): number {
    return this.#count;
  }

  /** True where no more are needed, or will come. */
  get isComplete(): boolean {
    return this.#isComplete;
  }

  /** True where these are all samples that there are. */
  get isWhole(): boolean {
    return this.#isWhole;
  }

  /** One entry per tensor of {@link add}. */
  get samples(): readonly Samples[] {
    return this.#samples;
  }

  /**
   * Takes what is still needed of `tensors`, whose first dimension is the batch. `isAll`: there are no
   * other samples. Throws for tensors of strings.
   */
  add(tensors: readonly Tensor[], isAll: boolean): void {
    if (this.#isComplete) return;
    const here = tensors[0]?.shape[0] ?? 0;
    if (this.#count === 0) {
      this.#samples = tensors.map(({ shape, dtype }) => ({
        shape: shape.length === 1 ? [1] : shape.slice(1),
        dtype: numericType(dtype),
        values: new Float32Array(0),
      }));
      const perSample = tensors.reduce((sum, { size }) => sum + size / Math.max(1, here), 0);
      this.#limit = Math.max(1, Math.min(MAX_SAMPLES, Math.floor(MAX_VALUES / perSample)));
    }
    const fits = tensors.every((tensor, i) => this.#fits(tensor, i));
    if (!fits || here === 0) {
      this.#isComplete = ++this.#misfits >= MAX_MISFITS && this.#count > 0;
      return;
    }
    const rows = Math.min(here, this.#limit - this.#count);
    this.#samples = this.#samples.map((known, i) => {
      const tensor = tensors[i];
      const values = tensor ? readRows(this.#tf, tensor, rows) : known.values;
      return { ...known, values: joined(known.values, values) };
    });
    this.#count += rows;
    this.#isComplete = isAll || this.#count >= this.#limit;
    this.#isWhole = isAll && rows === here;
  }

  /** Keeps the first `count` only. */
  trim(count: number): void {
    if (count >= this.#count) return;
    this.#count = count;
    this.#samples = this.#samples.map((samples) => {
      const length = count * samples.shape.reduce((a, b) => a * b, 1);
      return { ...samples, values: samples.values.slice(0, length) };
    });
  }

  #fits({ shape }: Tensor, index: number): boolean {
    const known = this.#samples[index]?.shape ?? [];
    const own = shape.length === 1 ? [1] : shape.slice(1);
    return own.length === known.length && own.every((size, i) => size === known[i]);
  }
}

/** Reads tensors where they are: to be used before anything else runs, and never changed. */
export function readerOf(tf: TfNamespace): ReadValues {
  if (tf.getBackend() === 'cpu') return readCpu(tf);
  return tf.getBackend() === 'wasm' ? readWasm(tf) : (tensor) => tensor.dataSync();
}

/**
 * The first rows of a tensor. Whole ones are read where they are: moving a small tensor to the device
 * would change where tfjs computes with it.
 */
export function readRows(tf: TfNamespace, tensor: Tensor, rows: number): Values {
  const [whole = 1] = tensor.shape as readonly number[];
  const perRow = tensor.size / Math.max(1, whole);
  if (tensor.size <= READ_WHOLE || rows === whole) {
    return tensor.dataSync().slice(0, rows * perRow);
  }
  const { rank } = tensor;
  return tf.tidy(() => {
    const begin = new Array<number>(rank).fill(0);
    const size = tensor.shape.map((length, axis) => (axis === 0 ? rows : length));
    return tf.slice(tensor, begin, size).dataSync().slice();
  });
}

function joined(a: Values, b: Values): Values {
  if (a.length === 0) return b;
  // tfjs's cpu backend casts whole numbers to float32 in name only: what follows may be fractions or NaN.
  const isSame = a.constructor === b.constructor;
  const Type = isSame ? (a.constructor as new (length: number) => Values) : Float32Array;
  const both = new Type(a.length + b.length);
  both.set(a);
  both.set(b, a.length);
  return both;
}

function numericType(dtype: string): Samples['dtype'] {
  if (dtype === 'float32' || dtype === 'int32' || dtype === 'bool') return dtype;
  throw new TypeError(`The model takes tensors of the type ${dtype}, which have no statistics.`);
}
