// Paints a sparkline: the shape of a series without axes. Values are log10, NaN is a gap.
import type { Theme } from './theme';

/** Decades shown at least, so that noise does not look like drama. */
const MIN_SPAN = 1;

/** Paints `line` into 0, 0, width, height, with a dot at its end. */
export function paintSparkline(
  context: CanvasRenderingContext2D,
  line: Float64Array,
  width: number,
  height: number,
  theme: Theme,
): void {
  let low = Infinity;
  let high = -Infinity;
  for (const value of line) {
    if (value < low) low = value;
    if (value > high) high = value;
  }
  if (!(low <= high)) return;
  const middle = (low + high) / 2;
  const half = Math.max(MIN_SPAN, high - low) / 2;
  const inset = 3;
  const x = (i: number): number =>
    line.length < 2 ? width - inset : (i / (line.length - 1)) * (width - inset * 2) + inset;
  const y = (value: number): number =>
    inset + (1 - (value - (middle - half)) / (2 * half)) * (height - 2 * inset);
  context.strokeStyle = theme.positive;
  context.lineWidth = theme.highContrast ? 2 : 1.25;
  context.lineJoin = 'round';
  context.beginPath();
  let drawing = false;
  line.forEach((value, i) => {
    if (Number.isNaN(value)) {
      drawing = false;
      return;
    }
    if (drawing) context.lineTo(x(i), y(value));
    else context.moveTo(x(i), y(value));
    drawing = true;
  });
  context.stroke();
  const last = line[line.length - 1] ?? NaN;
  if (Number.isNaN(last)) return;
  context.fillStyle = theme.positive;
  context.beginPath();
  context.arc(x(line.length - 1), y(last), 2, 0, 2 * Math.PI);
  context.fill();
}
