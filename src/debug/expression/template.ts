// Messages of log points: text with expressions in braces, and `log "…"` as one may type it.
import { evaluate, type Names } from './evaluate';
import { parse, type Expression } from './parse';
import { textOf } from './values';

/** Significant digits of a number in a message. */
const DIGITS = 4;
const LOG_WORD = /^\s*log\s+(["'])(.*)\1\s*$/s;

/** Text and expressions in turn. */
export type Template = readonly (string | Expression)[];

/** Reads a message; throws ExpressionError where an expression in it cannot be read. */
export function parseTemplate(message: string): Template {
  const text = LOG_WORD.exec(message)?.[2] ?? message;
  return text
    .split(/(\{[^{}]*\})/)
    .filter((part) => part !== '')
    .map((part) => (/^\{.+\}$/s.test(part) ? parse(part.slice(1, -1)) : part));
}

/** The message with its values. Throws ExpressionError where one has none. */
export function fill(template: Template, names: Names): string {
  return template
    .map((part) => (typeof part === 'string' ? part : textOf(evaluate(part, names), DIGITS)))
    .join('');
}
