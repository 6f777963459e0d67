// Formulas of optimizer updates as data, so that one text serves every backend: a shader, a wasm function and loops
// over arrays are made of it. Every operation rounds to float32, as the separate operation of tfjs does.

/** Names take what the step gives them, or an earlier assignment; numbers stand for themselves. */
export type Expression = string | number | Operation;

/** `quotient` and `larger` are those of the backend, which differ at 0 / 0 and NaN. */
export type OperationName =
  'sum' | 'difference' | 'product' | 'quotient' | 'larger' | 'root' | 'magnitude';

export interface Operation {
  readonly name: OperationName;
  readonly of: readonly [Expression] | readonly [Expression, Expression];
}

/** Computed in their order; each may use the names before it. */
export type Formulas = readonly (readonly [name: string, value: Expression])[];

type Binary = (a: Expression, b: Expression) => Operation;
const binary =
  (name: OperationName): Binary =>
  (a, b) => ({ name, of: [a, b] });

export const sum = binary('sum');
export const difference = binary('difference');
export const product = binary('product');
export const quotient = binary('quotient');
export const larger = binary('larger');
export const root = (x: Expression): Operation => ({ name: 'root', of: [x] });
/** |x| */
export const magnitude = (x: Expression): Operation => ({ name: 'magnitude', of: [x] });
/** x², as tfjs computes it: by a product. */
export const square = (x: Expression): Operation => product(x, x);

/**
 * Calls `visit` for an expression after its operands, with what it gave for those: from the leaves up.
 */
export function fold<T>(
  expression: Expression,
  leaf: (value: string | number) => T,
  visit: (name: OperationName, operands: readonly T[]) => T,
): T {
  if (typeof expression !== 'object') return leaf(expression);
  return visit(
    expression.name,
    expression.of.map((operand) => fold(operand, leaf, visit)),
  );
}
