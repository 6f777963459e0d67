// What an expression can be: numbers, words, lists, and things with members. Things make their members
// when asked, so that naming a layer of a large net costs nothing.
import type { TensorSummary } from '../../shared/core/stepRecord';

/** undefined: there is no such number in this step. */
export type Value = number | string | boolean | undefined | List | Thing;

/** Several values, e.g. one per layer. A member of a list is the list of its items' members. */
export class List {
  /** @param names what the items can be asked for by; as many as items, or none. */
  constructor(
    readonly items: readonly Value[],
    readonly names: readonly string[] = [],
  ) {}
}

/** Something with members by name. */
export class Thing {
  private readonly makers: Readonly<Record<string, () => Value>>;

  /**
   * @param what it is, in messages: `layer dense_1`.
   * @param text that it is shown as.
   * @param summary what `histogram` draws of it.
   */
  constructor(
    readonly what: string,
    readonly text: string,
    makers: Record<string, () => Value>,
    readonly summary?: TensorSummary,
  ) {
    this.makers = makers;
  }

  get names(): readonly string[] {
    return Object.keys(this.makers);
  }

  has(name: string): boolean {
    return Object.hasOwn(this.makers, name);
  }

  get(name: string): Value {
    return this.has(name) ? this.makers[name]?.() : undefined;
  }
}

/** Numbers of a float32 have no more significant digits than this. */
const DIGITS = 7;

/** A number as the debugger shows it. */
export function numberText(value: number, digits = DIGITS): string {
  if (!Number.isFinite(value) || Number.isInteger(value)) return String(value);
  const magnitude = Math.abs(value);
  if (magnitude >= 1e-4 && magnitude < 1e9) return String(Number(value.toPrecision(digits)));
  return Number(value.toPrecision(digits)).toExponential().replace('e+', 'e');
}

/** Items of a list shown at most. */
const MAX_ITEMS = 20;

/** A value as the debugger shows it. */
export function textOf(value: Value, digits?: number): string {
  if (value === undefined) return 'undefined';
  if (typeof value === 'number') return numberText(value, digits);
  if (typeof value === 'string') return value;
  if (typeof value === 'boolean') return String(value);
  if (value instanceof Thing) return value.text;
  const shown = value.items.slice(0, MAX_ITEMS).map((item) => textOf(item, digits));
  if (value.items.length > MAX_ITEMS) shown.push('…');
  return `[${shown.join(', ')}]`;
}
