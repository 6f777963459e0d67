// Paints the layers × steps map and its legend.
import { type NormMap, MISSING, scalePosition } from '../../../src/shared/charts/normMap';
import { RAMP_SIZE, rampColor } from '../../../src/shared/charts/ramp';
import type { Theme } from './theme';

/** Written pixel by pixel, so it is kept in main memory. */
let bitmap: CanvasRenderingContext2D | null | undefined;

/** Paints the cells into left, 0, width, height. NaN cells are red with a cross, missing ones empty. */
export function paintNormMap(
  context: CanvasRenderingContext2D,
  map: NormMap,
  left: number,
  width: number,
  height: number,
  theme: Theme,
): void {
  const rows = map.layers.length;
  if (rows === 0 || map.columns === 0) return;
  bitmap ??= document.createElement('canvas').getContext('2d', { willReadFrequently: true });
  if (bitmap === null) return;
  bitmap.canvas.width = map.columns;
  bitmap.canvas.height = rows;
  const image = bitmap.createImageData(map.columns, rows);
  map.cells.forEach((value, index) => {
    // Missing and non-finite cells stay transparent here.
    if (Number.isNaN(value) || value === MISSING) return;
    const color = 4 * Math.round(scalePosition(map, value) * (RAMP_SIZE - 1));
    for (let k = 0; k < 4; k++) image.data[index * 4 + k] = theme.magnitude[color + k] ?? 0;
  });
  bitmap.putImageData(image, 0, 0);
  context.imageSmoothingEnabled = false;
  context.drawImage(bitmap.canvas, left, 0, width, height);
  const cellWidth = width / map.columns;
  const cellHeight = height / rows;
  if (cellHeight >= 10) {
    context.fillStyle = theme.background;
    for (let row = 1; row < rows; row++) {
      context.fillRect(left, Math.round(row * cellHeight), width, 1);
    }
  }
  paintNonFinite(context, map, left, cellWidth, cellHeight, theme);
}

function paintNonFinite(
  context: CanvasRenderingContext2D,
  map: NormMap,
  left: number,
  width: number,
  height: number,
  theme: Theme,
): void {
  for (let row = 0; row < map.layers.length; row++) {
    let start = -1;
    for (let c = 0; c <= map.columns; c++) {
      const bad = c < map.columns && Number.isNaN(map.cells[row * map.columns + c] ?? 0);
      if (bad && start < 0) start = c;
      if (bad || start < 0) continue;
      const x = left + start * width;
      const wide = Math.max(2, (c - start) * width);
      const y = row * height;
      context.fillStyle = theme.error;
      context.fillRect(x, y, wide, Math.max(1, height - (height >= 10 ? 1 : 0)));
      if (height >= 6) hatchCell(context, x, y, wide, height, theme);
      start = -1;
    }
  }
}

/** Diagonal lines: not finite, told by pattern and not by colour alone. */
function hatchCell(
  context: CanvasRenderingContext2D,
  x: number,
  y: number,
  width: number,
  height: number,
  theme: Theme,
): void {
  context.save();
  context.beginPath();
  context.rect(x, y, width, height);
  context.clip();
  context.strokeStyle = theme.background;
  context.lineWidth = 1.5;
  context.beginPath();
  for (let d = -height; d < width + height; d += 6) {
    context.moveTo(x + d, y + height);
    context.lineTo(x + d + height, y);
  }
  context.stroke();
  context.restore();
}

/** Paints the colour scale as a bar of width × height. */
export function paintLegend(
  context: CanvasRenderingContext2D,
  width: number,
  height: number,
  theme: Theme,
): void {
  for (let x = 0; x < width; x++) {
    context.fillStyle = rampColor(theme.magnitude, x / Math.max(1, width - 1));
    context.fillRect(x, 0, 1.5, height);
  }
}
