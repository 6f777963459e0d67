// Grid search: every combination, the last parameter varying fastest.
import type { HyperparameterValue } from '../../shared/core/runSummary';
import {
  isChoice,
  pointsOf,
  type ExperimentSpec,
  type ParameterRange,
} from '../spec/experimentSpec';
import type { Search } from './search';
import { fromUnit } from './space';

/** The values that a grid takes of a range: all choices; of bounds, evenly spaced ones with both ends. */
export function gridValues(range: ParameterRange): readonly HyperparameterValue[] {
  if (isChoice(range)) return range.values;
  const count = pointsOf(range);
  const inner = { ...range, integer: false };
  const values = Array.from({ length: count }, (_, i) => fromUnit(inner, i / (count - 1)));
  return range.integer ? distinct(values.map(Math.round), count, range.max) : values;
}

/** Whole numbers may fall on one another on a logarithmic scale: then the next free one is taken. */
function distinct(values: readonly number[], count: number, max: number): number[] {
  const taken: number[] = [];
  values.forEach((value, i) => {
    const atLeast = (taken.at(-1) ?? -Infinity) + 1;
    // Room is left for those that follow.
    taken.push(Math.min(Math.max(value, atLeast), max - (count - 1 - i)));
  });
  return taken;
}

/** All combinations, in the order of the file. */
export function grid(parameters: ExperimentSpec['parameters']): Search {
  const axes = Object.entries(parameters).map(
    ([name, range]) => [name, gridValues(range)] as const,
  );
  const size = axes.reduce((product, [, values]) => product * values.length, 1);
  return {
    size,
    learns: false,
    propose: (index) => {
      if (index >= size) return undefined;
      let rest = index;
      const entries = axes
        .toReversed()
        .map(([name, values]): [string, HyperparameterValue | undefined] => {
          const value = values[rest % values.length];
          rest = Math.floor(rest / values.length);
          return [name, value];
        });
      return Object.fromEntries(entries.toReversed()) as Record<string, HyperparameterValue>;
    },
  };
}
