// Paints how a histogram moved: steps from left to right, the signed axis from bottom (negative) to
// top (positive), colour the share of the elements. Drawn cell by cell into a small bitmap, scaled up.
import {
  type HistogramColumn,
  type HistogramHistory,
  ZERO_BUCKET,
} from '../../../src/shared/core/histogramHistory';
import { type SignedAxis, slotCount } from '../../../src/shared/charts/signedAxis';
import { RAMP_SIZE } from '../../../src/shared/charts/ramp';
import type { Theme } from './theme';

/** Reused between calls: painting happens on one thread, one picture at a time. */
let bitmap: CanvasRenderingContext2D | null | undefined;

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

/** Where a step lies within the width of a picture of the history; undefined where it has no column. */
export function heatPosition(
  history: HistogramHistory | undefined,
  step: number,
  width: number,
): number | undefined {
  const columns = history?.columns ?? [];
  const index = columns.findLastIndex(({ firstStep }) => firstStep <= step);
  const column = columns[index];
  if (column === undefined) return undefined;
  const span = column.lastStep - column.firstStep + 1;
  const within = Math.min(1, (step - column.firstStep + 0.5) / span);
  return ((index + within) * width) / columns.length;
}

/** Slot of each pixel row, the far positive end on top; −1 in the gaps beside the zeros. */
function slotOfRow(axis: SignedAxis, rows: number): Int16Array {
  const slots = new Int16Array(rows).fill(-1);
  axis.slots.forEach(({ start, size }, index) => {
    const from = Math.round(rows - ((start + size) / axis.length) * rows);
    const to = Math.round(rows - (start / axis.length) * rows);
    slots.fill(index, from, Math.max(from + 1, to));
  });
  return slots;
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
  // One bitmap row per pixel row: slots differ in size, and one stretched picture is cheaper to draw
  // than one per slot. Kept in main memory, because it is written pixel by pixel.
  const rows = Math.round(height);
  bitmap ??= document.createElement('canvas').getContext('2d', { willReadFrequently: true });
  if (bitmap === null) return;
  bitmap.canvas.width = columns.length;
  bitmap.canvas.height = rows;
  const image = bitmap.createImageData(columns.length, rows);
  const pixels = new Uint32Array(image.data.buffer);
  const ramp = new Uint32Array(theme.density.buffer);
  const slots = slotOfRow(axis, rows);
  columns.forEach((column, x) => {
    const colors = cellColumn(axis, column);
    for (let y = 0; y < rows; y++) {
      const slot = slots[y] ?? -1;
      if (slot >= 0) pixels[y * columns.length + x] = ramp[colors[slot] ?? 0] ?? 0;
    }
  });
  bitmap.putImageData(image, 0, 0);
  context.imageSmoothingEnabled = false;
  context.drawImage(bitmap.canvas, 0, 0, width, height);
  const cell = width / columns.length;
  columns.forEach((column, x) => {
    if (column.nonFinite > 0) hatch(context, x * cell, Math.max(2, cell), height, theme);
  });
}
