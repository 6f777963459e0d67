// The range of one parameter: a list of values, or bounds of numbers.
import type { HyperparameterValue } from '../../shared/core/runSummary';
import type { ParameterRange } from './experimentSpec';
import { Reader } from './reader';
import { refuse } from './specError';

/** Values that a grid takes of bounds where the file names no number. */
const POINTS = 3;
const MAX_VALUES = 1000;

/** A list is short for `{ "values": … }`. Throws ExperimentSpecError. */
export function parseRange(given: unknown, path: string): ParameterRange {
  if (Array.isArray(given)) return { values: parseValues(given, path) };
  const range = new Reader(given, path, ['values', 'min', 'max', 'scale', 'integer', 'points']);
  const values = range.get('values');
  if (values !== undefined) {
    for (const other of ['min', 'max', 'scale', 'integer', 'points']) {
      if (range.get(other) !== undefined) {
        refuse(range.path(other), 'stands beside "values"; a parameter has values or bounds.');
      }
    }
    return { values: parseValues(values, range.path('values')) };
  }
  const min = range.number('min') ?? refuse(path, 'needs "values", or "min" and "max".');
  const max = range.number('max') ?? refuse(path, 'needs "max" beside "min".');
  if (min >= max) refuse(range.path('max'), `is ${max}, which is not above "min" (${min}).`);
  const scale = range.oneOf('scale', ['linear', 'log'], 'linear');
  if (scale === 'log' && min <= 0) {
    refuse(range.path('min'), `is ${min}; a logarithmic scale begins above 0.`);
  }
  const integer = range.flag('integer') ?? false;
  if (integer && !(Number.isSafeInteger(min) && Number.isSafeInteger(max))) {
    refuse(path, 'has whole numbers only, so that "min" and "max" have to be whole.');
  }
  return { min, max, scale, integer, points: range.whole('points', 2, MAX_VALUES) ?? POINTS };
}

function parseValues(given: unknown, path: string): HyperparameterValue[] {
  if (!Array.isArray(given) || given.length === 0 || given.length > MAX_VALUES) {
    return refuse(path, `has to be a list of 1 to ${MAX_VALUES} values.`);
  }
  const values = given.map((value: unknown, i) => {
    const isNumber = typeof value === 'number' && Number.isFinite(value);
    if (isNumber || typeof value === 'string' || typeof value === 'boolean') return value;
    return refuse(`${path}[${i}]`, 'has to be a number, a text, true or false.');
  });
  if (new Set(values).size < values.length) refuse(path, 'names one value twice.');
  return values;
}
