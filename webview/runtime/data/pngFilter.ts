// The row filters of PNG (PNG specification, third edition, section 9).

/** Undoes a row's filter in place; false where the filter does not exist. */
export function unfilter(
  filter: number,
  row: Uint8Array,
  above: Uint8Array | undefined,
  pixelBytes: number,
): boolean {
  const left = (i: number): number => (i < pixelBytes ? 0 : (row[i - pixelBytes] ?? 0));
  const up = (i: number): number => above?.[i] ?? 0;
  const upLeft = (i: number): number => (i < pixelBytes ? 0 : (above?.[i - pixelBytes] ?? 0));
  switch (filter) {
    case 0:
      return true;
    case 1:
      for (let i = 0; i < row.length; i++) row[i] = (row[i] ?? 0) + left(i);
      return true;
    case 2:
      for (let i = 0; i < row.length; i++) row[i] = (row[i] ?? 0) + up(i);
      return true;
    case 3:
      for (let i = 0; i < row.length; i++) row[i] = (row[i] ?? 0) + ((left(i) + up(i)) >> 1);
      return true;
    case 4:
      for (let i = 0; i < row.length; i++) {
        row[i] = (row[i] ?? 0) + paeth(left(i), up(i), upLeft(i));
      }
      return true;
    default:
      return false;
  }
}

/** Of left, above and upper left, the one nearest to left + above − upper left. */
function paeth(a: number, b: number, c: number): number {
  const toA = Math.abs(b - c);
  const toB = Math.abs(a - c);
  const toC = Math.abs(a + b - c - c);
  if (toA <= toB && toA <= toC) return a;
  return toB <= toC ? b : c;
}
