// Buckets of any form as a tensor summary. Octaves have fixed edges, those buckets do not: what lies within one
// octave is counted exactly, a bucket that reaches over several is taken as filled evenly, as TensorBoard draws it.
import { absentSummary } from '../core/absent';
import { octaveEdge, octaveOf } from '../core/histogram';
import type { TensorSummary } from '../core/stepRecord';
import { emptySummary } from '../core/summary';
import type { BucketHistogram } from './buckets';

/** A summary out of buckets, and what of it is estimated. */
export interface ConvertedHistogram {
  summary: TensorSummary;
  /** Share of the finite elements whose octave is estimated, 0 … 1. */
  interpolated: number;
  /** Mean, deviation and norm are those of the elements, not of evenly filled buckets. */
  exactMoments: boolean;
}

/** Counts that are spread over octaves, as whole numbers whose sum stays what it was. */
class Spread {
  private exact = 0;
  private given = 0;

  take(count: number): number {
    this.exact += count;
    const whole = Math.round(this.exact) - this.given;
    this.given += whole;
    return whole;
  }
}

/** A bucket cut to the values that are there. */
interface Bucket {
  from: number;
  to: number;
  count: number;
}

function cut({ left, right, count, moments }: BucketHistogram): Bucket[] {
  const lowest = moments?.min ?? -Infinity;
  const highest = moments?.max ?? Infinity;
  // A writer that leaves out both says 0 and 0.
  const isStated = lowest !== 0 || highest !== 0 || moments?.sumSquares === 0;
  const isCut = isStated && lowest <= highest && Number.isFinite(highest - lowest);
  const buckets: Bucket[] = [];
  for (let i = 0; i < count.length; i++) {
    const n = count[i] ?? 0;
    if (n === 0) continue;
    const [from = NaN, to = NaN] = [left[i], right[i]];
    buckets.push({
      from: isCut ? Math.min(Math.max(from, lowest), highest) : from,
      to: isCut ? Math.max(Math.min(to, highest), lowest) : to,
      count: n,
    });
  }
  return buckets;
}

/**
 * Elements of a bucket that begins at 0 and ends below the smallest octave which are zero: the limits of
 * HistogramProto, and linear buckets whose smallest value is 0, put zeros together with the smallest positive
 * numbers. As many of these are taken to be there as there are of the smallest negative numbers.
 */
function zerosBelow(bucket: Bucket, buckets: readonly Bucket[], sumSquares: number | undefined) {
  if (sumSquares === 0) return bucket.count;
  const mirrored = buckets.find(({ from, to }) => to === 0 && from < 0 && from >= -bucket.to);
  return Math.max(0, bucket.count - (mirrored?.count ?? 0));
}

/** True where all of a bucket lies within one octave of one sign. */
function isWithinOctave(low: number, high: number): boolean {
  // The right edge belongs to the next bucket, so an edge of an octave is no part of it.
  return octaveOf(low) === octaveOf(high) || high === octaveEdge(octaveOf(low) + 1);
}

/** Puts a bucket 0 ≤ low < high by magnitude into the counts of its sign, even in width. True where exact. */
function fill(counts: number[], low: number, high: number, count: number): boolean {
  const first = low === 0 ? 0 : octaveOf(low);
  const add = (octave: number, n: number): void => {
    counts[octave] = (counts[octave] ?? 0) + n;
  };
  if (low === high || (low > 0 && isWithinOctave(low, high))) {
    add(low === high ? octaveOf(low) : first, count);
    return true;
  }
  // The first octave reaches down to 0.
  if (low === 0 && high <= octaveEdge(1)) {
    add(0, count);
    return true;
  }
  const last = octaveOf(high);
  const spread = new Spread();
  for (let octave = first; octave <= last; octave++) {
    const from = octave === first ? low : octaveEdge(octave);
    const to = octave === last ? high : octaveEdge(octave + 1);
    add(octave, spread.take((count * Math.max(0, to - from)) / (high - low)));
  }
  return false;
}

