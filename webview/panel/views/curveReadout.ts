// Finding the point of a curve that a read-out speaks of.

/** Index of the value of the ascending `x` nearest to `target`; −1 where there is none. */
export function nearest(x: Float64Array, target: number): number {
  if (x.length === 0) return -1;
  let low = 0;
  let high = x.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((x[middle] ?? 0) < target) low = middle + 1;
    else high = middle;
  }
  const before = x[low - 1];
  return before !== undefined && target - before < (x[low] ?? 0) - target ? low - 1 : low;
}
