// JSON in which NaN and the infinities survive: they stand as `{ "$number": "NaN" }`.

/** The text of a value. `indent`: spaces per level, for files that people read. */
export function stringify(value: unknown, indent?: number): string {
  return JSON.stringify(
    value,
    (_, item: unknown) =>
      typeof item === 'number' && !Number.isFinite(item) ? { $number: String(item) } : item,
    indent,
  );
}

/** What {@link stringify} took. Throws a SyntaxError for what is no JSON. */
export function parse(text: string): unknown {
  return JSON.parse(text, (_, item: unknown) =>
    typeof item === 'object' && item !== null && '$number' in item ? Number(item.$number) : item,
  ) as unknown;
}
