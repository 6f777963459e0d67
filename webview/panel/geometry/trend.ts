// Where a gradient norm is heading, in decades, so that 1e-6 → 1e-7 weighs as much as 1 → 0.1.

export type Trend = 'rising' | 'falling' | 'steady' | 'unknown';

/** Points compared: the median of the newest against the median of those before. */
const RECENT = 10;
const BEFORE = 30;
/** Decades (a factor of 1.6) by which the medians must differ. */
const NOTABLE_DECADES = 0.2;

function median(values: number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? NaN;
}

/** The trend at the end of a series of norms; NaN and zeros are passed over. */
export function trendOf(norms: Float64Array): Trend {
  const logs: number[] = [];
  for (let i = norms.length - 1; i >= 0 && logs.length < RECENT + BEFORE; i--) {
    const norm = norms[i] ?? NaN;
    if (norm > 0 && norm < Infinity) logs.push(Math.log10(norm));
  }
  if (logs.length < RECENT * 1.5) return 'unknown';
  const change = median(logs.slice(0, RECENT)) - median(logs.slice(RECENT));
  if (Math.abs(change) < NOTABLE_DECADES) return 'steady';
  return change > 0 ? 'rising' : 'falling';
}

/** A norm series reduced to `width` points of log10: the largest of each stretch, NaN for none. */
export function sparkline(norms: Float64Array, width: number): Float64Array {
  const points = Math.min(width, norms.length);
  const line = new Float64Array(Math.max(0, points)).fill(NaN);
  for (let i = 0; i < norms.length; i++) {
    const norm = norms[i] ?? NaN;
    if (!(norm > 0) || norm === Infinity) continue;
    const p = Math.floor((i * points) / norms.length);
    if (!(norm <= (line[p] ?? NaN))) line[p] = norm;
  }
  return line.map(Math.log10);
}
