// Marks on pictures whose horizontal axis are the steps: where the shown step is, where the pointer is, where the
// training was changed, and where its loss was not finite.
import type { Theme } from './theme';

/** Half the width of the cursor's head and of a change's diamond, in pixels. */
const HEAD = 4;

/** Half the size of a cross, and the least distance of two, in pixels. */
const CROSS = 4;
const CROSS_GAP = 2;

/** The part of a chart that marks are drawn in. */
interface Area {
  top: number;
  bottom: number;
}

/**
 * A line from `top` to `bottom` with a head at its top, on a ground of its own so that it stands out from any
 * colour; a ring around `ring`, where one row of the picture is meant.
 */
export function paintCursor(
  context: CanvasRenderingContext2D,
  x: number,
  top: number,
  bottom: number,
  theme: Theme,
  ring?: number,
): void {
  const at = Math.round(x) + 0.5;
  context.save();
  context.setLineDash([]);
  for (const [color, width] of [
    [theme.background, 4],
    [theme.foreground, theme.highContrast ? 2 : 1.5],
  ] as const) {
    context.strokeStyle = color;
    context.lineWidth = width;
    context.beginPath();
    context.moveTo(at, top);
    context.lineTo(at, bottom);
    context.stroke();
  }
  context.fillStyle = theme.foreground;
  context.beginPath();
  context.moveTo(at - HEAD, top);
  context.lineTo(at + HEAD, top);
  context.lineTo(at, top + HEAD + 2);
  context.fill();
  if (ring !== undefined) {
    context.fillStyle = theme.foreground;
    context.strokeStyle = theme.background;
    context.lineWidth = 2;
    context.beginPath();
    context.arc(at, ring, HEAD, 0, 2 * Math.PI);
    context.fill();
    context.stroke();
  }
  context.restore();
}

/** A dotted line with a diamond at its foot for each change; marks that would stand on one another are drawn once. */
export function paintChanges(
  context: CanvasRenderingContext2D,
  positions: readonly number[],
  { top, bottom }: Area,
  theme: Theme,
): void {
  context.save();
  context.strokeStyle = theme.series.metric;
  context.fillStyle = theme.series.metric;
  context.lineWidth = 1;
  let last = -Infinity;
  for (const position of positions) {
    const x = Math.round(position) + 0.5;
    if (x - last < HEAD) continue;
    last = x;
    context.setLineDash([1, 3]);
    context.beginPath();
    context.moveTo(x, top);
    context.lineTo(x, bottom);
    context.stroke();
    context.beginPath();
    context.moveTo(x, bottom - 2 * HEAD);
    context.lineTo(x + HEAD, bottom - HEAD);
    context.lineTo(x, bottom);
    context.lineTo(x - HEAD, bottom - HEAD);
    context.fill();
  }
  context.restore();
}

/** A dotted line under the pointer. */
export function paintHover(
  context: CanvasRenderingContext2D,
  x: number,
  { top, bottom }: Area,
  theme: Theme,
): void {
  const at = Math.round(x) + 0.5;
  context.save();
  context.strokeStyle = theme.muted;
  context.lineWidth = 1;
  context.setLineDash([2, 3]);
  context.beginPath();
  context.moveTo(at, top);
  context.lineTo(at, bottom);
  context.stroke();
  context.restore();
}

/**
 * Crosses at the foot, at ascending positions: a shape, so that colour is not the only sign. Those that would stand
 * on one another are drawn once.
 */
export function paintCrosses(
  context: CanvasRenderingContext2D,
  positions: readonly number[],
  { bottom }: Pick<Area, 'bottom'>,
  color: string,
): void {
  context.save();
  context.strokeStyle = color;
  context.lineWidth = 1.5;
  const [head, foot] = [bottom - 2 * CROSS - 2, bottom - 2];
  let last = -Infinity;
  for (const at of positions) {
    if (at - last < CROSS_GAP) continue;
    last = at;
    context.beginPath();
    context.moveTo(at - CROSS, head);
    context.lineTo(at + CROSS, foot);
    context.moveTo(at + CROSS, head);
    context.lineTo(at - CROSS, foot);
    context.stroke();
  }
  context.restore();
}
