// Parameters as a search sees them: numbers on the unit interval, choices by their index.
import type { HyperparameterValue } from '../../shared/core/runSummary';
import { randomInteger, seededRandom, type Random } from '../../shared/core/random';
import {
  isChoice,
  type Assignment,
  type ExperimentSpec,
  type NumberRange,
  type ParameterRange,
} from '../spec/experimentSpec';

/** Digits of a proposed number: more would only be noise in files and tables. */
const DIGITS = 6;

type Parameters = ExperimentSpec['parameters'];

/** A number of the range at a place of [0, 1]. */
export function fromUnit(range: NumberRange, unit: number): number {
  const { min, max, scale, integer } = range;
  const at = Math.min(1, Math.max(0, unit));
  if (integer) {
    // Each whole number has an interval of its own, of the same length in the scale of the range.
    const low = scale === 'log' ? Math.log(min - 0.5) : min - 0.5;
    const high = scale === 'log' ? Math.log(max + 0.5) : max + 0.5;
    const value = low + at * (high - low);
    return Math.min(max, Math.max(min, Math.round(scale === 'log' ? Math.exp(value) : value)));
  }
  const value =
    scale === 'log' ? Math.exp(Math.log(min) + at * Math.log(max / min)) : min + at * (max - min);
  return Math.min(max, Math.max(min, Number(value.toPrecision(DIGITS))));
}

/** The place in [0, 1] of a number of the range; the inverse of {@link fromUnit}. */
export function toUnit({ min, max, scale, integer }: NumberRange, value: number): number {
  const half = integer ? 0.5 : 0;
  if (scale === 'log') {
    const low = Math.log(min - half);
    return (Math.log(value) - low) / (Math.log(max + half) - low);
  }
  return (value - (min - half)) / (max - min + 2 * half);
}

/** A value drawn from a range, evenly in its scale. */
export function draw(range: ParameterRange, random: Random): HyperparameterValue {
  if (!isChoice(range)) return fromUnit(range, random());
  const value = range.values[randomInteger(random, range.values.length)];
  if (value === undefined) throw new RangeError('A parameter has no values.');
  return value;
}

/** The random numbers of one trial: no trial depends on how many another one drew. */
export function randomOfTrial(seed: number, index: number): Random {
  return seededRandom(seed + (index + 1) / 65_536);
}

/** An assignment drawn from all parameters, in the order of their names in the file. */
export function drawAll(parameters: Parameters, random: Random): Assignment {
  return Object.fromEntries(
    Object.entries(parameters).map(([name, range]) => [name, draw(range, random)]),
  );
}

/** True where two trials have the same values. */
export function isSame(a: Assignment, b: Assignment): boolean {
  const names = Object.keys(a);
  return names.length === Object.keys(b).length && names.every((name) => a[name] === b[name]);
}

/** Assignments that there are; Infinity where a parameter has a continuum of values. */
export function assignmentsOf(parameters: Parameters): number {
  return Object.values(parameters).reduce(
    (count, range) =>
      count *
      (isChoice(range)
        ? range.values.length
        : range.integer
          ? range.max - range.min + 1
          : Infinity),
    1,
  );
}