/** Sums over evenly filled buckets. */
class Sums {
  count = 0;
  sum = 0;
  squares = 0;
  /** True while all buckets are single values. */
  isExact = true;

  add({ from, to, count }: Bucket): void {
    this.count += count;
    this.sum += (count * (from + to)) / 2;
    this.squares += (count * (from * from + from * to + to * to)) / 3;
    if (from !== to) this.isExact = false;
  }
}

/** The summary of the tensor that a histogram was made of. Absent for a histogram of nothing. */
export function convertHistogram(histogram: BucketHistogram): ConvertedHistogram {
  const buckets = cut(histogram);
  const finite = buckets.filter(({ from, to }) => Number.isFinite(from) && Number.isFinite(to));
  const summary = emptySummary();
  const { moments } = histogram;
  const total = Math.round(buckets.reduce((sum, { count }) => sum + count, 0));
  const counted = Math.round(finite.reduce((sum, { count }) => sum + count, 0));
  summary.count = Math.max(total, Math.round(finiteOr(moments?.num, total)));
  if (summary.count === 0) {
    return { summary: absentSummary(), interpolated: 0, exactMoments: false };
  }
  // Elements in no bucket with finite edges are not finite; how many of which kind is not told.
  const isSumBroken = moments !== undefined && !Number.isFinite(moments.sum + moments.sumSquares);
  summary.nans = Math.max(
    summary.count - counted,
    isSumBroken && counted === summary.count ? 1 : 0,
  );
  if (summary.count - summary.nans <= 0) return { summary, interpolated: 0, exactMoments: true };
  const estimated = place(summary, finite, moments);
  return { summary, interpolated: estimated / counted, ...setMoments(summary, finite, histogram) };
}

function finiteOr(value: number | undefined, other: number): number {
  return value !== undefined && Number.isFinite(value) && value >= 0 ? value : other;
}

/** Counts zeros and octaves; the number of elements whose octave is estimated. */
function place(
  summary: TensorSummary,
  buckets: readonly Bucket[],
  moments: BucketHistogram['moments'],
): number {
  const { negative, positive } = summary.histogram;
  const whole = new Spread();
  let estimated = 0;
  for (const bucket of buckets) {
    const { from, to } = bucket;
    const count = whole.take(bucket.count);
    if (from === 0 && to === 0) {
      summary.zeros += count;
    } else if (from === 0 && to <= octaveEdge(0) && (moments || bucket === buckets[0])) {
      const zeros = Math.min(count, zerosBelow(bucket, buckets, moments?.sumSquares));
      summary.zeros += zeros;
      fill(positive, from, to, count - zeros);
      if (zeros > 0 && zeros < count) estimated += count;
    } else if (from >= 0) {
      if (!fill(positive, from, to, count)) estimated += count;
    } else if (to <= 0) {
      if (!fill(negative, -to, -from, count)) estimated += count;
    } else {
      const below = Math.round((count * -from) / (to - from));
      fill(negative, 0, -from, below);
      fill(positive, 0, to, count - below);
      estimated += count;
    }
  }
  return estimated;
}

function setMoments(
  summary: TensorSummary,
  buckets: readonly Bucket[],
  { moments }: BucketHistogram,
): { exactMoments: boolean } {
  const sums = new Sums();
  for (const bucket of buckets) sums.add(bucket);
  summary.min = (buckets[0]?.from ?? 0) + 0;
  summary.max = (buckets.at(-1)?.to ?? 0) + 0;
  const isKnown = moments !== undefined && summary.nans === 0;
  const { count, sum, squares } = isKnown
    ? { count: moments.num, sum: moments.sum, squares: moments.sumSquares }
    : sums;
  const n = count > 0 ? count : sums.count;
  summary.mean = sum / n + 0;
  summary.std = Math.sqrt(Math.max(0, squares / n - (sum / n) ** 2));
  summary.norm = Math.sqrt(Math.max(0, squares));
  return { exactMoments: isKnown || sums.isExact };
}
