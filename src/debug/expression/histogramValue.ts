// A histogram as a line of text, and as things to be opened in the Variables view.
import { FIRST_OCTAVE, OCTAVES, type TensorSummary } from '../../shared/core/stepRecord';
import { Thing, type Value } from './values';

const BARS = ' ▁▂▃▄▅▆▇█';

/** One character per octave, as high as its share of the fullest: `▁▃█▅`. */
function barsOf(counts: readonly number[]): string {
  const highest = Math.max(...counts, 1);
  return counts.map((count) => BARS[Math.ceil((count / highest) * 8)] ?? ' ').join('');
}

/** Bounds of octave `i` of |x|. */
const rangeOf = (i: number): string => `2^${FIRST_OCTAVE + i} … 2^${FIRST_OCTAVE + i + 1}`;

/** The octaves of |x| that hold something, negative numbers first; see the summary for what they are. */
export function histogramOf(what: string, summary: TensorSummary): Thing {
  const { negative, positive } = summary.histogram;
  const octaves = Array.from({ length: OCTAVES }, (_, i) => i);
  const filled = octaves.filter((i) => (negative[i] ?? 0) + (positive[i] ?? 0) > 0);
  const [first = 0] = filled;
  const last = filled.at(-1) ?? first;
  const shown = octaves.slice(first, last + 1);
  const counts = (of: readonly number[]): number[] => shown.map((i) => of[i] ?? 0);
  const buckets: Record<string, () => Value> = {};
  for (const i of [...shown].reverse()) {
    if (negative[i]) buckets[`-(${rangeOf(i)})`] = () => negative[i];
  }
  if (summary.zeros > 0) buckets['0'] = () => summary.zeros;
  for (const i of shown) if (positive[i]) buckets[rangeOf(i)] = () => positive[i];
  const text =
    filled.length === 0
      ? `${summary.zeros} zeros`
      : `−|${barsOf(counts(negative).reverse())}|${barsOf(counts(positive))}|+  2^${FIRST_OCTAVE + first} … 2^${FIRST_OCTAVE + last + 1}`;
  return new Thing(`histogram of ${what}`, text, buckets, summary);
}
