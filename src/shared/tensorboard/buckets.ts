// Histograms of event files, whatever their form, as buckets with edges: HistogramProto (v1, of Keras 2, TensorFlow 1,
// PyTorch and tensorboardX) has upper limits and exact moments, the tensor forms (v2 and v3, of TensorFlow 2) have
// rows of left edge, right edge and count.
import { malformed, visitFields } from './fields';
import type { LogTensor } from './tensorProto';
import { HistogramField } from './wire';

/** Counts between edges, ascending; the last bucket holds its right edge too. */
export interface BucketHistogram {
  left: Float64Array;
  right: Float64Array;
  count: Float64Array;
  /** What v1 says exactly of all elements. */
  moments?: { num: number; min: number; max: number; sum: number; sumSquares: number };
}

/** Most buckets that are read; TensorFlow's default has 1551. */
const MAX_BUCKETS = 100_000;

function packedDoubles(bytes: Uint8Array): Float64Array {
  if (bytes.length % 8 !== 0) throw malformed('a list of numbers ends within one');
  if (bytes.length / 8 > MAX_BUCKETS)
    throw malformed(`a histogram has more than ${MAX_BUCKETS} buckets`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Float64Array.from({ length: bytes.length / 8 }, (_, i) => view.getFloat64(8 * i, true));
}

/** Reads a HistogramProto. Throws a LogError where it is none, or not of rising limits. */
export function readHistogramProto(bytes: Uint8Array): BucketHistogram {
  const moments = { num: 0, min: 0, max: 0, sum: 0, sumSquares: 0 };
  let limits: number[] | Float64Array = [];
  let counts: number[] | Float64Array = [];
  const single = (list: number[] | Float64Array, value: number | undefined): number[] =>
    value === undefined ? [...list] : [...list, value];
  visitFields(bytes, (number, field) => {
    switch (number) {
      case HistogramField.MIN:
        moments.min = field.double() ?? 0;
        break;
      case HistogramField.MAX:
        moments.max = field.double() ?? 0;
        break;
      case HistogramField.NUM:
        moments.num = field.double() ?? 0;
        break;
      case HistogramField.SUM:
        moments.sum = field.double() ?? 0;
        break;
      case HistogramField.SUM_SQUARES:
        moments.sumSquares = field.double() ?? 0;
        break;
      case HistogramField.BUCKET_LIMIT: {
        const packed = field.bytes();
        limits = packed ? packedDoubles(packed) : single(limits, field.double());
        break;
      }
      case HistogramField.BUCKET: {
        const packed = field.bytes();
        counts = packed ? packedDoubles(packed) : single(counts, field.double());
        break;
      }
    }
  });
  const right = Float64Array.from(limits);
  const left = Float64Array.from(limits, (_, i) => (i === 0 ? -Infinity : (right[i - 1] ?? 0)));
  return checked({ left, right, count: Float64Array.from(counts), moments });
}

/** The rows of a tensor of shape [k, 3]; undefined where it has another shape. Throws a LogError for bad edges. */
export function bucketsOf({ shape, numbers }: LogTensor): BucketHistogram | undefined {
  if (!numbers || shape.length !== 2 || shape[1] !== 3) return undefined;
  const rows = numbers.length / 3;
  if (rows !== shape[0] || rows > MAX_BUCKETS) return undefined;
  const column = (at: number): Float64Array =>
    Float64Array.from({ length: rows }, (_, i) => numbers[3 * i + at] ?? 0);
  return checked({ left: column(0), right: column(1), count: column(2) });
}

function checked(histogram: BucketHistogram): BucketHistogram {
  const { left, right, count } = histogram;
  if (count.length !== right.length)
    throw malformed('a histogram has not as many counts as limits');
  for (let i = 0; i < count.length; i++) {
    const [from = 0, to = 0, n = 0] = [left[i], right[i], count[i]];
    if (!(n >= 0 && n <= Number.MAX_SAFE_INTEGER)) throw malformed(`a bucket counts ${n} elements`);
    // NaN edges are those of a tensor that is not finite: what is in the bucket says so.
    if (from > to) throw malformed('the edges of a histogram do not rise');
  }
  return histogram;
}
