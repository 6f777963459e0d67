// Thinning of series: fewer points, same picture. Every window keeps its smallest and its largest
// value, so a spike of one step never disappears, whatever the zoom.

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
    let low = -1;
    let high = -1;
    for (let row = from; row < to; row++) {
      const value = values[row] ?? NaN;
      if (Number.isNaN(value)) continue;
      if (low < 0 || value < (values[low] ?? 0)) low = row;
      if (high < 0 || value >= (values[high] ?? 0)) high = row;
    }
    thinned[at++] = low < 0 ? NaN : (values[Math.min(low, high)] ?? NaN);
    thinned[at++] = low < 0 ? NaN : (values[Math.max(low, high)] ?? NaN);
  }
  thinned.set(values.subarray(end), at);
  return thinned;
}

/** The step column of a thinned table: first and last step of each window, then the tail. */
export function thinSteps(steps: Float64Array, starts: readonly number[]): Float64Array {
  const end = starts[starts.length - 1] ?? 0;
  const thinned: number[] = [];
  for (let w = 0; w + 1 < starts.length; w++) {
    const from = starts[w] ?? 0;
    const to = starts[w + 1] ?? 0;
    thinned.push(steps[from] ?? 0);
    if (to - from > 1) thinned.push(steps[to - 1] ?? 0);
  }
  return Float64Array.from([...thinned, ...steps.subarray(end)]);
}

/** A point of a curve, in data units. */
export interface Point {
  x: number;
  y: number;
}

/**
 * Points for drawing a curve `pixels` wide: at most four per pixel (first, lowest, highest, last),
 * NaN where the curve has a gap.
 */
export function decimate(x: ArrayLike<number>, y: ArrayLike<number>, pixels: number): Point[] {
  const rows: number[] = [];
  for (let i = 0; i < x.length; i++) if (Number.isFinite(y[i] ?? NaN)) rows.push(i);
  const point = (i: number): Point => ({ x: x[i] ?? NaN, y: y[i] ?? NaN });
  if (rows.length <= pixels * 2) return rows.map(point);
  const perPixel = rows.length / pixels;
  const points: Point[] = [];
  for (let p = 0; p < pixels; p++) {
    const bucket = rows.slice(Math.floor(p * perPixel), Math.floor((p + 1) * perPixel));
    const first = bucket[0];
    if (first === undefined) continue;
    let low = first;
    let high = first;
    for (const i of bucket) {
      if ((y[i] ?? 0) < (y[low] ?? 0)) low = i;
      if ((y[i] ?? 0) > (y[high] ?? 0)) high = i;
    }
    const kept = new Set([first, Math.min(low, high), Math.max(low, high), bucket.at(-1) ?? first]);
    for (const i of kept) points.push(point(i));
  }
  return points;
}
