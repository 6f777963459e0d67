// Comma-separated values as RFC 4180 has them: CRLF between rows, quotes around fields that need them. Numbers are
// written in full; NaN, Infinity and -Infinity are spelled so, and what is not known is empty.

export type Cell = string | number | undefined;

/** A field. Quotes are doubled (RFC 4180, 2.7). */
export function csvField(cell: Cell): string {
  if (cell === undefined) return '';
  const text = String(cell);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** A row with its end. */
export function csvRow(cells: readonly Cell[]): string {
  return `${cells.map(csvField).join(',')}\r\n`;
}
