// One view of all data that an experiment may give: batches of tensors, epoch by epoch. In-memory
// arrays, lazy batch sources and tf.data datasets end here.
import type { data, LayersModel, Tensor, TensorContainer, TensorLike } from '@tensorflow/tfjs';
import type { DataSource } from '../../../npm/experiment';
import type { BatchSource } from '../../../npm/samples';
import type { TfNamespace } from '../../../src/shared/tap/types';
import { RunFailure } from '../failure';
import { describeKind, shapeOfExperiment } from './module';

/** Tensors of one batch, one per input and per output of the model. */
export interface FeedBatch {
  xs: Tensor[];
  ys: Tensor[];
  size: number;
}

/** Where a walk begins that was interrupted. */
export interface Entry {
  /** Batches that are passed over. */
  batches: number;
  /** Called before the first batch that counts is made. */
  reached(): void;
}

/** Data in batches. */
export interface Feed {
  /** All of it, where it is in memory. */
  all?: { xs: readonly Tensor[]; ys: readonly Tensor[] };
  /** Number of samples; undefined where a dataset does not tell. */
  size: number | undefined;
  /** True where samples are read as they are asked for. */
  lazy: boolean;
  /** Batches of an epoch; undefined where it is not known beforehand. */
  batches(batchSize: number): number | undefined;
  /** Walks through once; `order` gives the samples' order. Whoever takes a batch disposes it. */
  epoch(
    batchSize: number,
    order?: Uint32Array,
    from?: Entry,
  ): AsyncGenerator<FeedBatch, void, undefined>;
}

/** Turns `source` into a feed for `model`. `name` is `train` or `validation`, for messages. */
export function createFeed(
  tf: TfNamespace,
  model: LayersModel,
  source: DataSource,
  name: string,
): Feed {
  if (source instanceof tf.data.Dataset) return datasetFeed(tf, model, source, name);
  if (isBatchSource(source)) return batchSourceFeed(tf, model, source, name);
  if (typeof source === 'object' && 'xs' in source && 'ys' in source) {
    return arraysFeed(tf, model, source, name);
  }
  throw shapeOfExperiment(
    `data.${name} must be { xs, ys }, a tf.data.Dataset, or a batch source; it is ${describeKind(source)}.`,
  );
}

function isBatchSource(source: unknown): source is BatchSource {
  return (
    typeof source === 'object' &&
    source !== null &&
    typeof (source as BatchSource).batch === 'function' &&
    typeof (source as BatchSource).size === 'number'
  );
}

function* slices(
  size: number,
  batchSize: number,
  order?: Uint32Array,
  entry?: Entry,
): Generator<Uint32Array> {
  const all = order ?? Uint32Array.from({ length: size }, (_, i) => i);
  entry?.reached();
  for (let from = (entry?.batches ?? 0) * batchSize; from < size; from += batchSize)
    yield all.subarray(from, from + batchSize);
}

function batchSourceFeed(
  tf: TfNamespace,
  model: LayersModel,
  source: BatchSource,
  name: string,
): Feed {
  requireSamples(source.size, name);
  return {
    size: source.size,
    lazy: true,
    batches: (batchSize) => Math.ceil(source.size / batchSize),
    async *epoch(batchSize, order, entry) {
      for (const indices of slices(source.size, batchSize, order, entry)) {
        const { xs, ys } = await source.batch(Int32Array.from(indices));
        yield toBatch(tf, model, xs, ys, name);
      }
    },
  };
}

function arraysFeed(
  tf: TfNamespace,
  model: LayersModel,
  source: { xs: unknown; ys: unknown },
  name: string,
): Feed {
  const { xs, ys, size } = toBatch(tf, model, source.xs, source.ys, name);
  requireSamples(size, name);
  for (const [part, tensors] of [
    ['xs', xs],
    ['ys', ys],
  ] as const) {
    for (const tensor of tensors) {
      if (tensor.shape[0] === size) continue;
      throw new RunFailure(
        'shape-mismatch',
        `data.${name}.${part} has the shape [${tensor.shape.join(', ')}], but data.${name}.xs has ${size} samples; give one label per sample.`,
      );
    }
  }
  return {
    all: { xs, ys },
    size,
    lazy: false,
    batches: (batchSize) => Math.ceil(size / batchSize),
    // A plain loop that offers each batch as the others do, after an await.
    async *epoch(batchSize, order, entry) {
      for (const indices of slices(size, batchSize, order, entry)) {
        const pick = (tensors: Tensor[]): Tensor[] =>
          tf.tidy(() => {
            const index = tf.tensor1d(Int32Array.from(indices), 'int32');
            return tensors.map((tensor) => tf.gather(tensor, index));
          });
        yield await Promise.resolve({ xs: pick(xs), ys: pick(ys), size: indices.length });
      }
    },
  };
}

