// The layer that an expression of the Variables view speaks of.

/** `dense_1.kernel.gradient` → `dense_1`; `layers["odd name"].weight` → `odd name`; undefined where it is none. */
export function layerNamed(expression: string, layers: readonly string[]): string | undefined {
  const quoted = (name: string): string => `layers[${JSON.stringify(name)}]`;
  const isOf = (name: string): boolean =>
    [name, quoted(name)].some(
      (start) =>
        expression === start ||
        (/^[.[]/.test(expression.slice(start.length)) && expression.startsWith(start)),
    );
  // One name may begin like another: `dense.1` and `dense`.
  return layers.filter(isOf).sort((a, b) => b.length - a.length)[0];
}
