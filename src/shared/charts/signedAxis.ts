// The signed logarithmic axis of every gradient histogram: negatives on the left from large to
// small, a slot for zeros, positives on the right from small to large. Unit: pixels along the axis.
//
//     −1e-2      −1e-5   0   1e-5      1e-2
//   |––––––––––––––––––| ▯ |––––––––––––––––––|
import { FIRST_OCTAVE, OCTAVES } from '../core/stepRecord';
import { type OctaveRange, ZERO_BUCKET, signedBucket } from '../core/histogramHistory';
import { formatDecade } from './format';

/** Octaves shown at least, so that one lonely bucket is not as wide as the chart. */
const MIN_OCTAVES = 10;
/** Shown before any gradient is known: about 1e-6 … 1. */
const DEFAULT_RANGE: readonly [number, number] = [16, 36];

/** A stretch of the axis that stands for one bucket. */
export interface Slot {
  /** Index into a column's counts. */
  bucket: number;
  start: number;
  size: number;
}

export interface AxisTick {
  at: number;
  label: string;
}

export interface SignedAxis {
  /** Lowest and highest octave (index) shown; both also stand for everything beyond them. */
  low: number;
  high: number;
  length: number;
  /** From the far negative end to the far positive end. */
  slots: readonly Slot[];
}

/** Width of the zeros slot in octaves, and of the gap on either side of it. */
const ZERO_OCTAVES = 2;
const GAP_OCTAVES = 0.75;

/** The range to show for the octaves used: widened to a minimum and by a margin of one octave. */
export function shownRange(range: OctaveRange): readonly [number, number] {
  let [low, high] = range ?? DEFAULT_RANGE;
  low -= 1;
  high += 1;
  const missing = MIN_OCTAVES - (high - low + 1);
  if (missing > 0) {
    low -= Math.ceil(missing / 2);
    high += Math.floor(missing / 2);
  }
  // At the ends of the octaves the range moves inward before it is cut.
  const shift = Math.max(0, -low) - Math.max(0, high - (OCTAVES - 1));
  return [Math.max(0, low + shift), Math.min(OCTAVES - 1, high + shift)];
}

/** The axis over `length` pixels. */
export function signedAxis(range: OctaveRange, length: number): SignedAxis {
  const [low, high] = shownRange(range);
  const octaves = high - low + 1;
  const unit = length / (2 * octaves + ZERO_OCTAVES + 2 * GAP_OCTAVES);
  const slots: Slot[] = [];
  for (let i = 0; i < octaves; i++) {
    slots.push({ bucket: signedBucket(high - i, true), start: i * unit, size: unit });
  }
  slots.push({
    bucket: ZERO_BUCKET,
    start: (octaves + GAP_OCTAVES) * unit,
    size: ZERO_OCTAVES * unit,
  });
  const right = (octaves + ZERO_OCTAVES + 2 * GAP_OCTAVES) * unit;
  for (let i = 0; i < octaves; i++) {
    slots.push({ bucket: signedBucket(low + i, false), start: right + i * unit, size: unit });
  }
  return { low, high, length, slots };
}

/** Count of a slot: its bucket, and at the open ends every bucket beyond. */
export function slotCount(axis: SignedAxis, counts: ArrayLike<number>, index: number): number {
  const slot = axis.slots[index];
  if (slot === undefined) return 0;
  if (slot.bucket === ZERO_BUCKET) return counts[ZERO_BUCKET] ?? 0;
  const negative = slot.bucket < ZERO_BUCKET;
  const octave = negative ? ZERO_BUCKET - 1 - slot.bucket : slot.bucket - ZERO_BUCKET - 1;
  const from = octave === axis.low ? 0 : octave;
  const to = octave === axis.high ? OCTAVES - 1 : octave;
  let sum = 0;
  for (let o = from; o <= to; o++) sum += counts[signedBucket(o, negative)] ?? 0;
  return sum;
}

/** Pixel of a magnitude on one side of the axis; exact edges fall on slot boundaries. */
export function positionOf(axis: SignedAxis, magnitude: number, negative: boolean): number {
  const octaves = axis.high - axis.low + 1;
  const unit = axis.length / (2 * octaves + ZERO_OCTAVES + 2 * GAP_OCTAVES);
  const along = (Math.log2(magnitude) - FIRST_OCTAVE - axis.low) * unit;
  return negative
    ? octaves * unit - along
    : (octaves + ZERO_OCTAVES + 2 * GAP_OCTAVES) * unit + along;
}

/** Ticks at powers of ten with at least `minGap` pixels between labels, and `0` in the middle. */
export function axisTicks(axis: SignedAxis, minGap: number): AxisTick[] {
  const exponentOf = (octave: number): number => (octave + FIRST_OCTAVE) * Math.log10(2);
  const first = Math.ceil(exponentOf(axis.low));
  const last = Math.floor(exponentOf(axis.high + 1));
  const middle = axis.length / 2;
  const decade = Math.abs(positionOf(axis, 10, false) - positionOf(axis, 1, false));
  const stride = Math.max(1, Math.ceil(minGap / decade));
  const ticks: AxisTick[] = [{ at: middle, label: '0' }];
  for (let e = first; e <= last; e++) {
    if (((e % stride) + stride) % stride !== 0) continue;
    const at = positionOf(axis, 10 ** e, false);
    // Labels stay within the axis and clear of the 0 in the middle.
    if (at - middle < minGap * 0.6 || at > axis.length - minGap / 4) continue;
    ticks.push({ at, label: formatDecade(e) });
    ticks.push({ at: axis.length - at, label: `−${formatDecade(e)}` });
  }
  return ticks.sort((a, b) => a.at - b.at);
}

/** What a slot stands for, in words: `1.91e-6 to 3.81e-6`. */
export function slotBounds(axis: SignedAxis, index: number): { from: number; to: number } {
  const slot = axis.slots[index];
  if (slot === undefined || slot.bucket === ZERO_BUCKET) return { from: 0, to: 0 };
  const negative = slot.bucket < ZERO_BUCKET;
  const octave = negative ? ZERO_BUCKET - 1 - slot.bucket : slot.bucket - ZERO_BUCKET - 1;
  const near = octave === axis.low ? 0 : 2 ** (octave + FIRST_OCTAVE);
  const far = octave === axis.high ? Infinity : 2 ** (octave + 1 + FIRST_OCTAVE);
  return negative ? { from: -far, to: -near } : { from: near, to: far };
}

/** Index of the slot at a pixel, or −1 (in the gaps beside the zeros). */
export function slotAt(axis: SignedAxis, pixel: number): number {
  return axis.slots.findIndex((slot) => pixel >= slot.start && pixel < slot.start + slot.size);
}
