// Which hyperparameters tell runs apart: lists and comparisons show those, and leave out what all share.
import type { HyperparameterValue, RunSummary } from './runSummary';

type WithHyperparameters = Pick<RunSummary, 'hyperparameters'>;

/**
 * Names of the hyperparameters that do not have the same value in all runs, in the order in which they are first
 * met. One that only some of the runs have is among them.
 */
export function differingHyperparameters(runs: readonly WithHyperparameters[]): string[] {
  const seen = new Map<string, Set<HyperparameterValue | undefined>>();
  for (const { hyperparameters } of runs) {
    for (const name of Object.keys(hyperparameters)) {
      if (!seen.has(name)) seen.set(name, new Set());
    }
  }
  for (const { hyperparameters } of runs) {
    for (const [name, values] of seen) values.add(hyperparameters[name]);
  }
  return [...seen].filter(([, values]) => values.size > 1).map(([name]) => name);
}

/** The same per model: two models have different hyperparameters anyway. By {@link RunSummary.path}. */
export function differencesByModel(
  runs: readonly Pick<RunSummary, 'path' | 'hyperparameters'>[],
): ReadonlyMap<string, readonly string[]> {
  const models = new Map<string, WithHyperparameters[]>();
  for (const run of runs) {
    const others = models.get(run.path);
    if (others) others.push(run);
    else models.set(run.path, [run]);
  }
  return new Map([...models].map(([path, same]) => [path, differingHyperparameters(same)]));
}
