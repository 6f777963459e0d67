// Exact summaries of tensors: one float64 pass over the values, and an exact merge of summaries.
// Every engine that computes summaries elsewhere (GPU, wasm) is measured against these two.
import { addHistogram, emptyHistogram, octaveOf } from './histogram';
import type { TensorSummary } from './stepRecord';

/** What `summarize` reads: the element types that tensors have on the host side. */
export type NumericArray =
  Float32Array | Float64Array | Int32Array | Uint8Array | Uint32Array | Int8Array | Int16Array;

/** Beyond these magnitudes a float64 square overflows or loses digits; only float64 data gets there. */
const LARGEST_SQUARABLE = 1e150;
const SMALLEST_SQUARABLE = 1e-150;

/** The summary of a tensor without elements. */
export function emptySummary(): TensorSummary {
  return {
    count: 0,
    zeros: 0,
    nans: 0,
    posInfs: 0,
    negInfs: 0,
    min: 0,
    max: 0,
    mean: 0,
    std: 0,
    norm: 0,
    histogram: emptyHistogram(),
  };
}

/** Number of finite elements: those that min, max, mean, std and norm speak of. */
export function finiteCount(summary: TensorSummary): number {
  return summary.count - summary.nans - summary.posInfs - summary.negInfs;
}

/** Number of NaN and ±Infinity elements. */
export function nonFiniteCount(summary: TensorSummary): number {
  return summary.nans + summary.posInfs + summary.negInfs;
}

/**
 * Summarizes all values in one pass. The variance is taken around a pivot p, the first finite value:
 * Σ(x−p)² is at most (n+1) times the true sum of squared deviations, because p is itself an element,
 * so cancellation costs at most n·2⁻⁵³ relative, however large mean/std is.
 */
export function summarize(values: NumericArray): TensorSummary {
  const summary = emptySummary();
  const { negative, positive } = summary.histogram;
  let zeros = 0;
  let pivot = 0;
  let finite = 0;
  let sum = 0;
  let squares = 0;
  let sumOfSquares = 0;
  let min = Infinity;
  let max = -Infinity;
  for (const x of values) {
    if (x - x !== 0) {
      // Only NaN and ±Infinity differ from themselves so.
      if (x > 0) summary.posInfs++;
      else if (x < 0) summary.negInfs++;
      else summary.nans++;
      continue;
    }
    if (finite++ === 0) pivot = x;
    const d = x - pivot;
    sum += d;
    squares += d * d;
    if (x < min) min = x;
    if (x > max) max = x;
    if (x === 0) {
      zeros++;
      continue;
    }
    sumOfSquares += x * x;
    const bucket = octaveOf(x);
    if (x > 0) positive[bucket] = (positive[bucket] ?? 0) + 1;
    else negative[bucket] = (negative[bucket] ?? 0) + 1;
  }
  summary.count = values.length;
  summary.zeros = zeros;
  if (finite === 0) return summary;
  // `+ 0` turns −0 into 0, so that equal tensors give equal summaries.
  summary.min = min + 0;
  summary.max = max + 0;
  const scale = Math.max(-min, max);
  if (scale > LARGEST_SQUARABLE || (scale < SMALLEST_SQUARABLE && scale > 0)) {
    setScaledMoments(summary, values, finite, scale);
    return summary;
  }
  summary.mean = pivot + sum / finite + 0;
  summary.std = Math.sqrt(Math.max(0, squares - (sum * sum) / finite) / finite);
  summary.norm = Math.sqrt(sumOfSquares);
  return summary;
}

/** Mean, std and norm of values whose squares leave the float64 range: two passes over x/scale. */
function setScaledMoments(
  summary: TensorSummary,
  values: NumericArray,
  finite: number,
  scale: number,
): void {
  let sum = 0;
  let sumOfSquares = 0;
  for (const x of values) {
    if (x - x !== 0) continue;
    const y = x / scale;
    sum += y;
    sumOfSquares += y * y;
  }
  const mean = sum / finite;
  let deviations = 0;
  for (const x of values) {
    if (x - x === 0) deviations += (x / scale - mean) ** 2;
  }
  summary.mean = mean * scale + 0;
  summary.std = Math.sqrt(deviations / finite) * scale;
  summary.norm = Math.sqrt(sumOfSquares) * scale;
}

/**
 * The summary of all elements of several tensors together, as if they had been one tensor. Exact up to
 * rounding: mean and squared deviations by the pairwise update of Chan, Golub and LeVeque (1979).
 */
export function mergeSummaries(summaries: readonly TensorSummary[]): TensorSummary {
  const merged = emptySummary();
  let finite = 0;
  let mean = 0;
  let deviations = 0;
  let min = Infinity;
  let max = -Infinity;
  let norm = 0;
  for (const s of summaries) {
    merged.count += s.count;
    merged.zeros += s.zeros;
    merged.nans += s.nans;
    merged.posInfs += s.posInfs;
    merged.negInfs += s.negInfs;
    addHistogram(merged.histogram, s.histogram);
    const n = finiteCount(s);
    if (n <= 0) continue;
    const total = finite + n;
    const delta = s.mean - mean;
    mean = finite === 0 ? s.mean : mean + delta * (n / total);
    deviations += s.std * s.std * n + (finite === 0 ? 0 : delta * delta * ((finite * n) / total));
    finite = total;
    if (s.min < min) min = s.min;
    if (s.max > max) max = s.max;
    norm = norm === 0 ? s.norm : Math.hypot(norm, s.norm);
  }
  if (finite === 0) return merged;
  merged.min = min;
  merged.max = max;
  merged.mean = mean;
  merged.std = summaries.length === 1 ? (summaries[0]?.std ?? 0) : Math.sqrt(deviations / finite);
  merged.norm = norm;
  return merged;
}
