// Values of expressions as entries.
import { memberExpression } from '../../run/layerExpression';
import { List, Thing, textOf, type Value } from '../expression/values';
import { histogramOf } from '../expression/histogramValue';
import type { Entry, Opening } from './entry';

/** A value under a name; `expression` gives the same value. */
export function valueEntry(name: string, value: Value, expression?: string): Entry {
  const open = openingOf(value, expression);
  return {
    ...{ name, value: textOf(value), type: typeOf(value) },
    ...(expression !== undefined && { expression }),
    ...(open && { open }),
  };
}

/** What a value opens to. */
export function openingOf(value: Value, expression?: string): Opening | undefined {
  if (value instanceof Thing) {
    const { summary } = value;
    const histogram =
      summary && value.has('norm')
        ? [valueEntry('histogram', histogramOf(value.what, summary))]
        : [];
    return {
      named: () => [
        ...value.names.map((name) =>
          valueEntry(name, value.get(name), expression && memberExpression(expression, name)),
        ),
        ...histogram,
      ],
    };
  }
  if (value instanceof List) {
    return {
      named: () =>
        value.items.map((item, i) =>
          valueEntry(value.names[i] ?? String(i), item, expression && `${expression}[${i}]`),
        ),
    };
  }
  return undefined;
}

function typeOf(value: Value): string {
  if (value instanceof Thing) return value.what.split(' ')[0] ?? 'thing';
  return value instanceof List ? 'list' : typeof value;
}
