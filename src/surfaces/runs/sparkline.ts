// The losses of a run as a line of block characters, and as a small picture: what a list shows of a curve.

/** From the lowest to the highest value. */
const BLOCKS = '▁▂▃▄▅▆▇█';
/** Stands where no value of a stretch was finite. */
const NOT_FINITE = '×';

/** Means of `count` even stretches of the values that are finite; NaN where a stretch has none. */
function stretches(values: readonly number[], count: number): number[] {
  const used = Math.min(count, values.length);
  return Array.from({ length: used }, (_, i) => {
    const from = Math.floor((i * values.length) / used);
    const to = Math.floor(((i + 1) * values.length) / used);
    const finite = values.slice(from, to).filter(Number.isFinite);
    return finite.reduce((sum, value) => sum + value / finite.length, finite.length > 0 ? 0 : NaN);
  });
}

function boundsOf(values: readonly number[]): { low: number; high: number } {
  const finite = values.filter(Number.isFinite);
  return { low: Math.min(...finite), high: Math.max(...finite) };
}

/** `█▆▄▃▂▂▁▁`: at most `width` characters from the run's first step to its newest; empty without values. */
export function sparkBlocks(values: readonly number[], width = 10): string {
  const points = stretches(values, width);
  const { low, high } = boundsOf(points);
  return points
    .map((value) => {
      if (!Number.isFinite(value)) return NOT_FINITE;
      const share = high > low ? (value - low) / (high - low) : 0;
      return BLOCKS[Math.round(share * (BLOCKS.length - 1))] ?? NOT_FINITE;
    })
    .join('');
}

/** Size of the picture in CSS pixels, and the room around the line. */
const WIDTH = 240;
const HEIGHT = 48;
const INSET = 4;

/** Colours of {@link sparkPicture}: hover windows know no theme variables, so the theme's kind chooses. */
export interface SparkColors {
  line: string;
  bad: string;
}

/** The curve as an SVG in a `data:` address; undefined where no value is finite. */
export function sparkPicture(
  values: readonly number[],
  { line, bad }: SparkColors,
): string | undefined {
  const { low, high } = boundsOf(values);
  if (!(low <= high)) return undefined;
  const x = (i: number): string =>
    (INSET + (i * (WIDTH - 2 * INSET)) / Math.max(1, values.length - 1)).toFixed(1);
  const y = (value: number): string => {
    const share = high > low ? (value - low) / (high - low) : 0.5;
    return (HEIGHT - INSET - share * (HEIGHT - 2 * INSET)).toFixed(1);
  };
  let path = '';
  let crosses = '';
  let isDrawing = false;
  values.forEach((value, i) => {
    if (Number.isFinite(value)) path += `${isDrawing ? 'L' : 'M'}${x(i)} ${y(value)}`;
    else crosses += `M${x(i)} ${HEIGHT - 8}l4 4m0-4l-4 4`;
    isDrawing = Number.isFinite(value);
  });
  const shape = (d: string, color: string): string =>
    d === ''
      ? ''
      : `<path d="${d}" fill="none" stroke="${color}" stroke-width="1.75" stroke-linejoin="round" stroke-linecap="round"/>`;
  const svg =
    `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${HEIGHT}">` +
    `${shape(path, line)}${shape(crosses, bad)}</svg>`;
  return `data:image/svg+xml;base64,${Buffer.from(svg).toString('base64')}`;
}
