// What one pass over the float32 values of a tensor finds, and the summary that follows from it. The
// pass itself is written twice: in JavaScript (float32.ts) and for tfjs's wasm heap (wasm/).
import { emptySummary } from '../../../src/shared/core/summary';
import { FIRST_OCTAVE, OCTAVES, type TensorSummary } from '../../../src/shared/core/stepRecord';

/** Values of sign and exponent field: the upper nine bits of a float32. */
export const HEADS = 512;

/** What a set sign bit adds to the upper nine bits. */
export const SIGN = 256;

/** Exponent field of NaN and ±Infinity. */
const NON_FINITE = 255;

/** Exponent field of the first bucket. */
const FIRST_FIELD = 127 + FIRST_OCTAVE;

/** Exponent field of the last bucket. */
const LAST_FIELD = FIRST_FIELD + OCTAVES - 1;

/** Sums of a pass, in float64. */
export interface Pass {
  /** A finite element, from which deviations are taken: a mean far above the deviation costs no digits. */
  pivot: number;
  /** Σ(x − pivot) and Σ(x − pivot)². */
  sum: number;
  squares: number;
  min: number;
  max: number;
}

/** Number of NaN and ±Infinity elements, from the counts per value of the upper nine bits. */
export function nonFiniteIn(counts: Uint32Array): number {
  return at(counts, NON_FINITE) + at(counts, SIGN + NON_FINITE);
}

/** Number of zeros and subnormal numbers, which share their exponent. */
export function zerosOrSubnormalIn(counts: Uint32Array): number {
  return at(counts, 0) + at(counts, SIGN);
}

/**
 * The summary of `count` finite elements, at least one. `counts` holds the elements per value of the
 * upper nine bits; those that are zero are to be told, and are taken off it.
 */
export function summaryOfPass(
  count: number,
  { pivot, sum, squares, min, max }: Pass,
  counts: Uint32Array,
  zeros: { positive: number; negative: number },
): TensorSummary {
  const summary = emptySummary();
  summary.count = count;
  summary.zeros = zeros.positive + zeros.negative;
  counts[0] = at(counts, 0) - zeros.positive;
  counts[SIGN] = at(counts, SIGN) - zeros.negative;
  fillBuckets(summary.histogram.positive, counts, 0);
  fillBuckets(summary.histogram.negative, counts, SIGN);
  // `+ 0` turns −0 into 0, as the reference does.
  summary.min = min + 0;
  summary.max = max + 0;
  summary.mean = pivot + sum / count + 0;
  summary.std = Math.sqrt(Math.max(0, squares - (sum * sum) / count) / count);
  // Σx² = Σ(d + p)². p is one of the x, so the sum is at least p² and cancellation is bounded.
  summary.norm = Math.sqrt(Math.max(0, squares + pivot * (2 * sum + count * pivot)));
  return summary;
}

/** From counts per exponent, of one sign, to counts per octave, whose end buckets are open. */
function fillBuckets(buckets: number[], counts: Uint32Array, sign: number): void {
  let below = 0;
  for (let field = 0; field <= FIRST_FIELD; field++) below += at(counts, sign + field);
  let above = 0;
  for (let field = LAST_FIELD; field < NON_FINITE; field++) above += at(counts, sign + field);
  buckets[0] = below;
  for (let i = 1; i < OCTAVES - 1; i++) buckets[i] = at(counts, sign + FIRST_FIELD + i);
  buckets[OCTAVES - 1] = above;
}

const at = (counts: Uint32Array, head: number): number => counts[head] as number;
