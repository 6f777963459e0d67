// One histogram as a picture: bars over the signed logarithmic axis, as the panel draws them. The height is the share
// of the largest bucket; the zeros have a bar of their own, whose height is their share of all elements.
import { ZERO_BUCKET, type HistogramColumn } from '../core/histogramHistory';
import { type Palette } from './palette';
import { picture } from './picture';
import { axisTicks, type SignedAxis, slotCount } from './signedAxis';
import { boxes, label, tag } from './svg';

export interface HistogramOptions {
  height: number;
  name: string;
  heading?: string;
  /** Least distance of two numbers on the axis; 0: no axis. */
  tickGap: number;
}

/** Bars that hold anything are at least this high: one element among a million shows. */
const MIN_BAR = 1.5;
const AXIS = 18;

type Counts = Pick<HistogramColumn, 'counts' | 'nonFinite'>;

/** Path data of the bars, by what they stand for. */
function bars(axis: SignedAxis, { counts, nonFinite }: Counts, height: number) {
  const of = axis.slots.map((_, index) => slotCount(axis, counts, index));
  let largest = 0;
  let total = nonFinite;
  axis.slots.forEach(({ bucket }, index) => {
    total += of[index] ?? 0;
    if (bucket !== ZERO_BUCKET) largest = Math.max(largest, of[index] ?? 0);
  });
  const drawn = { negative: '', zero: '', positive: '' };
  axis.slots.forEach(({ bucket, start, size }, index) => {
    const count = of[index] ?? 0;
    if (count === 0) return;
    const isZero = bucket === ZERO_BUCKET;
    const bar = Math.max(MIN_BAR, (isZero ? count / total : count / largest) * (height - 2));
    const air = size >= 4 ? 1 : 0;
    const box = boxes([[start, height - bar, Math.max(0.5, size - air), bar]]);
    drawn[isZero ? 'zero' : bucket < ZERO_BUCKET ? 'negative' : 'positive'] += box;
  });
  return drawn;
}

/** The histogram over `axis`, whose length is the width. */
export function histogramPicture(
  axis: SignedAxis,
  column: Counts,
  options: HistogramOptions,
  palette: Palette,
): string {
  const { height, heading, name, tickGap } = options;
  const zeros = axis.slots.find(({ bucket }) => bucket === ZERO_BUCKET);
  const { negative, zero, positive } = bars(axis, column, height);
  const part = (d: string, fill: string): string => (d === '' ? '' : tag('path', { d, fill }));
  const content = [
    zeros ? part(boxes([[zeros.start, 0, zeros.size, height]]), palette.track) : '',
    part(boxes([[0, height - 1, axis.length, 1]]), palette.grid),
    part(negative, palette.negative),
    part(zero, palette.zero),
    part(positive, palette.positive),
    column.nonFinite === 0
      ? ''
      : label('NaN / Inf', axis.length - 2, 10, {
          ...{ fill: palette.error, 'text-anchor': 'end', 'font-weight': 600, 'font-size': 10 },
        }),
    ...(tickGap === 0 ? [] : axisTicks(axis, tickGap)).map(({ at, label: words }) =>
      label(words, at, height + 14, { fill: palette.muted, 'text-anchor': 'middle' }),
    ),
  ];
  const frame = { width: axis.length, height: height + (tickGap === 0 ? 0 : AXIS), name };
  return picture(heading === undefined ? frame : { ...frame, heading }, palette, content);
}
