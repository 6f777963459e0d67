// Statistics of block pairs. Each round gives one time per contestant; a ratio is formed within a
// round, so that whatever slows the machine for a while slows both sides of it.

/** The ratio of two contestants over all rounds. */
export interface PairStatistics {
  /** Median of the ratios of the pairs. */
  ratio: number;
  min: number;
  max: number;
  pairs: number;
}

/** The median; of an even number the mean of the middle two. */
export function median(values: readonly number[]): number {
  if (values.length === 0) throw new RangeError('There is no median of nothing.');
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2;
}

/** Ratios of `times` to `against`, round by round. */
export function comparePairs(times: readonly number[], against: readonly number[]): PairStatistics {
  if (times.length !== against.length) {
    throw new RangeError(`${times.length} times cannot be paired with ${against.length}.`);
  }
  const ratios = times.map((time, i) => time / (against[i] ?? Number.NaN));
  return {
    ratio: median(ratios),
    min: Math.min(...ratios),
    max: Math.max(...ratios),
    pairs: ratios.length,
  };
}

/**
 * The order in which `count` contestants run in a round: rotated, and reversed in every other round,
 * so that none always follows the same one or always comes first.
 */
export function orderOfRound(round: number, count: number): number[] {
  const order = Array.from({ length: count }, (_, i) => (i + (round >> 1)) % count);
  return round % 2 === 0 ? order : order.reverse();
}
