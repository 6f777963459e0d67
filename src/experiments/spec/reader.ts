// The fields of an object of an experiment file, each checked as it is read.
import { similarName } from '../../shared/core/similarName';
import { refuse } from './specError';

/** An object; throws where the value is none, or has a field that is not among `known`. */
export class Reader {
  private readonly fields: Readonly<Record<string, unknown>>;

  constructor(
    value: unknown,
    private readonly at: string,
    known?: readonly string[],
  ) {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      refuse(at, 'has to be an object: { … }.');
    }
    this.fields = value as Record<string, unknown>;
    for (const name of known ? this.names() : []) {
      if (known?.includes(name)) continue;
      const meant = similarName(name, known ?? []);
      const hint = meant === undefined ? ` There are ${known?.join(', ') ?? ''}.` : ` Did you mean "${meant}"?`; // prettier-ignore
      refuse(this.path(name), `is not known.${hint}`);
    }
  }

  /** JSON path of a field. */
  path(name: string): string {
    return this.at === '' ? name : `${this.at}.${name}`;
  }

  get(name: string): unknown {
    return Object.hasOwn(this.fields, name) ? this.fields[name] : undefined;
  }

  names(): string[] {
    return Object.keys(this.fields);
  }

  nested(name: string, known?: readonly string[]): Reader | undefined {
    const value = this.get(name);
    return value === undefined ? undefined : new Reader(value, this.path(name), known);
  }

  text(name: string): string | undefined {
    const value = this.get(name);
    if (value === undefined) return undefined;
    if (typeof value === 'string' && value.trim() !== '') return value;
    return refuse(this.path(name), 'has to be a text that is not empty.');
  }

  oneOf<T extends string>(name: string, allowed: readonly T[], standard: T): T {
    const value = this.get(name);
    if (value === undefined) return standard;
    const found = allowed.find((one) => one === value);
    return found ?? refuse(this.path(name), `is ${JSON.stringify(value)}; it can be ${allowed.join(', ')}.`); // prettier-ignore
  }

  number(name: string): number | undefined {
    const value = this.get(name);
    if (value === undefined) return undefined;
    if (typeof value === 'number' && Number.isFinite(value)) return value;
    return refuse(this.path(name), 'has to be a number.');
  }

  flag(name: string): boolean | undefined {
    const value = this.get(name);
    if (value === undefined || typeof value === 'boolean') return value;
    return refuse(this.path(name), 'has to be true or false.');
  }

  /** A whole number from `from` to `to`. */
  whole(name: string, from: number, to = Number.MAX_SAFE_INTEGER): number | undefined {
    const value = this.get(name);
    if (value === undefined) return undefined;
    if (typeof value === 'number' && Number.isSafeInteger(value) && value >= from && value <= to) {
      return value;
    }
    const range = to === Number.MAX_SAFE_INTEGER ? `from ${from}` : `from ${from} to ${to}`;
    return refuse(this.path(name), `has to be a whole number ${range}.`);
  }
}
