// What values hold, as far as an autopsy asks.

/** Counts of what is not finite, and the range of what is. */
export interface Scan {
  count: number;
  nans: number;
  posInfs: number;
  negInfs: number;
  /** Of the finite values; 0 where there is none. */
  min: number;
  max: number;
  hasZero: boolean;
}

/** One pass over `values`. */
export function scan(values: ArrayLike<number>): Scan {
  const found: Scan = {
    count: values.length,
    nans: 0,
    posInfs: 0,
    negInfs: 0,
    min: Infinity,
    max: -Infinity,
    hasZero: false,
  };
  for (let i = 0; i < values.length; i++) {
    const x = values[i] as number;
    if (x - x !== 0) {
      if (x > 0) found.posInfs++;
      else if (x < 0) found.negInfs++;
      else found.nans++;
      continue;
    }
    if (x < found.min) found.min = x;
    if (x > found.max) found.max = x;
    if (x === 0) found.hasZero = true;
  }
  if (found.min > found.max) found.min = found.max = 0;
  return found;
}

/** True where everything is finite. */
export function isFinite({ nans, posInfs, negInfs }: Scan): boolean {
  return nans + posInfs + negInfs === 0;
}
