// How a layer's gradient histogram moved over the steps, in at most 160 columns. A column that stands
// for several steps is their sum; the newest step always has a column of its own.
import { OCTAVES, type TensorSummary } from '../../../src/shared/core/stepRecord';

/** Columns kept per layer. */
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
  readonly columns: readonly HistogramColumn[];
  /** Step records per column, the newest apart; a power of two. */
  readonly stride: number;
  /** Union over all steps so far, so that axes only ever widen. */
  readonly range: OctaveRange;
}

export const EMPTY_HISTORY: HistogramHistory = { columns: [], stride: 1, range: undefined };

/** Share of a tensor's elements below which an outer octave does not widen the axis. */
const NEGLIGIBLE_SHARE = 0.002;

/** The signed bucket of an octave. */
export function signedBucket(octave: number, negative: boolean): number {
  return negative ? ZERO_BUCKET - 1 - octave : ZERO_BUCKET + 1 + octave;
}

/** A step's summary as a column. */
export function columnOf(step: number, summary: TensorSummary): HistogramColumn {
  const counts = new Float64Array(SIGNED_BUCKETS);
  for (let octave = 0; octave < OCTAVES; octave++) {
    counts[signedBucket(octave, true)] = summary.histogram.negative[octave] ?? 0;
    counts[signedBucket(octave, false)] = summary.histogram.positive[octave] ?? 0;
  }
  counts[ZERO_BUCKET] = summary.zeros;
  const nonFinite = summary.nans + summary.posInfs + summary.negInfs;
  return { firstStep: step, lastStep: step, records: 1, counts, nonFinite };
}

/** The octaves of a column that hold more than a negligible share on either side. */
export function rangeOf(column: HistogramColumn): OctaveRange {
  let total = 0;
  for (const count of column.counts) total += count;
  const least = (total - (column.counts[ZERO_BUCKET] ?? 0)) * NEGLIGIBLE_SHARE;
  let low = -1;
  let high = -1;
  for (let octave = 0; octave < OCTAVES; octave++) {
    const count =
      (column.counts[signedBucket(octave, true)] ?? 0) +
      (column.counts[signedBucket(octave, false)] ?? 0);
    if (count <= least) continue;
    if (low < 0) low = octave;
    high = octave;
  }
  return low < 0 ? undefined : [low, high];
}

/** The smallest range that holds both. */
export function unionRange(a: OctaveRange, b: OctaveRange): OctaveRange {
  if (a === undefined || b === undefined) return a ?? b;
  return [Math.min(a[0], b[0]), Math.max(a[1], b[1])];
}

function merge(a: HistogramColumn, b: HistogramColumn): HistogramColumn {
  const counts = new Float64Array(SIGNED_BUCKETS);
  for (let i = 0; i < SIGNED_BUCKETS; i++) counts[i] = (a.counts[i] ?? 0) + (b.counts[i] ?? 0);
  return {
    firstStep: Math.min(a.firstStep, b.firstStep),
    lastStep: Math.max(a.lastStep, b.lastStep),
    records: a.records + b.records,
    counts,
    nonFinite: a.nonFinite + b.nonFinite,
  };
}

/** Appends a step. Steps that are not newer than the newest are left out. */
export function appendColumn(history: HistogramHistory, column: HistogramColumn): HistogramHistory {
  const newest = history.columns.at(-1);
  if (newest !== undefined && column.firstStep <= newest.lastStep) return history;
  let columns = [...history.columns];
  let { stride } = history;
  // 1. The former newest joins the column before it while that one has room.
  const before = columns.at(-2);
  if (newest !== undefined && before !== undefined && before.records + newest.records <= stride) {
    columns.splice(-2, 2, merge(before, newest));
  }
  columns.push(column);
  // 2. Too many: columns join in pairs, the newest apart, and hold twice as many steps from now on.
  if (columns.length > MAX_COLUMNS) {
    stride *= 2;
    const paired: HistogramColumn[] = [];
    for (let i = 0; i + 1 < columns.length; i += 2) {
      const a = columns[i];
      const b = columns[i + 1];
      if (a === undefined || b === undefined) break;
      if (i + 1 === columns.length - 1) paired.push(a);
      else paired.push(merge(a, b));
    }
    columns = [...paired, column];
  }
  return { columns, stride, range: unionRange(history.range, rangeOf(column)) };
}
