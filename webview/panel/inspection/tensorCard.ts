// One tensor: its shape first, what is wrong with it, its histogram, its numbers, and those of its last
// gradient where it trains.
import { rangeOf, unionRange } from '../../../src/shared/core/histogramHistory';
import type { TensorInspection } from '../../../src/shared/protocol/inspection';
import { element } from '../dom';
import { plural } from '../../../src/shared/charts/format';
import { icon, type IconName } from '../icons';
import type { Theme } from '../paint/theme';
import { HistogramPlot } from '../views/histogramPlot';
import { summaryTable } from '../views/statisticsTable';
import { healthOf, shapeWords, type HealthLine } from './words';

const ICONS: Record<HealthLine['kind'], IconName> = {
  error: 'error',
  warning: 'warning',
  information: 'information',
  good: 'check',
};

/** Shape and type, as they stand beneath a title. */
export function shapeLine({ shape, dtype, className, trainable }: TensorInspection): HTMLElement {
  const count = shape.some((size) => size < 0) ? undefined : shape.reduce((a, b) => a * b, 1);
  const facts = [
    dtype,
    ...(count === undefined ? [] : [plural(count, 'element')]),
    className,
    ...(trainable === undefined ? [] : [trainable ? 'trainable' : 'not trainable']),
  ];
  return element(
    'p',
    'shape-line',
    {},
    element('strong', 'shape', {}, shape.length === 0 ? 'scalar' : shapeWords(shape)),
    element('span', 'shape-facts', {}, facts.join(' · ')),
  );
}

/** A tensor's part of the page. */
export class TensorCard {
  readonly root: HTMLElement;
  private readonly plots: { plot: HistogramPlot; draw: (theme: Theme, changed: boolean) => void }[];

  /** `title`: its heading, absent where the page's own heading names it. */
  constructor(tensor: TensorInspection, title: string | undefined, invalidate: () => void) {
    const { summary, gradient, problem } = tensor;
    const name = title ?? tensor.name ?? 'Values';
    const range = unionRange(
      summary && rangeOf(summary),
      gradient ? rangeOf(gradient.summary) : undefined,
    );
    const columns = [
      ...(summary ? [{ word: 'Value', title: 'Value', summary }] : []),
      ...(gradient
        ? [
            {
              word: 'Gradient',
              title: `Gradient of step ${gradient.step}`,
              summary: gradient.summary,
            },
          ]
        : []),
    ];
    this.plots = columns.map(({ title: heading, summary: shown }) => {
      const plot = new HistogramPlot(invalidate);
      const draw = (theme: Theme, changed: boolean): void =>
        plot.draw(heading, shown, { theme }, changed, range);
      return { plot, draw };
    });
    this.root = element(
      'section',
      'card inspected',
      { 'aria-label': name },
      ...(title === undefined ? [] : [element('h2', 'card-title', {}, title)]),
      shapeLine(tensor),
      ...(problem === undefined ? [] : [element('p', 'problem', {}, problem)]),
      element(
        'ul',
        'health',
        { 'aria-label': 'Health' },
        ...healthOf(tensor).map(({ kind, text }) =>
          element('li', `health-${kind}`, {}, icon(ICONS[kind]), element('span', '', {}, text)),
        ),
      ),
      element(
        'div',
        'detail-body',
        {},
        ...this.plots.map(({ plot }) => plot.root),
        ...(columns.length === 0
          ? []
          : [element('div', 'detail-statistics', {}, summaryTable(columns, `Numbers of ${name}`))]),
      ),
    );
  }

  draw(theme: Theme, changed: boolean): void {
    for (const { draw } of this.plots) draw(theme, changed);
  }
}
