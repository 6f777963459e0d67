// Successive halving (Jamieson & Talwalkar, "Non-stochastic Best Arm Identification and Hyperparameter
// Optimization", AISTATS 2016; with a factor η other than 2 as in Li et al., "Hyperband", JMLR 2018): all trials
// train a little, the best one in η of them trains η times as long, and so on.

/** One round. */
export interface Rung {
  /** Trials that take part. */
  trials: number;
  /** Epochs or steps that each has trained when it ends, from its beginning. */
  amount: number;
}

/**
 * The rounds of `trials` trials of which the last ones train `amount`; each has 1/`factor` of the trials of the
 * one before, rounded down, and none trains less than `minimum`. There is at least one round.
 */
export function rungs(trials: number, amount: number, factor: number, minimum: number): Rung[] {
  let count = 1;
  for (let n = Math.floor(trials / factor), r = amount / factor; n >= 1 && r >= minimum; count++) {
    n = Math.floor(n / factor);
    r /= factor;
  }
  return Array.from({ length: count }, (_, i) => ({
    trials: Math.floor(trials / factor ** i),
    amount: Math.max(1, Math.round(amount / factor ** (count - 1 - i))),
  }));
}

/** The `count` with the smallest values; of equals the one that comes first. In the order in which they came. */
export function promoted<T extends { value: number }>(trials: readonly T[], count: number): T[] {
  const best = new Set([...trials].sort((a, b) => a.value - b.value || 0).slice(0, count));
  return trials.filter((trial) => best.has(trial));
}
