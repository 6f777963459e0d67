// How a histogram moved, as a picture: steps from left to right, values from the far negative end at the bottom to
// the far positive end on top, colour the share of the elements.
import { ZERO_BUCKET, type HistogramColumn } from '../core/histogramHistory';
import { formatCount } from './format';
import { LEVELS, levelAt, type Palette } from './palette';
import { picture } from './picture';
import { axisTicks, type SignedAxis, slotCount } from './signedAxis';
import { boxes, CRISP, label, tag } from './svg';

export interface HeatOptions {
  width: number;
  name: string;
  heading?: string;
}

const LEFT = 50;
const AXIS = 18;
const TICK_GAP = 28;
/** Below 1, so that sparse buckets are lifted out of the background. */
const GAMMA = 0.65;

/** Position on the ramp of a share of the fullest bucket. */
export function densityPosition(share: number): number {
  return Math.min(1, Math.max(0, share)) ** GAMMA;
}

/** Level per slot: of the fullest bucket, and for the zeros of all elements. */
function levels(axis: SignedAxis, column: HistogramColumn): number[] {
  const counts = axis.slots.map((_, index) => slotCount(axis, column.counts, index));
  const isZero = (index: number): boolean => axis.slots[index]?.bucket === ZERO_BUCKET;
  const total = counts.reduce((sum, count) => sum + count, 0);
  const largest = Math.max(0, ...counts.filter((_, index) => !isZero(index)));
  return counts.map((count, index) => {
    if (count === 0) return -1;
    return levelAt(densityPosition(count / (isZero(index) ? total : largest)));
  });
}

/** The columns of a layer over `axis`, whose length is the height. */
export function heatPicture(
  axis: SignedAxis,
  columns: readonly HistogramColumn[],
  { width, name, heading }: HeatOptions,
  palette: Palette,
): string {
  const height = axis.length;
  const cell = (width - LEFT) / Math.max(1, columns.length);
  const byLevel: (readonly [number, number, number, number])[][] = Array.from(
    { length: LEVELS },
    () => [],
  );
  const bad: (readonly [number, number, number, number])[] = [];
  columns.forEach((column, x) => {
    levels(axis, column).forEach((level, index) => {
      const slot = axis.slots[index];
      if (level < 0 || !slot) return;
      const top = height - slot.start - slot.size;
      byLevel[level]?.push([LEFT + x * cell, top, cell + 0.3, slot.size + 0.3]);
    });
    if (column.nonFinite > 0) bad.push([LEFT + x * cell, 0, Math.max(2, cell), height]);
  });
  const muted = { fill: palette.muted };
  const content = [
    tag('rect', { x: LEFT, y: 0, width: width - LEFT, height, fill: palette.density[0] }),
    ...byLevel.map((cells, level) =>
      cells.length === 0
        ? ''
        : tag('path', { d: boxes(cells), fill: palette.density[level], ...CRISP }),
    ),
    bad.length === 0 ? '' : tag('path', { d: boxes(bad), fill: palette.error, opacity: '0.6' }),
    ...axisTicks(axis, TICK_GAP).map(({ at, label: words }) =>
      label(words, LEFT - 6, height - at + 4, { ...muted, 'text-anchor': 'end' }),
    ),
    label(`step ${formatCount(columns[0]?.firstStep ?? 0)}`, LEFT, height + 14, muted),
    label(formatCount(columns.at(-1)?.lastStep ?? 0), width, height + 14, {
      ...muted,
      'text-anchor': 'end',
    }),
  ];
  const frame = { width, height: height + AXIS, name };
  return picture(heading === undefined ? frame : { ...frame, heading }, palette, content);
}
