// Building blocks of the guards: each check returns a clean copy of what it was given, or throws
// `Malformed` with the path of what is wrong. Sizes are bounded, because the sender may be hostile.
import { ProtocolError } from './protocolError';

/** Largest accepted sizes. Far above what real runs send, far below what harms the host. */
export const LIMITS = {
  /** Characters of a name or a path. */
  name: 2_000,
  /** Characters of a message or of a console line. */
  text: 100_000,
  layers: 10_000,
  tensors: 1_000,
  frames: 200,
  metrics: 1_000,
  /** Epochs of one message. */
  epochs: 1_000_000,
  rank: 32,
  /** Characters of an SVG picture. */
  picture: 32 * 1024 * 1024,
  /** Classes that labels are counted by. */
  classes: 100_000,
  /** Bytes of one batch of step records. */
  batch: 256 * 1024 * 1024,
};

/** A message that does not follow the protocol. Never leaves the guards. */
export class Malformed extends Error {}

/** A plain object's fields, read one at a time; `at` is the path for the error text. */
export class Fields {
  private readonly fields: Record<string, unknown>;

  constructor(
    value: unknown,
    private readonly at: string,
  ) {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      throw new Malformed(`${at} is not an object`);
    }
    this.fields = value as Record<string, unknown>;
  }

  /** The raw value of an own field. */
  get(name: string): unknown {
    return Object.hasOwn(this.fields, name) ? this.fields[name] : undefined;
  }

  has(name: string): boolean {
    const value = this.get(name);
    return value !== undefined && value !== null;
  }

  path(name: string): string {
    return `${this.at}.${name}`;
  }

  text(name: string, limit = LIMITS.name): string {
    return text(this.get(name), this.path(name), limit);
  }

  /** Text of a person's program: cut where it is too long, instead of refused. */
  longText(name: string): string {
    const value = this.get(name);
    if (typeof value !== 'string') throw new Malformed(`${this.path(name)} is not text`);
    return value.length > LIMITS.text ? `${value.slice(0, LIMITS.text)}…` : value;
  }

  number(name: string): number {
    return number(this.get(name), this.path(name));
  }

  /** Names of the own fields; none that would reach the prototype. */
  names(limit: number): string[] {
    const names = Object.keys(this.fields);
    if (names.length > limit) throw new Malformed(`${this.at} has ${names.length} entries`);
    for (const name of names) {
      if (name === '__proto__' || name.length > LIMITS.name) {
        throw new Malformed(`${this.path(name.slice(0, 20))} is no name`);
      }
    }
    return names;
  }

  count(name: string): number {
    return count(this.get(name), this.path(name));
  }

  oneOf<T extends string>(name: string, allowed: readonly T[]): T {
    const value = this.get(name);
    const found = allowed.find((candidate) => candidate === value);
    if (found === undefined) {
      throw new Malformed(`${this.path(name)} is none of ${allowed.join(', ')}`);
    }
    return found;
  }

  list<T>(name: string, limit: number, read: (value: unknown, at: string) => T): T[] {
    const value = this.get(name);
    if (!Array.isArray(value)) throw new Malformed(`${this.path(name)} is not a list`);
    if (value.length > limit) {
      throw new Malformed(`${this.path(name)} has ${value.length} entries; ${limit} are allowed`);
    }
    return Array.from(value as unknown[], (item, i) => read(item, `${this.path(name)}[${i}]`));
  }

  nested(name: string): Fields {
    return new Fields(this.get(name), this.path(name));
  }
}

export function text(value: unknown, at: string, limit = LIMITS.name): string {
  if (typeof value !== 'string') throw new Malformed(`${at} is not text`);
  if (value.length > limit) throw new Malformed(`${at} is longer than ${limit} characters`);
  return value;
}

/** A number. On its way through JSON a NaN or an infinity became null: it comes back as NaN. */
export function number(value: unknown, at: string): number {
  if (value === null) return NaN;
  if (typeof value !== 'number') throw new Malformed(`${at} is not a number`);
  return value;
}

/** A whole number from 0 to 2^53 − 1. */
export function count(value: unknown, at: string): number {
  if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < 0) {
    throw new Malformed(`${at} is not a whole number from 0`);
  }
  return value;
}

/**
 * Numbers by name. On its way through JSON a NaN or an infinity became null: it comes back as NaN.
 * A name that would reach the prototype is refused.
 */
export function metrics(value: unknown, at: string): Record<string, number> {
  const fields = new Fields(value, at);
  const entries = Object.entries(value as Record<string, unknown>);
  if (entries.length > LIMITS.metrics) throw new Malformed(`${at} has ${entries.length} entries`);
  const result: Record<string, number> = {};
  for (const [name, number] of entries) {
    if (name === '__proto__' || name.length > LIMITS.name) {
      throw new Malformed(`${fields.path(name.slice(0, 20))} is no name of a metric`);
    }
    if (number !== null && typeof number !== 'number') {
      throw new Malformed(`${fields.path(name)} is not a number`);
    }
    result[name] = number ?? NaN;
  }
  return result;
}

/** The bytes of a batch, whether they arrive as a buffer or as a view of one, of any realm. */
export function bytes(value: unknown, at: string): ArrayBuffer {
  let buffer: ArrayBuffer;
  if (ArrayBuffer.isView(value)) {
    buffer = Uint8Array.from(
      new Uint8Array(value.buffer, value.byteOffset, value.byteLength),
    ).buffer;
  } else if (Object.prototype.toString.call(value) === '[object ArrayBuffer]') {
    buffer = value as ArrayBuffer;
  } else {
    throw new Malformed(`${at} is not an ArrayBuffer`);
  }
  if (buffer.byteLength > LIMITS.batch) throw new Malformed(`${at} is larger than ${LIMITS.batch}`);
  return buffer;
}

/** Runs a parser; a malformed message gives undefined, and its reason goes to `onReject`. */
export function guarded<T>(
  parse: () => T,
  onReject?: (reason: ProtocolError) => void,
): T | undefined {
  try {
    return parse();
  } catch (error) {
    if (!(error instanceof Malformed)) throw error;
    onReject?.(new ProtocolError('malformed-message', `A message was refused: ${error.message}.`));
    return undefined;
  }
}
