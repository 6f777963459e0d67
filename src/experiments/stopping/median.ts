// The median stopping rule (Golovin, Solnik, Moitra, Kochanski, Karro, Sculley, "Google Vizier: A Service for
// Black-Box Optimization", KDD 2017, section 3.2.2): a trial is stopped at step s if its best value by s is
// strictly worse than the median of the running averages, up to s, of all completed trials.

/** What a trial reported after so many epochs or steps. Values are to be minimized. */
export interface Report {
  at: number;
  value: number;
}

/** Mean of the values reported up to `at`, both in order; undefined where there are none. */
export function runningAverage(reports: readonly Report[], at: number): number | undefined {
  const values = reports.filter((report) => report.at <= at).map(({ value }) => value);
  if (values.length === 0) return undefined;
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** The middle value; the mean of the middle two where their number is even. NaN of nothing. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const high = sorted[middle] ?? NaN;
  return sorted.length % 2 === 1 ? high : ((sorted[middle - 1] ?? NaN) + high) / 2;
}

/** When the rule may speak. */
export interface MedianOptions {
  /** Not before a trial trained more than this. */
  grace: number;
  /** Not before so many trials have completed. */
  trials: number;
}

/**
 * True where a trial with `reports` should end at its newest one. `completed` are the reports of trials that
 * trained to their end.
 */
export function isBelowMedian(
  reports: readonly Report[],
  completed: readonly (readonly Report[])[],
  { grace, trials }: MedianOptions,
): boolean {
  const newest = reports.at(-1);
  if (!newest || newest.at <= grace || completed.length < trials) return false;
  const averages = completed.flatMap((other) => runningAverage(other, newest.at) ?? []);
  if (averages.length < trials) return false;
  const best = Math.min(...reports.map(({ value }) => value));
  return best > median(averages);
}
