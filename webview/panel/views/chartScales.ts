// The axes of every chart over steps: one look, labels that stay in place, and few of them.
import type { ChartOptions } from 'chart.js';
import { formatValue } from '../../../src/shared/charts/format';
import type { Theme } from '../paint/theme';

/** Width of the labels at the left, in pixels: fixed, so that the plot does not jump when a label grows. */
const LABELS_WIDTH = 52;

/** @param xLabel words of a position on the horizontal axis; by default a number of steps. */
export function chartScales(
  theme: Theme,
  log: boolean,
  xLabel: (value: number) => string = formatValue,
): NonNullable<ChartOptions<'line'>['scales']> {
  const font = { family: theme.font, size: 11 };
  const shared = {
    grid: { color: theme.grid, drawTicks: false },
    border: { display: false },
  };
  return {
    x: {
      ...shared,
      type: 'linear',
      grid: { display: false },
      ticks: {
        color: theme.muted,
        font,
        maxRotation: 0,
        autoSkipPadding: 24,
        includeBounds: false,
        padding: 4,
        precision: 0,
        callback: (value) => xLabel(Number(value)),
      },
    },
    y: {
      ...shared,
      type: log ? 'logarithmic' : 'linear',
      ticks: {
        color: theme.muted,
        font,
        padding: 8,
        maxTicksLimit: 6,
        callback: (value) => tickLabel(Number(value), log),
      },
      afterFit: (axis) => (axis.width = LABELS_WIDTH),
    },
  };
}

/** On a logarithmic axis only 1, 2 and 5 of each decade are labelled. */
function tickLabel(value: number, log: boolean): string {
  if (!log)
    return formatValue(value)
      .replace(/(\.\d*?)0+$/, '$1')
      .replace(/\.$/, '');
  const lead = Math.round(value / 10 ** Math.floor(Math.log10(value) + 1e-9));
  return [1, 2, 5].includes(lead) ? formatValue(Number(value.toPrecision(3)), 1) : '';
}
