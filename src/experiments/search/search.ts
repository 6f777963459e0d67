// What a search is: it proposes the values of trial after trial from what earlier trials gave.
import type { Assignment, ExperimentSpec } from '../spec/experimentSpec';
import { grid } from './grid';
import { randomSearch } from './random';
import { parzenSearch } from './tpe';

/** A trial that has ended, and what it gave. */
export interface Observation {
  assignment: Assignment;
  /** To be minimized; +Infinity for a trial that failed. Never NaN. */
  value: number;
}

/** Proposes trials. The same calls give the same proposals. */
export interface Search {
  /** Trials that it has at most; undefined where there is no end. */
  readonly size: number | undefined;
  /** True where it learns from observations. */
  readonly learns: boolean;
  /**
   * The values of trial `index` (from 0), given the observations it may know. `taken` are all that were proposed
   * before; undefined where nothing new is left.
   */
  propose(
    index: number,
    observations: readonly Observation[],
    taken: readonly Assignment[],
  ): Assignment | undefined;
}

/** The search that an experiment asks for. */
export function createSearch(
  spec: Pick<ExperimentSpec, 'strategy' | 'parameters' | 'seed'>,
): Search {
  switch (spec.strategy) {
    case 'grid':
      return grid(spec.parameters);
    case 'random':
      return randomSearch(spec.parameters, spec.seed);
    case 'bayesian':
      return parzenSearch(spec.parameters, spec.seed);
  }
}
