// The layer that an expression of the Variables view speaks of.
import { quotedLayer } from '../../run/layerExpression';

/** `dense_1.kernel.gradient` → `dense_1`; `layers["odd name"].weight` → `odd name`; undefined where it is none. */
export function layerNamed(expression: string, layers: readonly string[]): string | undefined {
  const isOf = (name: string): boolean =>
    [name, quotedLayer(name)].some(
      (start) =>
        expression === start ||
        (/^[.[]/.test(expression.slice(start.length)) && expression.startsWith(start)),
    );
  // One name may begin like another: `dense.1` and `dense`.
  return layers.filter(isOf).sort((a, b) => b.length - a.length)[0];
}
