// Statistics of short series of numbers that are noisy and depend on their predecessors.

/**
 * Standard score of the Mann–Kendall test for a trend (Mann 1945; Kendall 1975): above 0 the series
 * rises. Ranks only, so that outliers and scale do not matter. 0 for fewer than four values.
 */
export function trendScore(values: readonly number[], from = 0): number {
  const n = values.length - from;
  if (n < 4) return 0;
  let sum = 0;
  for (let i = from + 1; i < values.length; i++) {
    const newer = values[i] ?? 0;
    for (let j = from; j < i; j++) {
      const older = values[j] ?? 0;
      if (newer > older) sum++;
      else if (newer < older) sum--;
    }
  }
  const variance = (n * (n - 1) * (2 * n + 5)) / 18;
  // The correction for continuity makes short series count for less.
  return (sum - Math.sign(sum)) / Math.sqrt(variance);
}

/** Mean of values[from … to). */
export function meanOf(values: readonly number[], from = 0, to = values.length): number {
  let sum = 0;
  for (let i = from; i < to; i++) sum += values[i] ?? 0;
  return sum / (to - from);
}

/**
 * Mean of values[from …) and its standard error by batch means, corrected for what neighbours have in
 * common: × √((1 + r) / (1 − r)), r their correlation where it is positive (Bayley and Hammersley 1946).
 */
export function meanWithError(
  values: readonly number[],
  from = 0,
): { mean: number; error: number } {
  const n = values.length - from;
  const mean = meanOf(values, from);
  let squares = 0;
  let products = 0;
  for (let i = from; i < values.length; i++) {
    const deviation = (values[i] ?? 0) - mean;
    squares += deviation * deviation;
    if (i > from) products += deviation * ((values[i - 1] ?? 0) - mean);
  }
  if (n < 2 || squares === 0) return { mean, error: 0 };
  const r = Math.min(0.9, Math.max(0, products / squares));
  return { mean, error: Math.sqrt(((squares / (n - 1) / n) * (1 + r)) / (1 - r)) };
}

/**
 * Deviation of the noise in a series with a smooth trend, from second differences (Gasser, Sroka and
 * Jennen-Steinmetz 1986). 0 for fewer than three values.
 */
export function noiseOf(values: readonly number[]): number {
  let squares = 0;
  for (let i = 1; i + 1 < values.length; i++) {
    const bend = ((values[i - 1] ?? 0) + (values[i + 1] ?? 0)) / 2 - (values[i] ?? 0);
    squares += bend * bend;
  }
  return values.length < 3 ? 0 : Math.sqrt((squares * 2) / 3 / (values.length - 2));
}
