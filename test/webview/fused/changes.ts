// Changes to formulas that are too small to be seen in a loss: each has to be found by the check at the start.
import { product, quotient, sum, type Expression } from '../../../webview/runtime/fused/formula';

/** The float32 after 1, and a little: a factor that changes the last digit of most numbers. */
const NEXT = 1.0000002;

export interface Change {
  optimizer: string;
  change: (found: Expression) => Expression;
}

const replace =
  (from: Expression, to: Expression) =>
  (found: Expression): Expression =>
    JSON.stringify(found) === JSON.stringify(from) ? to : found;

/** By what they do. */
export const CHANGES: Readonly<Record<string, Change>> = {
  'another epsilon': {
    optimizer: 'adam',
    change: replace('epsilon', product('epsilon', NEXT)),
  },
  'another share of the gradient': {
    optimizer: 'adam',
    change: replace(product('g', 'rest1'), product('g', product('rest1', NEXT))),
  },
  'a product in place of a quotient': {
    optimizer: 'adam',
    change: replace(quotient('v1', 'bias2'), product('v1', quotient(1, 'bias2'))),
  },
  'another slot': { optimizer: 'adam', change: replace('m', product('m', NEXT)) },
  'another rate': {
    optimizer: 'sgd',
    change: replace(product('negativeRate', 'g'), product(product('negativeRate', NEXT), 'g')),
  },
  'another root': {
    optimizer: 'adadelta',
    change: replace(sum('d', 'epsilon'), sum('d', product('epsilon', NEXT))),
  },
};
