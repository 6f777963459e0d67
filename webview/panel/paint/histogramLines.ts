// Paints several histograms over one another as outlines: the height of a bucket is its share of the tensor's
// elements, so that tensors of any size compare.
import { ZERO_BUCKET } from '../../../src/shared/core/histogramHistory';
import { slotCount, type SignedAxis } from '../../../src/shared/charts/signedAxis';
import { snap } from './surface';
import type { Theme } from './theme';

export interface HistogramLine {
  counts: ArrayLike<number>;
  color: string;
  dash: readonly number[];
}

/** Shares of each slot of the axis; NaN and infinities count among the elements, but have no slot. */
export function sharesOf(axis: SignedAxis, counts: ArrayLike<number>, elements: number): number[] {
  return axis.slots.map((_, index) => slotCount(axis, counts, index) / Math.max(1, elements));
}

/** Paints into 0, 0, axis.length, height. `highlighted` is a slot, or −1. Returns the share at the top edge. */
export function paintHistogramLines(
  context: CanvasRenderingContext2D,
  axis: SignedAxis,
  lines: readonly (HistogramLine & { elements: number })[],
  height: number,
  theme: Theme,
  highlighted = -1,
): number {
  const base = height - 0.5;
  context.fillStyle = theme.track;
  axis.slots.forEach((slot, index) => {
    if (slot.bucket === ZERO_BUCKET || index === highlighted) {
      context.fillRect(snap(slot.start), 0, snap(slot.size), height);
    }
  });
  context.fillStyle = theme.grid;
  context.fillRect(0, snap(base - 0.5), axis.length, 1);
  const all = lines.map((line) => ({
    ...line,
    shares: sharesOf(axis, line.counts, line.elements),
  }));
  const top = Math.max(0, ...all.flatMap(({ shares }) => shares));
  if (top === 0) return 0;
  context.save();
  context.lineWidth = theme.highContrast ? 2.5 : 1.75;
  context.lineJoin = 'round';
  for (const { color, dash, shares } of all) {
    context.strokeStyle = color;
    context.setLineDash([...dash]);
    const levelOf = (index: number): number => base - ((shares[index] ?? 0) / top) * (height - 6);
    context.beginPath();
    axis.slots.forEach((slot, index) => {
      const before = axis.slots[index - 1];
      // The zeros stand apart.
      const isJoined = before && slot.bucket !== ZERO_BUCKET && before.bucket !== ZERO_BUCKET;
      if (!isJoined) context.moveTo(slot.start, base);
      context.lineTo(slot.start, levelOf(index));
      context.lineTo(slot.start + slot.size, levelOf(index));
      const after = axis.slots[index + 1];
      const goesOn = after && slot.bucket !== ZERO_BUCKET && after.bucket !== ZERO_BUCKET;
      if (!goesOn) context.lineTo(slot.start + slot.size, base);
    });
    context.stroke();
  }
  context.restore();
  return top;
}
