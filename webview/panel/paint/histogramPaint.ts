// Paints one gradient histogram: bars over the signed axis. Height is the share of the largest
// bucket; the zeros have a bar of their own whose height is their share of all elements.
import { ZERO_BUCKET, type HistogramColumn } from '../../../src/shared/core/histogramHistory';
import { type SignedAxis, slotCount } from '../../../src/shared/charts/signedAxis';
import { snap } from './surface';
import type { Theme } from './theme';

/** Bars that hold anything are at least this high, in pixels: one element among a million shows. */
const MIN_BAR = 1.5;

/** Height of the word about elements that no bucket can hold: bars stay below it. */
const WORD_HEIGHT = 14;

/** Paints the bars in the box 0, 0, axis.length, height. `highlighted` is a slot, or −1. */
export function paintHistogram(
  context: CanvasRenderingContext2D,
  axis: SignedAxis,
  column: Pick<HistogramColumn, 'counts' | 'nonFinite'> | undefined,
  height: number,
  theme: Theme,
  highlighted = -1,
): void {
  const base = height - 0.5;
  const room = height - 4 - ((column?.nonFinite ?? 0) > 0 ? WORD_HEIGHT : 0);
  context.fillStyle = theme.track;
  for (const slot of axis.slots) {
    if (slot.bucket !== ZERO_BUCKET) continue;
    context.fillRect(snap(slot.start), 0, snap(slot.size), height);
  }
  context.fillStyle = theme.grid;
  context.fillRect(0, snap(base - 0.5), axis.length, 1);
  if (column === undefined) return;
  const counts = axis.slots.map((_, index) => slotCount(axis, column.counts, index));
  let largest = 0;
  let total = column.nonFinite;
  axis.slots.forEach((slot, index) => {
    const count = counts[index] ?? 0;
    total += count;
    if (slot.bucket !== ZERO_BUCKET) largest = Math.max(largest, count);
  });
  axis.slots.forEach((slot, index) => {
    const count = counts[index] ?? 0;
    if (count === 0) return;
    const isZero = slot.bucket === ZERO_BUCKET;
    const share = isZero ? count / total : count / largest;
    const bar = Math.max(MIN_BAR, share * room);
    const left = snap(slot.start);
    // One pixel of air between bars wherever they are wide enough to spare it.
    const width = Math.max(1, snap(slot.start + slot.size) - left - (slot.size >= 4 ? 1 : 0));
    context.fillStyle = isZero
      ? theme.zero
      : slot.bucket < ZERO_BUCKET
        ? theme.negative
        : theme.positive;
    context.fillRect(left, base - bar, width, bar);
    if (index === highlighted || theme.highContrast) {
      context.strokeStyle = theme.foreground;
      context.lineWidth = 1;
      if (index === highlighted) {
        context.strokeRect(left - 0.5, base - bar - 0.5, width + 1, bar + 1);
      }
    }
  });
  if (column.nonFinite > 0) paintNonFinite(context, axis.length, theme);
}

/** A word in the corner: elements that no bucket can hold. */
function paintNonFinite(context: CanvasRenderingContext2D, width: number, theme: Theme): void {
  context.font = `600 10px ${theme.font}`;
  context.textAlign = 'right';
  context.textBaseline = 'top';
  context.fillStyle = theme.error;
  context.fillText('NaN / Inf', width - 2, 2);
}
