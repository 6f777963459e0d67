// Conditions on how often a breakpoint was met: `5`, `>= 10`, `% 100`.
import { ExpressionError } from '../expression/expressionError';

/** True for the numbers of hits, from 1, at which to stop. */
export type HitCondition = (hits: number) => boolean;

const PATTERN = /^\s*(>=|<=|==|=|>|<|%)?\s*(\d+)\s*$/;

/** Reads a hit condition; a bare number means exactly that hit. Throws ExpressionError. */
export function parseHitCondition(text: string): HitCondition {
  const [, operator = '==', digits] = PATTERN.exec(text) ?? [];
  const count = Number(digits);
  if (digits === undefined || (operator === '%' && count === 0)) {
    const message = `\`${text}\` is no hit count: write 5, >= 10 or % 100 (every hundredth).`;
    throw new ExpressionError('syntax', message, 0);
  }
  switch (operator) {
    case '>=':
      return (hits) => hits >= count;
    case '<=':
      return (hits) => hits <= count;
    case '>':
      return (hits) => hits > count;
    case '<':
      return (hits) => hits < count;
    case '%':
      return (hits) => hits % count === 0;
    default:
      return (hits) => hits === count;
  }
}
