// The summary of a float32 tensor in memory, fast: one pass, whose histogram is a count per sign and
// exponent, read from the bits. Gives what core's `summarize` gives, several times faster.
import type { TensorSummary } from '../../../src/shared/core/stepRecord';
import { emptySummary } from '../../../src/shared/core/summary';
import { HEADS, nonFiniteIn, summaryOfPass, zerosOrSubnormalIn } from './pass';

/**
 * Counts by the upper nine bits, reset before each use. Neighbours mostly have the same exponent: two
 * sets keep an increment from waiting for the one before.
 */
const evenCounts = new Uint32Array(HEADS);
const oddCounts = new Uint32Array(HEADS);

/** Summarizes the values of a tensor of less than 2³² elements. */
export function summarizeFloat32(values: Float32Array): TensorSummary {
  if (values.length === 0) return emptySummary();
  const bits = new Uint32Array(values.buffer, values.byteOffset, values.length);
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
  const nonFinite = nonFiniteIn(evenCounts);
  if (nonFinite > 0) return summarizeFinite(values, nonFinite);
  const zeros = zerosOrSubnormalIn(evenCounts) > 0 ? countZeros(bits) : NO_ZEROS;
  const pass = { pivot, sum: sum + oddSum, squares: squares + oddSquares, min, max };
  return summaryOfPass(values.length, pass, evenCounts, zeros);
}

const NO_ZEROS = { positive: 0, negative: 0 };

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

function countZeros(bits: Uint32Array): { positive: number; negative: number } {
  let zeros = 0;
  let negative = 0;
  for (let i = 0; i < bits.length; i++) {
    if ((bits[i] as number) << 1 !== 0) continue;
    zeros++;
    negative += (bits[i] as number) >>> 31;
  }
  return { positive: zeros - negative, negative };
}
