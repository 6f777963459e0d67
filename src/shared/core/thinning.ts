// Thinning of series: fewer points, same picture. Every window keeps its smallest and its largest
// value, so a spike of one step never disappears, whatever the zoom. The host thins what it sends,
// the page what it has collected, by the same rule.

/** Rows that a page keeps at most: more than any chart has pixels, and 100 layers of it are 3 MB. */
export const MAX_ROWS = 4096;
/** Rows left by one thinning; the gap to {@link MAX_ROWS} spaces the thinnings out. */
export const THINNED_ROWS = 3072;
/** The newest rows are never thinned, so that the curve's live end is exact. */
export const EXACT_TAIL = 512;

/**
 * Rows, in their order, of the two values that stand for rows [from, to): the lowest and the highest.
 * Where an infinity is among them (a gradient that is not finite), it stands beside the highest
 * finite value. Both are −1 where all values are NaN (missing), and equal where there is but one.
 */
export function extremesOf(
  values: Float64Array,
  from: number,
  to: number,
): readonly [earlier: number, later: number] {
  let low = -1;
  let high = -1;
  let infinite = -1;
  for (let row = from; row < to; row++) {
    const value = values[row] ?? NaN;
    if (value - value !== 0) {
      // NaN or infinite: only an infinity is greater or less than 0.
      if (value > 0 || value < 0) infinite = row;
      continue;
    }
    if (low < 0 || value < (values[low] ?? 0)) low = row;
    if (high < 0 || value > (values[high] ?? 0)) high = row;
  }
  if (infinite >= 0) low = infinite;
  if (high < 0) high = low;
  return low <= high ? [low, high] : [high, low];
}

/**
 * Splits rows 0 … `steps.length` − `tail` into windows of equal step span, so that each window can
 * be cut down to two rows; the newest `tail` rows stay as they are. Returned are the window starts,
 * closed by the index of the first row of the tail.
 * @param maxRows The whole table afterwards has at most this many rows.
 */
export function windowsOf(steps: Float64Array, maxRows: number, tail: number): number[] {
  const end = Math.max(0, steps.length - tail);
  const first = steps[0] ?? 0;
  const span = (steps[end - 1] ?? first) - first + 1;
  const windows = Math.max(1, Math.floor((maxRows - tail) / 2));
  // A power of two, so that windows of an earlier thinning lie whole within those of a later one.
  const width = 2 ** Math.max(0, Math.ceil(Math.log2(span / windows)));
  const starts: number[] = [];
  let current = NaN;
  for (let row = 0; row < end; row++) {
    const window = Math.floor(((steps[row] ?? 0) - first) / width);
    if (window !== current) {
      starts.push(row);
      current = window;
    }
  }
  starts.push(end);
  return starts;
}

/** Rows left after {@link thinColumn} for windows as {@link windowsOf} gives them. */
export function thinnedLength(starts: readonly number[], rows: number): number {
  const end = starts[starts.length - 1] ?? 0;
  let length = rows - end;
  for (let w = 0; w + 1 < starts.length; w++) {
    length += Math.min(2, (starts[w + 1] ?? 0) - (starts[w] ?? 0));
  }
  return length;
}

/**
 * Cuts each window of a column to two rows: its extremes, in the order in which they occurred. NaN
 * (missing) is kept only where a window has nothing else. The tail is copied as it is.
 */
export function thinColumn(values: Float64Array, starts: readonly number[]): Float64Array {
  const end = starts[starts.length - 1] ?? 0;
  const thinned = new Float64Array(thinnedLength(starts, values.length));
  let at = 0;
  for (let w = 0; w + 1 < starts.length; w++) {
    const from = starts[w] ?? 0;
    const to = starts[w + 1] ?? 0;
    if (to - from <= 2) {
      for (let row = from; row < to; row++) thinned[at++] = values[row] ?? NaN;
      continue;
    }
    const [earlier, later] = extremesOf(values, from, to);
    thinned[at++] = values[earlier] ?? NaN;
    thinned[at++] = values[later] ?? NaN;
  }
  thinned.set(values.subarray(end), at);
  return thinned;
}

/** The step column of a thinned table: first and last step of each window, then the tail. */
export function thinSteps(steps: Float64Array, starts: readonly number[]): Float64Array {
  const end = starts[starts.length - 1] ?? 0;
  const thinned = new Float64Array(thinnedLength(starts, steps.length));
  let at = 0;
  for (let w = 0; w + 1 < starts.length; w++) {
    const from = starts[w] ?? 0;
    const to = starts[w + 1] ?? 0;
    thinned[at++] = steps[from] ?? 0;
    if (to - from > 1) thinned[at++] = steps[to - 1] ?? 0;
  }
  thinned.set(steps.subarray(end), at);
  return thinned;
}
