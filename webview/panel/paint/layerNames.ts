// Names of layers beside the rows of a map.
import type { Theme } from './theme';

/** Least distance of two names, in pixels: a line of text. */
const NAME_GAP = 13;

export interface NameColumn {
  /** Right edge of the names, and their greatest width, in pixels. */
  width: number;
  rowHeight: number;
  /** Row that is pointed out. */
  hovered: number | undefined;
}

/** As many names as fit; the layer under the pointer is named in the read-out anyway. */
export function paintLayerNames(
  context: CanvasRenderingContext2D,
  layers: readonly string[],
  { width, rowHeight, hovered }: NameColumn,
  theme: Theme,
): void {
  context.font = `11px ${theme.font}`;
  context.textBaseline = 'middle';
  context.textAlign = 'right';
  const every = Math.max(1, Math.ceil(NAME_GAP / rowHeight));
  let last = -Infinity;
  layers.forEach((layer, row) => {
    // The first name is moved down into the picture, and can come too close to the next.
    const middle = Math.max(6, (row + 0.5) * rowHeight);
    if (row % every !== 0 || middle - last < NAME_GAP) return;
    last = middle;
    context.fillStyle = row === hovered ? theme.foreground : theme.muted;
    context.fillText(shorten(context, layer, width), width, middle);
  });
}

/** `text` cut in the middle until it is `width` wide: layer names differ at their ends. */
function shorten(context: CanvasRenderingContext2D, text: string, width: number): string {
  if (context.measureText(text).width <= width) return text;
  for (let kept = text.length - 2; kept > 2; kept--) {
    const half = Math.ceil(kept / 2);
    const short = `${text.slice(0, half)}…${text.slice(text.length - (kept - half))}`;
    if (context.measureText(short).width <= width) return short;
  }
  return '…';
}
