// Paints the parallel-coordinates plot: a line per trial through its values, the better the stronger its colour;
// the best one on top, thicker, with a mark at its end, so that colour is not the only sign.
import { rampColor } from '../../../src/shared/charts/ramp';
import { snap } from '../paint/surface';
import type { Theme } from '../paint/theme';
import type { Axis } from './axes';

/** A trial's line: places on the axes, undefined where it has none. */
export interface TrialLine {
  number: number;
  places: readonly (number | undefined)[];
  /** 0 for the worst, 1 for the best; undefined without a value. */
  rank: number | undefined;
  isBest: boolean;
  /** Outside of what is brushed. */
  isDimmed: boolean;
}

/** A brushed part of an axis. */
export interface Brush {
  axis: number;
  from: number;
  to: number;
}

export interface PlotSize {
  width: number;
  height: number;
}

const TOP = 36;
const BOTTOM = 16;
const LEFT = 64;
const RIGHT = 72;

/** Horizontal position of an axis. */
export function axisX(index: number, count: number, { width }: PlotSize): number {
  return count === 1 ? width / 2 : LEFT + (index / (count - 1)) * (width - LEFT - RIGHT);
}

/** Vertical position of a place. */
export function placeY(place: number, { height }: PlotSize): number {
  return TOP + (1 - place) * (height - TOP - BOTTOM);
}

/** The place of a vertical position; outside of 0 … 1 beyond the ends. */
export function placeAt(y: number, { height }: PlotSize): number {
  return 1 - (y - TOP) / (height - TOP - BOTTOM);
}

/** Paints everything. Lines come in the order in which they lie upon one another. */
export function paintParallel(
  context: CanvasRenderingContext2D,
  size: PlotSize,
  axes: readonly Axis[],
  lines: readonly TrialLine[],
  { theme, highlighted, brush }: { theme: Theme; highlighted?: number; brush?: Brush },
): void {
  context.lineJoin = 'round';
  for (const line of lines) {
    if (line.number !== highlighted) paintLine(context, size, axes.length, line, theme, highlighted !== undefined); // prettier-ignore
  }
  paintAxes(context, size, axes, theme);
  if (brush) paintBrush(context, size, axes.length, brush, theme);
  const over = lines.find(({ number }) => number === highlighted);
  if (over) paintHighlighted(context, size, axes.length, over, theme);
}

function tracePath(
  context: CanvasRenderingContext2D,
  size: PlotSize,
  count: number,
  places: TrialLine['places'],
): void {
  context.beginPath();
  let isDown = false;
  places.forEach((place, i) => {
    if (place === undefined) {
      isDown = false;
      return;
    }
    const x = axisX(i, count, size);
    const y = placeY(place, size);
    if (isDown) context.lineTo(x, y);
    else context.moveTo(x, y);
    isDown = true;
  });
}

function colorOf({ rank }: TrialLine, theme: Theme): string {
  // Not the faintest end of the ramp, which is all but the background.
  return rank === undefined ? theme.muted : rampColor(theme.magnitude, 0.15 + 0.85 * rank);
}

function paintLine(
  context: CanvasRenderingContext2D,
  size: PlotSize,
  count: number,
  line: TrialLine,
  theme: Theme,
  isBehind: boolean,
): void {
  const { rank, isBest, isDimmed, places } = line;
  context.save();
  context.globalAlpha = isDimmed ? 0.1 : isBehind && !isBest ? 0.3 : theme.highContrast ? 1 : 0.8;
  context.strokeStyle = colorOf(line, theme);
  context.lineWidth = (isBest ? 3 : 1.25) + (theme.highContrast ? 0.5 : 0);
  if (rank === undefined) context.setLineDash([3, 3]);
  tracePath(context, size, count, places);
  context.stroke();
  if (isBest && !isDimmed) paintMark(context, size, count, places, theme);
  context.restore();
}

/** A diamond at the end of the best line. */
function paintMark(
  context: CanvasRenderingContext2D,
  size: PlotSize,
  count: number,
  places: TrialLine['places'],
  theme: Theme,
): void {
  const place = places.at(-1);
  if (place === undefined) return;
  const x = axisX(count - 1, count, size);
  const y = placeY(place, size);
  context.setLineDash([]);
  context.beginPath();
  context.moveTo(x, y - 6);
  context.lineTo(x + 6, y);
  context.lineTo(x, y + 6);
  context.lineTo(x - 6, y);
  context.closePath();
  context.fillStyle = context.strokeStyle;
  context.fill();
  context.strokeStyle = theme.background;
  context.lineWidth = 1.5;
  context.stroke();
}

function paintHighlighted(
  context: CanvasRenderingContext2D,
  size: PlotSize,
  count: number,
  line: TrialLine,
  theme: Theme,
): void {
  context.save();
  tracePath(context, size, count, line.places);
  context.strokeStyle = theme.background;
  context.lineWidth = 6;
  context.stroke();
  context.strokeStyle = theme.focus;
  context.lineWidth = 3;
  context.stroke();
  line.places.forEach((place, i) => {
    if (place === undefined) return;
    context.beginPath();
    context.arc(axisX(i, count, size), placeY(place, size), 3.5, 0, 2 * Math.PI);
    context.fillStyle = theme.focus;
    context.fill();
  });
  context.restore();
}

function paintAxes(
  context: CanvasRenderingContext2D,
  size: PlotSize,
  axes: readonly Axis[],
  theme: Theme,
): void {
  axes.forEach((axis, i) => {
    const x = snap(axisX(i, axes.length, size));
    context.strokeStyle = theme.muted;
    context.lineWidth = 1;
    context.beginPath();
    context.moveTo(x + 0.5, placeY(1, size) - 2);
    context.lineTo(x + 0.5, placeY(0, size) + 2);
    context.stroke();
    context.fillStyle = theme.foreground;
    context.font = `600 12px ${theme.font}`;
    context.textAlign = i === 0 ? 'left' : i === axes.length - 1 ? 'right' : 'center';
    context.textBaseline = 'alphabetic';
    const titleX = i === 0 ? Math.min(x, 8) : i === axes.length - 1 ? size.width - 8 : x;
    context.fillText(axis.title, titleX, 16, columnWidth(axes.length, size));
    context.font = `11px ${theme.font}`;
    const isLast = i === axes.length - 1;
    context.textAlign = isLast ? 'left' : 'right';
    context.textBaseline = 'middle';
    for (const { place, text } of axis.ticks) {
      const textX = isLast ? x + 10 : x - 7;
      const y = placeY(place, size);
      // Lines run beneath the words.
      context.lineWidth = 4;
      context.strokeStyle = theme.background;
      context.strokeText(text, textX, y);
      context.fillStyle = theme.muted;
      context.fillText(text, textX, y);
    }
  });
}

function columnWidth(count: number, { width }: PlotSize): number {
  return Math.max(60, (width - LEFT - RIGHT) / Math.max(1, count - 1) - 8);
}

function paintBrush(
  context: CanvasRenderingContext2D,
  size: PlotSize,
  count: number,
  { axis, from, to }: Brush,
  theme: Theme,
): void {
  const x = axisX(axis, count, size);
  const top = placeY(Math.max(from, to), size);
  const bottom = placeY(Math.min(from, to), size);
  context.save();
  context.strokeStyle = theme.focus;
  context.lineWidth = 1.5;
  context.strokeRect(x - 8, top, 16, bottom - top);
  context.globalAlpha = 0.2;
  context.fillStyle = theme.focus;
  context.fillRect(x - 8, top, 16, bottom - top);
  context.restore();
}
