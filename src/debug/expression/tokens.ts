// Cuts an expression into numbers, strings, names and operators.
import { ExpressionError } from './expressionError';

/** A piece of an expression; `at` is its first character, from 0. */
export type Token =
  | { type: 'number'; value: number; at: number }
  | { type: 'string'; value: string; at: number }
  | { type: 'name'; text: string; at: number }
  | { type: 'operator'; text: string; at: number }
  | { type: 'end'; at: number };

/** Longest expression, characters: nobody types more. */
const MAX_LENGTH = 1000;

const SPACE = /\s+/y;
const NUMBER = /(?:\d[\d_]*\.?\d*|\.\d+)(?:[eE][+-]?\d+)?/y;
const NAME = /[\p{L}_$][\p{L}\p{N}_$]*/uy;
const STRING = /"((?:[^"\\]|\\.)*)"|'((?:[^'\\]|\\.)*)'/y;
/** Longer ones first. */
const OPERATOR = /===|!==|\*\*|&&|\|\||[<>=!]=|[-+*/%<>!().,[\]=]/y;

function matchAt(pattern: RegExp, text: string, at: number): RegExpExecArray | undefined {
  pattern.lastIndex = at;
  return pattern.exec(text) ?? undefined;
}

/** The tokens of `text`, the last of type `end`. Throws ExpressionError at a character that begins none. */
export function tokensOf(text: string): Token[] {
  if (text.length > MAX_LENGTH) {
    const message = `An expression has at most ${MAX_LENGTH} characters; this one has ${text.length}.`;
    throw new ExpressionError('too-large', message, MAX_LENGTH);
  }
  const tokens: Token[] = [];
  let at = matchAt(SPACE, text, 0)?.[0].length ?? 0;
  while (at < text.length) {
    const token = tokenAt(text, at);
    tokens.push(token.token);
    at += token.length;
    at += matchAt(SPACE, text, at)?.[0].length ?? 0;
  }
  tokens.push({ type: 'end', at: text.length });
  return tokens;
}

function tokenAt(text: string, at: number): { token: Token; length: number } {
  const number = matchAt(NUMBER, text, at)?.[0];
  if (number !== undefined) {
    const value = Number(number.replaceAll('_', ''));
    return { token: { type: 'number', value, at }, length: number.length };
  }
  const name = matchAt(NAME, text, at)?.[0];
  if (name !== undefined) return { token: { type: 'name', text: name, at }, length: name.length };
  const string = matchAt(STRING, text, at);
  if (string) {
    const value = (string[1] ?? string[2] ?? '').replace(/\\(.)/g, '$1');
    return { token: { type: 'string', value, at }, length: string[0].length };
  }
  const operator = matchAt(OPERATOR, text, at)?.[0];
  if (operator !== undefined) {
    return { token: { type: 'operator', text: operator, at }, length: operator.length };
  }
  const character = String.fromCodePoint(text.codePointAt(at) ?? 0);
  const what =
    character === '"' || character === "'"
      ? 'A string is not closed'
      : `\`${character}\` is not understood`;
  throw new ExpressionError('syntax', `${what} (at character ${at + 1}).`, at);
}
