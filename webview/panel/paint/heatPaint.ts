// Paints how a histogram moved: steps from left to right, the signed axis from bottom (negative) to
// top (positive), colour the share of the elements. Drawn cell by cell into a small bitmap, scaled up.
import {
  type HistogramColumn,
  type HistogramHistory,
  ZERO_BUCKET,
} from '../series/histogramHistory';
import { type SignedAxis, slotCount } from '../geometry/signedAxis';
import { RAMP_SIZE } from './ramp';
import type { Theme } from './theme';

/** Reused between calls: painting happens on one thread, one picture at a time. */
let bitmap: HTMLCanvasElement | undefined;

/** Below 1, so that sparse buckets are lifted out of the background. */
const GAMMA = 0.65;

/** Position on the ramp of a share of the fullest bucket. */
export function densityPosition(share: number): number {
  return Math.min(1, Math.max(0, share)) ** GAMMA;
}

interface CellColumn {
  low: number;
  high: number;
  /** Ramp index per slot. */
  colors: Uint8Array;
}

/** Columns never change once made, so what they look like is worked out once per axis. */
const cellColumns = new WeakMap<HistogramColumn, CellColumn>();

function cellColumn(axis: SignedAxis, column: HistogramColumn): Uint8Array {
  const known = cellColumns.get(column);
  if (known !== undefined && known.low === axis.low && known.high === axis.high)
    return known.colors;
  const counts = axis.slots.map((_, index) => slotCount(axis, column.counts, index));
  let total = 0;
  let largest = 0;
  counts.forEach((count, index) => {
    total += count;
    if (axis.slots[index]?.bucket !== ZERO_BUCKET) largest = Math.max(largest, count);
  });
  const colors = Uint8Array.from(counts, (count, index) => {
    const isZero = axis.slots[index]?.bucket === ZERO_BUCKET;
    const share = count === 0 ? 0 : isZero ? count / total : count / largest;
    return Math.round(densityPosition(share) * (RAMP_SIZE - 1));
  });
  cellColumns.set(column, { low: axis.low, high: axis.high, colors });
  return colors;
}

function hatch(
  context: CanvasRenderingContext2D,
  left: number,
  width: number,
  height: number,
  theme: Theme,
): void {
  context.save();
  context.beginPath();
  context.rect(left, 0, width, height);
  context.clip();
  context.fillStyle = theme.background;
  context.fillRect(left, 0, width, height);
  context.strokeStyle = theme.error;
  context.lineWidth = 1.5;
  context.beginPath();
  for (let x = -height; x < left + width + height; x += 6) {
    context.moveTo(x, height);
    context.lineTo(x + height, 0);
  }
  context.stroke();
  context.restore();
}

/** Paints the history into 0, 0, width, height. Columns with NaN or Inf are hatched in red. */
export function paintHeat(
  context: CanvasRenderingContext2D,
  axis: SignedAxis,
  history: HistogramHistory | undefined,
  width: number,
  height: number,
  theme: Theme,
): void {
  const columns = history?.columns ?? [];
  if (columns.length === 0) return;
  const rows = axis.slots.length;
  bitmap ??= document.createElement('canvas');
  bitmap.width = columns.length;
  bitmap.height = rows;
  const cells = bitmap.getContext('2d');
  if (cells === null) return;
  const image = cells.createImageData(columns.length, rows);
  const pixels = new Uint32Array(image.data.buffer);
  const ramp = new Uint32Array(theme.density.buffer);
  columns.forEach((column, x) => {
    const colors = cellColumn(axis, column);
    for (let index = 0; index < rows; index++) {
      pixels[(rows - 1 - index) * columns.length + x] = ramp[colors[index] ?? 0] ?? 0;
    }
  });
  cells.putImageData(image, 0, 0);
  context.imageSmoothingEnabled = false;
  // Slots differ in size (zeros are wider, with a gap), so rows are placed one by one.
  axis.slots.forEach((slot, index) => {
    const top = height - ((slot.start + slot.size) / axis.length) * height;
    const size = (slot.size / axis.length) * height;
    const y = Math.round(top);
    const tall = Math.max(1, Math.round(top + size) - y);
    if (bitmap === undefined) return;
    context.drawImage(bitmap, 0, rows - 1 - index, columns.length, 1, 0, y, width, tall);
  });
  const cell = width / columns.length;
  columns.forEach((column, x) => {
    if (column.nonFinite > 0) hatch(context, x * cell, Math.max(2, cell), height, theme);
  });
}
