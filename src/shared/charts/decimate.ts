// Decimation of curves for drawing: as many points as the chart has pixels for, extremes among them.

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
