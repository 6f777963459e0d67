// The functions that an expression may call: this table and no others.
import { ExpressionError } from './expressionError';
import { histogramOf } from './histogramValue';
import { List, Thing, type Value } from './values';

type Run = (values: readonly Value[], at: number) => Value;

/** The numbers among the values, lists laid open. What is undefined in this step is left out. */
function numbersOf(values: readonly Value[], at: number): number[] {
  return values.flatMap((value) => {
    if (value instanceof List) return numbersOf(value.items, at);
    if (value === undefined) return [];
    if (typeof value === 'number') return [value];
    if (typeof value === 'boolean') return [Number(value)];
    const what = value instanceof Thing ? value.what : `"${value}"`;
    const message = `A number is needed here, and ${what} is none. Name one of its numbers.`;
    throw new ExpressionError('wrong-type', message, at);
  });
}

/** All items, lists laid open. */
function itemsOf(values: readonly Value[]): Value[] {
  return values.flatMap((value) => (value instanceof List ? itemsOf(value.items) : [value]));
}

/** A function of the numbers; undefined where there is none. */
const over =
  (compute: (numbers: readonly number[]) => number): Run =>
  (values, at) => {
    const numbers = numbersOf(values, at);
    return numbers.length === 0 ? undefined : compute(numbers);
  };

const sumOf = (numbers: readonly number[]): number => numbers.reduce((sum, x) => sum + x, 0);

/** A function of one number, of a list item by item. */
const each =
  (compute: (x: number) => number | boolean): Run =>
  ([value], at) => {
    const one = (item: Value): Value => {
      if (item instanceof List) return new List(item.items.map(one), item.names);
      const [number] = numbersOf([item], at);
      return number === undefined ? undefined : compute(number);
    };
    return one(value);
  };

// Loops instead of spreads: a list can be longer than a call may have arguments.
const FUNCTIONS: Readonly<Record<string, Run>> = {
  max: over((numbers) => numbers.reduce((a, b) => Math.max(a, b))),
  min: over((numbers) => numbers.reduce((a, b) => Math.min(a, b))),
  sum: over(sumOf),
  mean: over((numbers) => sumOf(numbers) / numbers.length),
  abs: each(Math.abs),
  log10: each(Math.log10),
  sqrt: each(Math.sqrt),
  isNaN: each(Number.isNaN),
  isFinite: each(Number.isFinite),
  /** Of conditions, those that hold; of anything else, those that exist. */
  count: (values) => itemsOf(values).filter((item) => item !== undefined && item !== false).length,
  any: (values) => itemsOf(values).some((item) => item === true || Number(item) > 0),
  all: (values) => itemsOf(values).every((item) => item === true || Number(item) > 0),
  histogram: ([value], at) => {
    if (value === undefined) return undefined;
    if (value instanceof Thing && value.summary) return histogramOf(value.what, value.summary);
    const message = 'A histogram is of a tensor: e.g. histogram(dense_1.gradient).';
    throw new ExpressionError('wrong-type', message, at);
  },
};

/** Names of all functions. */
export const FUNCTION_NAMES: readonly string[] = Object.keys(FUNCTIONS);

/** The function of this name. */
export function functionNamed(name: string): Run | undefined {
  return Object.hasOwn(FUNCTIONS, name) ? FUNCTIONS[name] : undefined;
}
