// The summary of a float32 tensor in memory, fast: one pass, whose histogram is a count per sign and
// exponent, read from the bits. Gives what core's `summarize` gives, several times faster.
import { emptySummary } from '../../../src/shared/core/summary';
import { FIRST_OCTAVE, OCTAVES, type TensorSummary } from '../../../src/shared/core/stepRecord';

/** Sign and exponent field: the upper nine bits. */
const HEADS = 512;

/**
 * Counts by the upper nine bits, reset before each use. Neighbours mostly have the same exponent: two
 * sets keep an increment from waiting for the one before.
 */
const evenCounts = new Uint32Array(HEADS);
const oddCounts = new Uint32Array(HEADS);

/** Exponent field of NaN and ±Infinity. */
const NON_FINITE = 255;

/** What a set sign bit adds to the upper nine bits. */
const SIGN = 256;

/** Exponent field of the first bucket. */
const FIRST_FIELD = 127 + FIRST_OCTAVE;

/** Summarizes the values of a tensor of less than 2³² elements. */
export function summarizeFloat32(values: Float32Array): TensorSummary {
  const bits = new Uint32Array(values.buffer, values.byteOffset, values.length);
  // Deviations are taken from an element, so that a mean far above the deviation costs no digits.
  const pivot = values.find((x) => x - x === 0) ?? 0;
  evenCounts.fill(0);
  oddCounts.fill(0);
  let sum = 0;
  let squares = 0;
  let oddSum = 0;
  let oddSquares = 0;
  let min = Infinity;
  let max = -Infinity;
  const pairs = values.length - (values.length % 2);
  for (let i = 0; i < pairs; i += 2) {
    const x = values[i] as number;
    const y = values[i + 1] as number;
    const head = (bits[i] as number) >>> 23;
    const oddHead = (bits[i + 1] as number) >>> 23;
    evenCounts[head] = (evenCounts[head] as number) + 1;
    oddCounts[oddHead] = (oddCounts[oddHead] as number) + 1;
    const d = x - pivot;
    const e = y - pivot;
    sum += d;
    oddSum += e;
    squares += d * d;
    oddSquares += e * e;
    if (x < min) min = x;
    if (x > max) max = x;
    if (y < min) min = y;
    if (y > max) max = y;
  }
  if (pairs < values.length) {
    const x = values[pairs] as number;
    const head = (bits[pairs] as number) >>> 23;
    evenCounts[head] = (evenCounts[head] as number) + 1;
    sum += x - pivot;
    squares += (x - pivot) * (x - pivot);
    if (x < min) min = x;
    if (x > max) max = x;
  }
  for (let head = 0; head < HEADS; head++) {
    evenCounts[head] = (evenCounts[head] as number) + (oddCounts[head] as number);
  }
  // Rarely anything is not finite: then the others are summarized by themselves.
  const nonFinite = countOf(NON_FINITE) + countOf(SIGN + NON_FINITE);
  if (nonFinite > 0) return summarizeFinite(values, nonFinite);
  const summary = emptySummary();
  const count = values.length;
  if (count === 0) return summary;
  sum += oddSum;
  squares += oddSquares;
  summary.count = count;
  // Zeros share their exponent with subnormal numbers.
  if (countOf(0) + countOf(SIGN) > 0) {
    const [zeros, negativeZeros] = countZeros(bits);
    evenCounts[0] = countOf(0) - (zeros - negativeZeros);
    evenCounts[SIGN] = countOf(SIGN) - negativeZeros;
    summary.zeros = zeros;
  }
  fillHistogram(summary);
  // `+ 0` turns −0 into 0, as the reference does.
  summary.min = min + 0;
  summary.max = max + 0;
  summary.mean = pivot + sum / count + 0;
  summary.std = Math.sqrt(Math.max(0, squares - (sum * sum) / count) / count);
  // Σx² = Σ(d + p)². p is one of the x, so the sum is at least p² and cancellation is bounded.
  summary.norm = Math.sqrt(Math.max(0, squares + pivot * (2 * sum + count * pivot)));
  return summary;
}

const countOf = (head: number): number => evenCounts[head] as number;

/** The summary of values of which `nonFinite` are NaN or ±Infinity. */
function summarizeFinite(values: Float32Array, nonFinite: number): TensorSummary {
  const finite = new Float32Array(values.length - nonFinite);
  let next = 0;
  let nans = 0;
  let posInfs = 0;
  for (let i = 0; i < values.length; i++) {
    const x = values[i] as number;
    if (x - x === 0) finite[next++] = x;
    else if (x === Infinity) posInfs++;
    else if (x !== -Infinity) nans++;
  }
  const negInfs = nonFinite - nans - posInfs;
  return { ...summarizeFloat32(finite), count: values.length, nans, posInfs, negInfs };
}

/** Zeros of either sign, and those of them that are −0. */
function countZeros(bits: Uint32Array): [zeros: number, negativeZeros: number] {
  let zeros = 0;
  let negativeZeros = 0;
  for (let i = 0; i < bits.length; i++) {
    const magnitude = (bits[i] as number) << 1;
    if (magnitude !== 0) continue;
    zeros++;
    negativeZeros += (bits[i] as number) >>> 31;
  }
  return [zeros, negativeZeros];
}

/** From counts per exponent to counts per octave. */
function fillHistogram({ histogram: { negative, positive } }: TensorSummary): void {
  for (let field = 0; field < NON_FINITE; field++) {
    const bucket = Math.min(OCTAVES - 1, Math.max(0, field - FIRST_FIELD));
    positive[bucket] = (positive[bucket] as number) + countOf(field);
    negative[bucket] = (negative[bucket] as number) + countOf(SIGN + field);
  }
}
