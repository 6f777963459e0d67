// What an inspection says in words: shapes, and what is wrong with the values, worst first.
import { finiteCount, nonFiniteCount } from '../../../src/shared/core/summary';
import type { TensorInspection } from '../../../src/shared/protocol/inspection';
import { formatCount, formatShare, formatValue, plural } from '../../../src/shared/charts/format';

/** `[784, 128]`; `?` where a size is open. */
export function shapeWords(shape: readonly number[]): string {
  return `[${shape.map((size) => (size < 0 ? '?' : String(size))).join(', ')}]`;
}

export interface HealthLine {
  kind: 'error' | 'warning' | 'information' | 'good';
  text: string;
}

/** A share of zeros above this is worth a word: what ReLU leaves of a normal input is half. */
const MANY_ZEROS = 0.9;

/** Values are of next to no use where their spread is this small a part of their size. */
const FLAT = 1e-6;

const of = (part: number, whole: number, noun: string): string =>
  part === whole ? `All ${plural(whole, noun)}` : `${formatCount(part)} of ${plural(whole, noun)}`;

/** What is to be said of a tensor's values. Never empty where it has any. */
export function healthOf({
  shape,
  summary,
  columns,
  firstNonFinite,
  gradient,
}: TensorInspection): HealthLine[] {
  const lines: HealthLine[] = [];
  if (!summary) return lines;
  const { count, nans, posInfs, negInfs, zeros, mean, std } = summary;
  if (count === 0) return [{ kind: 'warning', text: 'It has no elements.' }];
  const bad = nonFiniteCount(summary);
  if (bad > 0) {
    const kinds = [
      ...(nans > 0 ? [`${formatCount(nans)} NaN`] : []),
      ...(posInfs > 0 ? [`${formatCount(posInfs)} +∞`] : []),
      ...(negInfs > 0 ? [`${formatCount(negInfs)} −∞`] : []),
    ];
    const place = firstNonFinite ? `; the first is at ${shapeWords(firstNonFinite)}` : '';
    const share = formatShare(bad / count);
    lines.push({ kind: 'error', text: `Not finite: ${kinds.join(', ')} (${share})${place}.` });
  }
  if (columns && columns.nonFinite > 0 && columns.nonFinite < columns.count) {
    const text = `${of(columns.nonFinite, columns.count, 'column')} hold values that are not finite.`;
    lines.push({ kind: 'error', text });
  }
  const finite = finiteCount(summary);
  // Biases begin as zeros, scales as ones.
  const unusual = shape.length >= 2 ? 'warning' : 'information';
  if (zeros === count) lines.push({ kind: unusual, text: 'All values are zero.' });
  else if (zeros / count > MANY_ZEROS) {
    lines.push({ kind: 'warning', text: `${formatShare(zeros / count)} of the values are zero.` });
  }
  if (columns && columns.zero > 0 && zeros < count) {
    const text = `${of(columns.zero, columns.count, 'column')} are all zero.`;
    lines.push({ kind: 'warning', text });
  }
  if (columns && columns.constant > 0) {
    const text = `${of(columns.constant, columns.count, 'column')} hold one value throughout.`;
    lines.push({ kind: 'warning', text });
  }
  if (finite > 1 && zeros < count && !columns?.constant && std <= FLAT * Math.abs(mean)) {
    lines.push({ kind: unusual, text: `All values are alike, about ${formatValue(mean)}.` });
  }
  if (gradient) {
    const broken = nonFiniteCount(gradient.summary);
    if (broken > 0) {
      const text = `${of(broken, gradient.summary.count, 'value')} of its last gradient are not finite.`;
      lines.push({ kind: 'error', text });
    } else if (gradient.summary.zeros === gradient.summary.count) {
      lines.push({ kind: 'warning', text: 'Its last gradient is zero: it does not learn.' });
    }
  }
  if (lines.length === 0) {
    const text = columns
      ? 'All values are finite, and no column is all zero.'
      : 'All values are finite.';
    lines.push({ kind: 'good', text });
  }
  return lines;
}
