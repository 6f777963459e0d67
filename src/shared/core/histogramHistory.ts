// How a layer's gradient histogram moved over the steps, in a bounded number of columns. A column
// stands for a window of steps and is the sum of their histograms, so no element is ever lost.
import { OCTAVES, type TensorSummary } from './stepRecord';
import { nonFiniteCount } from './summary';

/** Columns kept per layer at most: more than the pictures have pixels to spare. */
export const MAX_COLUMNS = 160;

/** Buckets of a column: negatives from large to small, zeros, positives from small to large. */
export const SIGNED_BUCKETS = 2 * OCTAVES + 1;
/** Index of the zeros. */
export const ZERO_BUCKET = OCTAVES;

export interface HistogramColumn {
  readonly firstStep: number;
  readonly lastStep: number;
  /** Step records summed up. */
  readonly records: number;
  /** {@link SIGNED_BUCKETS} counts. */
  readonly counts: Float64Array;
  /** NaN and ±Infinity elements. */
  readonly nonFinite: number;
}

/** Octaves [low, high] that matter, by index; `undefined` before the first non-zero gradient. */
export type OctaveRange = readonly [low: number, high: number] | undefined;

export interface HistogramHistory {
  /** Ascending by step, without overlap. */
  readonly columns: readonly HistogramColumn[];
  /** Union over all steps so far, so that axes only ever widen. */
  readonly range: OctaveRange;
}

export const EMPTY_HISTORY: HistogramHistory = { columns: [], range: undefined };

/** Share of a tensor's elements below which an outer octave does not widen the axis. */
const NEGLIGIBLE_SHARE = 0.002;

/** The signed bucket of an octave. */
export function signedBucket(octave: number, negative: boolean): number {
  return negative ? ZERO_BUCKET - 1 - octave : ZERO_BUCKET + 1 + octave;
}

function add(counts: Float64Array, bucket: number, count: number): void {
  counts[bucket] = (counts[bucket] ?? 0) + count;
}

/** Adds the elements of `summary` to the counts of a column. */
export function addCounts(counts: Float64Array, { histogram, zeros }: TensorSummary): void {
  const { negative, positive } = histogram;
  for (let octave = 0; octave < negative.length; octave++) {
    const below = negative[octave] ?? 0;
    const above = positive[octave] ?? 0;
    if (below !== 0) add(counts, ZERO_BUCKET - 1 - octave, below);
    if (above !== 0) add(counts, ZERO_BUCKET + 1 + octave, above);
  }
  add(counts, ZERO_BUCKET, zeros);
}

/** A step's summary as a column. */
export function columnOf(step: number, summary: TensorSummary): HistogramColumn {
  const counts = new Float64Array(SIGNED_BUCKETS);
  addCounts(counts, summary);
  const nonFinite = nonFiniteCount(summary);
  return { firstStep: step, lastStep: step, records: 1, counts, nonFinite };
}

/** The octaves of a summary that hold more than a negligible share on either side. */
export function rangeOf({ histogram: { negative, positive } }: TensorSummary): OctaveRange {
  const octaves = negative.length;
  let total = 0;
  for (let i = 0; i < octaves; i++) total += (negative[i] ?? 0) + (positive[i] ?? 0);
  const least = total * NEGLIGIBLE_SHARE;
  let low = -1;
  let high = -1;
  for (let octave = 0; octave < octaves; octave++) {
    if ((negative[octave] ?? 0) + (positive[octave] ?? 0) <= least) continue;
    if (low < 0) low = octave;
    high = octave;
  }
  return low < 0 ? undefined : [low, high];
}

/** The smallest range that holds both. */
export function unionRange(a: OctaveRange, b: OctaveRange): OctaveRange {
  if (a === undefined || b === undefined) return a ?? b;
  if (a[0] <= b[0] && a[1] >= b[1]) return a;
  return [Math.min(a[0], b[0]), Math.max(a[1], b[1])];
}

/** The history with `columns` in place of all its own from the first of them on. */
export function replaceColumns(
  history: HistogramHistory,
  columns: readonly HistogramColumn[],
  range: OctaveRange,
): HistogramHistory {
  const from = columns[0]?.firstStep ?? Infinity;
  const kept = history.columns.filter(({ firstStep }) => firstStep < from);
  return { columns: [...kept, ...columns], range: unionRange(history.range, range) };
}
