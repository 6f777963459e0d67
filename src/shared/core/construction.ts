// Finds, in a V8 stack trace, the line of a program that built a layer.

/**
 * The frames of the call that built a layer, as `framesOf` reads them from a stack trace. A layer class of
 * the user's own runs its constructor innermost; the line that built the layer is the one that called `new`.
 */
export function framesOfConstruction<Frame>(
  stack: string,
  className: string,
  framesOf: (stack: string) => Frame[],
): Frame[] {
  const lines = stack.split('\n');
  // esbuild renames a class that refers to itself: `_Scale`, `Scale2`.
  const name = className.replace(/[^\w]/g, '\\$&');
  const ownConstructor = new RegExp(`^\\s+at new _*${name}\\d* `);
  const first = lines.findLastIndex((line) => ownConstructor.test(line));
  const outside = framesOf(lines.slice(first + 1).join('\n'));
  return outside.length > 0 ? outside : framesOf(stack);
}
