// The range test: loss over the learning rate, with the suggested rate, that of the source, and where the loss
// explodes.
import type { ShownRateTest } from '../../../src/shared/protocol/experiment';
import { element, setHidden, setText } from '../dom';
import { formatRound, formatValue } from '../../../src/shared/charts/format';
import { createCanvas, describe } from '../paint/surface';
import type { Theme } from '../paint/theme';
import { createCard } from '../views/card';
import { DataTable, spread } from '../views/dataTable';
import { RateChart } from './rateChart';

/** Rows of the table behind the chart. */
const ROWS = 40;

export class RateView {
  readonly root: HTMLElement;
  private readonly chart: RateChart;
  private readonly canvas = createCanvas('rate-plot');
  private readonly advice = element('p', 'rate-advice');
  private readonly table: DataTable;
  private test: ShownRateTest | undefined;

  constructor(invalidate: () => void) {
    const card = createCard('rates', 'Loss over the learning rate');
    this.root = card.root;
    this.table = new DataTable('losses', invalidate);
    card.tools.append(this.table.toggle);
    card.body.append(
      this.advice,
      element('div', 'rate-plot-frame', {}, this.canvas),
      this.table.root,
    );
    this.chart = new RateChart(this.canvas);
  }

  show(test: ShownRateTest): void {
    this.test = test;
    const { suggested, current } = test;
    const from = current === undefined ? '' : ` The source has ${formatRound(current)}.`;
    const words = suggested ? `${formatRound(suggested.rate)} is suggested. ${suggested.why}${from}` : ''; // prettier-ignore
    setText(this.advice, words);
    setHidden(this.advice, words === '');
  }

  draw(theme: Theme): void {
    const { test } = this;
    if (!test) return;
    this.chart.draw(test, theme);
    const { suggested, divergesAt, points } = test;
    const parts = [
      `Loss over learning rates from ${formatRound(points[0]?.rate ?? NaN)} to ${formatRound(points.at(-1)?.rate ?? NaN)}.`,
      ...(suggested ? [`Suggested: ${formatRound(suggested.rate)}.`] : []),
      ...(divergesAt === undefined
        ? []
        : [`The loss explodes from ${formatRound(divergesAt)} on.`]),
    ];
    describe(this.canvas, parts.join(' '));
    this.table.draw(() => ({
      caption: 'Losses of the range test',
      columns: ['Learning rate', 'Loss', 'Smoothed'],
      rows: spread(points.length, ROWS).map((i) => [
        formatValue(points[i]?.rate ?? NaN),
        formatValue(points[i]?.loss ?? NaN),
        formatValue(test.smoothed[i] ?? NaN),
      ]),
    }));
  }
}
