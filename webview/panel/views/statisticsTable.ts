// The numbers of a layer at a step: one column per quantity, one row per statistic.
import { isAbsent } from '../../../src/shared/core/absent';
import type { LayerRecord, TensorRecord, TensorSummary } from '../../../src/shared/core/stepRecord';
import { element } from '../dom';
import { formatCount, formatKnown, formatShare, UNKNOWN } from '../../../src/shared/charts/format';

/** The quantities of a layer, by their key in its record. */
export const QUANTITIES = {
  gradient: 'Gradient',
  weight: 'Weight',
  activation: 'Activation',
  activationGradient: 'δ (output gradient)',
} as const;
export type Quantity = keyof typeof QUANTITIES;

/** A log may hold the norm of a tensor alone. */
function isNormOnly({ count, mean }: TensorSummary): boolean {
  return count === 0 && Number.isNaN(mean);
}

type Statistic = (summary: TensorSummary) => string;

const STATISTICS: readonly (readonly [string, Statistic])[] = [
  ['Norm', (s) => formatKnown(s.norm)],
  ['Mean', (s) => formatKnown(s.mean)],
  ['Std', (s) => formatKnown(s.std)],
  ['Min', (s) => formatKnown(s.min)],
  ['Max', (s) => formatKnown(s.max)],
  ['Elements', (s) => (isNormOnly(s) ? UNKNOWN : formatCount(s.count))],
  [
    'Zeros',
    (s) => (isNormOnly(s) ? UNKNOWN : s.count === 0 ? '0' : formatShare(s.zeros / s.count)),
  ],
  ['NaN', (s) => formatCount(s.nans)],
  ['+Inf', (s) => formatCount(s.posInfs)],
  ['−Inf', (s) => formatCount(s.negInfs)],
];

/** Statistics whose value above zero is a fault. */
const FAULTS = new Set(['NaN', '+Inf', '−Inf']);

/** The summary of a quantity, where the record has it. */
export function summaryOf(
  record: LayerRecord | TensorRecord,
  quantity: Quantity,
): TensorSummary | undefined {
  if (quantity === 'gradient' || quantity === 'weight') {
    return isAbsent(record[quantity]) ? undefined : record[quantity];
  }
  return (record as LayerRecord)[quantity];
}

/** Table rows of what concerns the layer as a whole. */
export function layerFacts(record: LayerRecord | TensorRecord): [string, string][] {
  const facts: [string, string][] = [['Update ratio ‖Δw‖/‖w‖', formatKnown(record.updateRatio)]];
  const { deadUnits, saturatedUnits } = record as LayerRecord;
  if (deadUnits !== undefined) facts.push(['Dead units', formatShare(deadUnits)]);
  if (saturatedUnits !== undefined) facts.push(['Saturated units', formatShare(saturatedUnits)]);
  return facts;
}

/** Builds the table for the quantities that the record has. */
export function statisticsTable(record: LayerRecord | TensorRecord, caption: string): HTMLElement {
  const present = (Object.keys(QUANTITIES) as Quantity[]).flatMap((quantity) => {
    const summary = summaryOf(record, quantity);
    return summary === undefined ? [] : [{ quantity, summary }];
  });
  const columns = present.map(({ quantity, summary }) => {
    const [word = ''] = QUANTITIES[quantity].split(' ');
    return { word, title: QUANTITIES[quantity], summary };
  });
  return summaryTable(columns, caption);
}

/** A table of summaries: one column each, headed by its word. */
export function summaryTable(
  columns: readonly { word: string; title: string; summary: TensorSummary }[],
  caption: string,
): HTMLElement {
  const head = element('tr', '', {}, element('th', '', { scope: 'col' }, ''));
  for (const { word, title } of columns) {
    head.append(element('th', '', { scope: 'col', title }, word));
  }
  const body = element('tbody');
  for (const [name, statistic] of STATISTICS) {
    const row = element('tr', '', {}, element('th', '', { scope: 'row' }, name));
    for (const { summary } of columns) {
      const text = statistic(summary);
      row.append(element('td', FAULTS.has(name) && text !== '0' ? 'bad' : '', {}, text));
    }
    body.append(row);
  }
  return element(
    'table',
    'statistics',
    {},
    element('caption', 'visually-hidden', {}, caption),
    element('thead', '', {}, head),
    body,
  );
}
