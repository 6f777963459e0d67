// The tree-structured Parzen estimator (Bergstra, Bardenet, Bengio, Kégl, "Algorithms for Hyper-Parameter
// Optimization", NeurIPS 2011, section 4): trials are divided into the best and the rest; l(x) is the density of
// the best, g(x) of the rest, and the expected improvement grows with l(x) / g(x). So candidates are drawn from
// l, and the one with the largest ratio is tried. Parameters are taken as independent of each other.
import type { HyperparameterValue } from '../../shared/core/runSummary';
import type { Random } from '../../shared/core/random';
import { isChoice, type Assignment, type ExperimentSpec } from '../spec/experimentSpec';
import { ChoiceDensity, ParzenDensity, type Density } from './parzen';
import { drawNew } from './random';
import type { Observation, Search } from './search';
import { assignmentsOf, fromUnit, isSame, randomOfTrial, toUnit } from './space';

/** Trials drawn at random before there is something to learn from. */
const STARTUP = 10;
/** Candidates of which the best one is tried (section 4.2: "many"; 24 in the authors' own hyperopt). */
const CANDIDATES = 24;
/** γ of the paper: the share of the trials that count as the best, at most so many. */
const BEST_SHARE = 0.15;
const MOST_BEST = 25;

/** Number of the best of `count` trials. */
export function bestCount(count: number): number {
  return Math.min(MOST_BEST, Math.max(1, Math.ceil(BEST_SHARE * count)));
}

/** One parameter's densities: of the best trials and of the rest. */
interface Estimate {
  name: string;
  best: Density;
  rest: Density;
  /** From the place at which densities work to the value of the parameter. */
  valueAt: (place: number) => HyperparameterValue;
}

/** Learns from observations; random before there are enough of them. */
export function parzenSearch(parameters: ExperimentSpec['parameters'], seed: number): Search {
  const size = assignmentsOf(parameters);
  return {
    size: Number.isFinite(size) ? size : undefined,
    learns: true,
    propose: (index, observations, taken) => {
      const random = randomOfTrial(seed, index);
      const other = (): Assignment | undefined => drawNew(parameters, random, taken);
      if (observations.length < STARTUP) return other();
      const proposed = likeliest(estimates(parameters, observations), random, taken);
      return proposed ?? other();
    },
  };
}

function estimates(
  parameters: ExperimentSpec['parameters'],
  observations: readonly Observation[],
): Estimate[] {
  // A stable sort: of equals the earlier counts.
  const sorted = [...observations].sort((a, b) => (a.value === b.value ? 0 : a.value - b.value));
  const count = bestCount(sorted.length);
  const best = sorted.slice(0, count);
  const rest = sorted.slice(count);
  return Object.entries(parameters).map(([name, range]): Estimate => {
    if (isChoice(range)) {
      const { values } = range;
      const of = (trials: readonly Observation[]): Density =>
        new ChoiceDensity(
          trials.map(({ assignment }) => values.findIndex((value) => value === assignment[name])),
          values.length,
        );
      const valueAt = (place: number): HyperparameterValue => values[place] ?? values[0] ?? 0;
      return { name, best: of(best), rest: of(rest), valueAt };
    }
    const of = (trials: readonly Observation[]): Density =>
      new ParzenDensity(trials.map(({ assignment }) => toUnit(range, Number(assignment[name]))));
    return { name, best: of(best), rest: of(rest), valueAt: (place) => fromUnit(range, place) };
  });
}

/** The best of the candidates that were not tried before. */
function likeliest(
  all: readonly Estimate[],
  random: Random,
  taken: readonly Assignment[],
): Assignment | undefined {
  let chosen: Assignment | undefined;
  let highest = -Infinity;
  for (let i = 0; i < CANDIDATES; i++) {
    let score = 0;
    const entries = all.map(({ name, best, rest, valueAt }) => {
      const place = best.draw(random);
      score += best.log(place) - rest.log(place);
      return [name, valueAt(place)] as const;
    });
    const candidate = Object.fromEntries(entries);
    if (score <= highest || taken.some((other) => isSame(other, candidate))) continue;
    highest = score;
    chosen = candidate;
  }
  return chosen;
}
