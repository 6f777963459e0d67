// Features and labels as lazy samples: cut, shuffled and batched by index without reading them.
import { permutation, seededRandom, shuffle } from '../../../src/shared/core/random';
import type { TfNamespace } from '../../../src/shared/tap/types';
import type { Batch, BatchesOptions, Samples, Split } from './batchSource';
import { optionError } from './dataError';
import { rowLength, type Rows } from './rows';
import { splitOrder } from './splitOrder';

/** Samples shuffled at a time by `batches`, so that the first one need not wait for the file's end. */
const SHUFFLE_WINDOW = 4096;

/** What `LazySamples` is made of. */
export interface SampleTable {
  tf: TfNamespace;
  features: Rows;
  labels: Rows;
  classNames?: readonly string[] | undefined;
}

/** Samples whose numbers are fetched when a batch asks for them. */
export class LazySamples implements Samples {
  readonly size: number;
  readonly featureShape: readonly number[];
  readonly labelShape: readonly number[];
  readonly classNames?: readonly string[];

  constructor(
    private readonly table: SampleTable,
    /** Rows of the table in the order of the samples; undefined: all of them, as they are. */
    private readonly order?: Uint32Array,
  ) {
    this.size = order?.length ?? table.labels.count;
    this.featureShape = table.features.shape;
    this.labelShape = table.labels.shape;
    if (table.classNames) this.classNames = table.classNames;
  }

  async batch(indices: ArrayLike<number>): Promise<Batch> {
    const { tf, features, labels } = this.table;
    const rows = this.rowsOf(indices);
    const xs = new Float32Array(rows.length * rowLength(this.featureShape));
    const ys = new Float32Array(rows.length * rowLength(this.labelShape));
    await features.gather(rows, xs);
    await labels.gather(rows, ys);
    return {
      xs: tf.tensor(xs, [rows.length, ...this.featureShape]),
      ys: tf.tensor(ys, [rows.length, ...this.labelShape]),
    };
  }

  take(count: number): Samples {
    if (!(count >= 1)) {
      throw optionError(`take(${count}) leaves no samples`, 'Take one or more.');
    }
    return this.slice(0, Math.floor(count));
  }

  slice(start: number, end = this.size): Samples {
    return new LazySamples(this.table, this.allRows().slice(start, end));
  }

  shuffle(seed = 1): Samples {
    const rows = this.allRows().slice();
    shuffle(rows, seededRandom(seed));
    return new LazySamples(this.table, rows);
  }

  split(validationShare: number, seed = 1): Split {
    const rows = this.allRows();
    const pick = (order: Uint32Array): Samples =>
      new LazySamples(
        this.table,
        order.map((i) => rows[i] ?? 0),
      );
    const { train, validation } = splitOrder(this.size, validationShare, seed);
    return { train: pick(train), validation: pick(validation) };
  }

  async *batches(
    batchSize: number,
    { seed, window = SHUFFLE_WINDOW, dropRemainder = false }: BatchesOptions = {},
  ): AsyncGenerator<Batch, void, undefined> {
    if (!(Number.isInteger(batchSize) && batchSize >= 1)) {
      throw optionError(`a batch size of ${batchSize} makes no batches`, 'Use 1, 2, 3 …');
    }
    const order = seed === undefined ? inOrder(this.size) : windowed(this.size, window, seed);
    const end = dropRemainder ? this.size - (this.size % batchSize) : this.size;
    for (let start = 0; start < end; start += batchSize) {
      yield await this.batch(order.subarray(start, Math.min(end, start + batchSize)));
    }
  }

  all(): Promise<Batch> {
    return this.batch(inOrder(this.size));
  }

  private allRows(): Uint32Array {
    return this.order ?? inOrder(this.size);
  }

  private rowsOf(indices: ArrayLike<number>): Uint32Array {
    const rows = new Uint32Array(indices.length);
    for (let i = 0; i < indices.length; i++) {
      const index = indices[i] ?? NaN;
      if (!(Number.isInteger(index) && index >= 0 && index < this.size)) {
        throw optionError(
          `sample ${index} does not exist`,
          `There are ${this.size} samples, numbered from 0 to ${this.size - 1}.`,
        );
      }
      rows[i] = this.order ? (this.order[index] ?? 0) : index;
    }
    return rows;
  }
}

function inOrder(length: number): Uint32Array {
  return Uint32Array.from({ length }, (_, i) => i);
}

/** An order shuffled within consecutive windows. */
function windowed(length: number, window: number, seed: number): Uint32Array {
  const random = seededRandom(seed);
  if (window >= length) return permutation(length, random);
  if (!(window >= 1)) {
    throw optionError(`a shuffle window of ${window} holds no samples`, 'Use 1 or more.');
  }
  const order = inOrder(length);
  const size = Math.floor(window);
  for (let from = 0; from < length; from += size) {
    shuffle(order, random, from, Math.min(length, from + size));
  }
  return order;
}

/** The splits of a data set as its reader's options ask for them. */
export function limited(samples: LazySamples, limit: number | undefined): Samples {
  return limit === undefined ? samples : samples.take(limit);
}