function datasetFeed(
  tf: TfNamespace,
  model: LayersModel,
  dataset: Pick<data.Dataset<TensorContainer>, 'iterator' | 'size'>,
  name: string,
): Feed {
  const batches = Number.isFinite(dataset.size) ? dataset.size : undefined;
  return {
    size: undefined,
    lazy: true,
    batches: () => batches,
    async *epoch(_size, _order, entry) {
      const iterator = await dataset.iterator();
      for (let i = 0; entry && i < entry.batches; i++) {
        const { value } = (await iterator.next()) as { value: TensorContainer };
        tf.dispose(value);
      }
      entry?.reached();
      for (;;) {
        const { value, done } = (await iterator.next()) as { value: unknown; done?: boolean };
        if (done) return;
        const { xs, ys } = (value ?? {}) as { xs?: unknown; ys?: unknown };
        if (xs === undefined || ys === undefined) {
          throw shapeOfExperiment(
            `The dataset data.${name} must yield { xs, ys }; it yielded ${describeKind(value)}. Map it to that form, then batch it.`,
          );
        }
        yield toBatch(tf, model, xs, ys, name);
      }
    },
  };
}

function requireSamples(size: number, name: string): void {
  if (size > 0) return;
  throw new RunFailure('experiment-shape', `data.${name} holds no samples.`);
}

function toBatch(
  tf: TfNamespace,
  model: LayersModel,
  xs: unknown,
  ys: unknown,
  name: string,
): FeedBatch {
  const inputs = toTensors(tf, xs, model.inputNames, `data.${name}.xs`);
  const outputs = toTensors(tf, ys, model.outputNames, `data.${name}.ys`);
  // tfjs computes on integers where it is given some, and then has no gradients for them.
  const asFloat = (tensor: Tensor, dtype: string): Tensor => {
    if (tensor.dtype === 'float32' || dtype !== 'float32') return tensor;
    const float = tf.cast(tensor, 'float32');
    tensor.dispose();
    return float;
  };
  return {
    xs: inputs.map((tensor, i) => asFloat(tensor, model.inputs[i]?.dtype ?? 'float32')),
    ys: outputs.map((tensor) => asFloat(tensor, 'float32')),
    size: inputs[0]?.shape[0] ?? 0,
  };
}

/** One tensor per name, from a tensor, an array of tensors, a record by name, or plain arrays. */
function toTensors(
  tf: TfNamespace,
  value: unknown,
  names: readonly string[],
  where: string,
): Tensor[] {
  const single = (one: unknown): Tensor => {
    if (one instanceof tf.Tensor) return one as Tensor;
    try {
      return tf.tensor(one as TensorLike);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      throw shapeOfExperiment(`${where} cannot be made a tensor: ${reason}`, error);
    }
  };
  const isTensorList = Array.isArray(value) && value.some((item) => item instanceof tf.Tensor);
  const several = isTensorList || (Array.isArray(value) && names.length > 1);
  if (several) {
    const list = value as unknown[];
    if (list.length !== names.length) {
      throw new RunFailure(
        'shape-mismatch',
        `${where} gives ${list.length} tensors, but the model has ${names.length} (${names.join(', ')}).`,
      );
    }
    return list.map(single);
  }
  if (typeof value === 'object' && value !== null && isRecord(tf, value)) {
    return names.map((name) => {
      if (!(name in value)) {
        const keys = Object.keys(value).join(', ');
        throw new RunFailure('shape-mismatch', `${where} has ${keys}, but not "${name}".`);
      }
      return single((value as Record<string, unknown>)[name]);
    });
  }
  return [single(value)];
}

function isRecord(tf: TfNamespace, value: object): boolean {
  return !(value instanceof tf.Tensor) && !Array.isArray(value) && !ArrayBuffer.isView(value);
}
