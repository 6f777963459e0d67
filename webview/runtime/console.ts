// Sends the user's console to the host, bounded: a loop that logs every step must not fill the host.
import type { FromRuntime } from '../../src/shared/protocol/runtime';
import { native, postToHost } from './scope';

type Level = Extract<FromRuntime, { type: 'console' }>['level'];
const LEVELS: readonly Level[] = ['debug', 'log', 'info', 'warn', 'error'];

/** Longest text of one call, in characters. */
const MAX_TEXT = 4000;
/** Calls forwarded per second; the rest is counted. */
const MAX_PER_SECOND = 100;
const MAX_DEPTH = 3;
const MAX_ITEMS = 50;

/** A console argument as text, in the manner of browser consoles, never throwing. */
export function formatArgument(value: unknown, depth = 0): string {
  if (typeof value === 'string') return depth === 0 ? value : JSON.stringify(value);
  if (typeof value === 'function') return `[function ${value.name || 'anonymous'}]`;
  if (typeof value !== 'object' || value === null) return String(value);
  try {
    if (value instanceof Error) return value.stack ?? `${value.name}: ${value.message}`;
    if (depth >= MAX_DEPTH) return Array.isArray(value) ? '[…]' : '{…}';
    if (isTensor(value)) return depth === 0 ? value.toString() : `Tensor[${value.shape.join()}]`;
    if (ArrayBuffer.isView(value) && !(value instanceof DataView)) {
      return formatList(
        value.constructor.name,
        [...(value as unknown as Iterable<unknown>)],
        depth,
      );
    }
    if (Array.isArray(value)) return formatList('', value, depth);
    if (value instanceof Map || value instanceof Set) {
      return formatList(value.constructor.name, [...value], depth);
    }
    const entries = Object.entries(value).slice(0, MAX_ITEMS);
    const body = entries.map(([key, item]) => `${key}: ${formatArgument(item, depth + 1)}`);
    return `{ ${body.join(', ')} }`;
  } catch {
    return Object.prototype.toString.call(value);
  }
}

function formatList(name: string, list: readonly unknown[], depth: number): string {
  const shown = list.slice(0, MAX_ITEMS).map((item) => formatArgument(item, depth + 1));
  if (list.length > MAX_ITEMS) shown.push(`… ${list.length - MAX_ITEMS} more`);
  return `${name}[${shown.join(', ')}]`;
}

function isTensor(value: object): value is { shape: number[]; toString(): string } {
  return 'dataId' in value && 'shape' in value && Array.isArray(value.shape);
}

/** Replaces the console's five levels; the browser's own console keeps getting them too. */
export function forwardConsole(): void {
  let second = 0;
  let sent = 0;
  let dropped = 0;
  for (const level of LEVELS) {
    const original = native.console[level].bind(self.console);
    self.console[level] = (...values: unknown[]) => {
      original(...values);
      const now = Math.floor(native.now() / 1000);
      if (now !== second) {
        second = now;
        sent = 0;
        if (dropped > 0) {
          postToHost({ type: 'console', level: 'warn', text: `(${dropped} lines left out)` });
          dropped = 0;
        }
      }
      if (sent >= MAX_PER_SECOND) {
        dropped += 1;
        return;
      }
      sent += 1;
      let text = values.map((value) => formatArgument(value)).join(' ');
      if (text.length > MAX_TEXT) text = `${text.slice(0, MAX_TEXT)}…`;
      postToHost({ type: 'console', level, text });
    };
  }
}
