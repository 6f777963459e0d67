// Octave histograms as TensorBoard's buckets: exact, because an octave is a bucket with fixed edges.
import { octaveEdge } from '../core/histogram';
import { OCTAVES, type TensorSummary } from '../core/stepRecord';

/** Index of the first and behind the last octave that counts something. */
function usedRange(counts: readonly number[]): [first: number, end: number] {
  let first = 0;
  while (first < OCTAVES && (counts[first] ?? 0) === 0) first++;
  let end = OCTAVES;
  while (end > first && (counts[end - 1] ?? 0) === 0) end--;
  return [first, end];
}

/** Edges of an octave by magnitude; the end octaves are open: they begin at 0, and end at `largest`. */
function edges(octave: number, largest: number): [lower: number, upper: number] {
  const lower = octave === 0 ? 0 : octaveEdge(octave);
  const upper = octave === OCTAVES - 1 ? Math.max(largest, lower) : octaveEdge(octave + 1);
  return [lower, upper];
}

/**
 * Buckets (left, right, count) from the most negative to the largest octave that counts something; zeros are the
 * bucket [0, 0]. The outermost edges are the smallest and the largest value, so that they can be read back exactly.
 * NaN and ±Infinity are in none. Empty for a tensor without finite elements.
 */
export function octaveRows({ histogram, zeros, min, max }: TensorSummary): number[] {
  const rows: number[] = [];
  const [firstNegative, endNegative] = usedRange(histogram.negative);
  for (let octave = endNegative - 1; octave >= firstNegative; octave--) {
    const [lower, upper] = edges(octave, -min);
    rows.push(-upper, -lower, histogram.negative[octave] ?? 0);
  }
  if (zeros > 0) rows.push(0, 0, zeros);
  const [firstPositive, endPositive] = usedRange(histogram.positive);
  for (let octave = firstPositive; octave < endPositive; octave++) {
    const [lower, upper] = edges(octave, max);
    rows.push(lower, upper, histogram.positive[octave] ?? 0);
  }
  if (rows.length > 0) {
    rows[0] = min;
    rows[rows.length - 2] = max;
  }
  // `+ 0` turns −0 into 0.
  return rows.map((value) => value + 0);
}
