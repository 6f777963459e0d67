// The summary of a float32 tensor in memory, fast: one pass, whose histogram is a count per sign and
// exponent, read from the bits. Gives what core's `summarize` gives, several times faster.
import { emptySummary } from '../../../src/shared/core/summary';
import { FIRST_OCTAVE, OCTAVES, type TensorSummary } from '../../../src/shared/core/stepRecord';

/** Counts by the upper nine bits: sign and exponent field. Reset before each use. */
const counts = new Uint32Array(512);

/** Exponent field of NaN and ±Infinity. */
const NON_FINITE = 255;

/** Exponent field of the first bucket. */
const FIRST_FIELD = 127 + FIRST_OCTAVE;

/** The bits of −0. */
const NEGATIVE_ZERO = 0x80000000;

/** Summarizes the values of a tensor of less than 2³² elements. */
export function summarizeFloat32(values: Float32Array): TensorSummary {
  const bits = new Uint32Array(values.buffer, values.byteOffset, values.length);
  const summary = emptySummary();
  counts.fill(0);
  // Deviations are taken from an element, so that a mean far above the deviation costs no digits.
  const pivot = values.find((x) => x - x === 0) ?? 0;
  let zeros = 0;
  let negativeZeros = 0;
  let sum = 0;
  let squares = 0;
  let min = Infinity;
  let max = -Infinity;
  for (let i = 0; i < values.length; i++) {
    const x = values[i] as number;
    const word = bits[i] as number;
    const head = word >>> 23;
    if ((head & NON_FINITE) === NON_FINITE) {
      if (x > 0) summary.posInfs++;
      else if (x < 0) summary.negInfs++;
      else summary.nans++;
      continue;
    }
    counts[head] = (counts[head] as number) + 1;
    zeros += x === 0 ? 1 : 0;
    negativeZeros += word === NEGATIVE_ZERO ? 1 : 0;
    const d = x - pivot;
    sum += d;
    squares += d * d;
    if (x < min) min = x;
    if (x > max) max = x;
  }
  summary.count = values.length;
  summary.zeros = zeros;
  const finite = values.length - summary.nans - summary.posInfs - summary.negInfs;
  if (finite === 0) return summary;
  fillHistogram(summary, zeros - negativeZeros, negativeZeros);
  // `+ 0` turns −0 into 0, as the reference does.
  summary.min = min + 0;
  summary.max = max + 0;
  summary.mean = pivot + sum / finite + 0;
  summary.std = Math.sqrt(Math.max(0, squares - (sum * sum) / finite) / finite);
  // Σx² = Σ(d + p)². p is one of the x, so the sum is at least p² and cancellation is bounded.
  summary.norm = Math.sqrt(Math.max(0, squares + pivot * (2 * sum + finite * pivot)));
  return summary;
}

/** From counts per exponent to counts per octave. Zeros share their exponent with subnormals. */
function fillHistogram(
  { histogram }: TensorSummary,
  positiveZeros: number,
  negativeZeros: number,
): void {
  const { negative, positive } = histogram;
  for (let field = 0; field < NON_FINITE; field++) {
    const bucket = Math.min(OCTAVES - 1, Math.max(0, field - FIRST_FIELD));
    positive[bucket] = (positive[bucket] ?? 0) + (counts[field] ?? 0);
    negative[bucket] = (negative[bucket] ?? 0) + (counts[256 + field] ?? 0);
  }
  positive[0] = (positive[0] ?? 0) - positiveZeros;
  negative[0] = (negative[0] ?? 0) - negativeZeros;
}
