// The histograms card: one layer at one step (or time) of all shown runs, over one another on one axis.
import {
  columnOf,
  rangeOf,
  unionRange,
  type OctaveRange,
} from '../../../src/shared/core/histogramHistory';
import { HISTOGRAM_QUANTITIES, type HistogramQuantity } from '../../../src/shared/protocol/compare';
import type { TensorSummary } from '../../../src/shared/core/stepRecord';
import { button, element, setAttribute, setHidden, setText } from '../dom';
import { formatCount, formatShare, formatValue } from '../../../src/shared/charts/format';
import {
  axisTicks,
  signedAxis,
  slotAt,
  slotBounds,
  type SignedAxis,
} from '../../../src/shared/charts/signedAxis';
import { paintHistogramLines, sharesOf } from '../paint/histogramLines';
import { createCanvas, describe, prepare } from '../paint/surface';
import { createCard } from '../views/card';
import { DataTable, type TableData } from '../views/dataTable';
import { histogramWords } from '../views/histogramWords';
import type { CompareActions, CompareFrame, CompareView, DrawnRun } from './frame';
import { unionLayers } from './maps';
import { swatch } from './runStyle';
import { axisWords, endOf } from './series';
import type { ShownHistograms } from './state';

const HEIGHT = 200;
const AXIS_HEIGHT = 20;
const TICK_GAP = 52;
/** Positions of the slider. */
const POSITIONS = 1000;

const QUANTITY_WORDS: Readonly<Record<HistogramQuantity, string>> = {
  gradient: 'Gradient',
  weight: 'Weights',
  activation: 'Output',
};

interface DrawnHistogram {
  run: DrawnRun;
  step: number | undefined;
  summary: TensorSummary | undefined;
}

/** The layer that histograms are of: the chosen one where a run has it, else the first. */
export function shownLayer({ shown, settings }: CompareFrame): string | undefined {
  const layers = unionLayers(shown.map(({ run }) => run));
  return settings.layer !== undefined && layers.includes(settings.layer)
    ? settings.layer
    : layers[0];
}

export class HistogramsView implements CompareView {
  readonly root: HTMLElement;
  private readonly card = createCard('histograms', 'Histograms');
  private readonly layer = element('select', 'picker', { 'aria-label': 'Layer' });
  private readonly quantity = element('select', 'picker', { 'aria-label': 'Quantity' });
  private readonly slider = element('input', 'slider compare-slider', {
    type: 'range',
    ...{ min: 0, max: POSITIONS, step: 1 },
    'aria-label': 'Step of the histograms',
  });
  private readonly place = element('span', 'slider-place');
  private readonly newest: HTMLButtonElement;
  private readonly canvas = createCanvas('histogram-large');
  private readonly note = element('p', 'table-note');
  private readonly readout = element('ul', 'readout compare-readout');
  private readonly table: DataTable;
  private axis: SignedAxis | undefined;
  private histograms: readonly DrawnHistogram[] = [];
  private hover = -1;
  private drawn = '';
  private layerNames = '';
  private end = 0;

  constructor(private readonly actions: CompareActions) {
    this.root = this.card.root;
    this.table = new DataTable('histograms', () => {
      this.drawn = '';
      actions.invalidate();
    });
    this.newest = button('tool tool-text', 'Newest', () => this.look(undefined));
    this.newest.title = 'Show the newest step of each run';
    this.quantity.append(
      ...HISTOGRAM_QUANTITIES.map((value) =>
        element('option', '', { value }, QUANTITY_WORDS[value]),
      ),
    );
    this.card.tools.append(this.table.toggle);
    this.canvas.tabIndex = 0;
    const controls = element(
      'div',
      'compare-controls',
      {},
      this.layer,
      this.quantity,
      element('span', 'compare-time', {}, this.slider, this.place, this.newest),
    );
    this.card.body.append(controls, this.canvas, this.note, this.readout, this.table.root);
    this.layer.addEventListener('change', () => actions.change({ layer: this.layer.value }));
    this.quantity.addEventListener('change', () => {
      const quantity = HISTOGRAM_QUANTITIES.find((known) => known === this.quantity.value);
      if (quantity) actions.change({ quantity });
    });
    this.slider.addEventListener('input', () => {
      const position = Number(this.slider.value) / POSITIONS;
      this.look(position >= 1 ? undefined : position * this.end);
    });
    this.canvas.addEventListener('pointermove', (event) =>
      this.setHover(this.axis === undefined ? -1 : slotAt(this.axis, event.offsetX)),
    );
    this.canvas.addEventListener('pointerleave', () => this.setHover(-1));
    this.canvas.addEventListener('blur', () => this.setHover(-1));
    this.canvas.addEventListener('keydown', (event) => this.onKey(event));
  }

  draw(frame: CompareFrame): void {
    const { settings, shown, state } = frame;
    const layers = unionLayers(shown.map(({ run }) => run));
    setHidden(this.root, layers.length === 0);
    if (this.root.hidden) return;
    this.drawControls(layers, frame);
    const { histograms: told } = state;
    const isTold = (one: ShownHistograms): boolean =>
      one.layer === shownLayer(frame) && one.quantity === settings.quantity;
    const answers = told && isTold(told) ? told.histograms : [];
    this.histograms = shown.map((run) => {
      const own = answers.find((one) => one.run === run.id);
      return { run, step: own?.step, summary: own?.summary };
    });
    this.table.draw(() => this.tableOf(frame));
    const width = this.card.body.clientWidth;
    const drawn = JSON.stringify([
      ...[state.version, frame.generation, width, settings.hidden, this.hover],
      ...[settings.layer, settings.quantity],
    ]);
    if (drawn === this.drawn) return;
    this.drawn = drawn;
    this.paint(frame);
  }

  private drawControls(layers: readonly string[], frame: CompareFrame): void {
    const { settings, shown } = frame;
    if (layers.join('\n') !== this.layerNames) {
      this.layerNames = layers.join('\n');
      this.layer.replaceChildren(...layers.map((value) => element('option', '', { value }, value)));
    }
    this.layer.value = shownLayer(frame) ?? '';
    this.quantity.value = settings.quantity;
    const { alignment, at } = settings;
    this.end = Math.max(
      0,
      ...shown.flatMap(({ series }) => (series ? [endOf(series, alignment)] : [])),
    );
    const position = at === undefined || this.end === 0 ? 1 : Math.min(1, at / this.end);
    if (document.activeElement !== this.slider) {
      this.slider.value = String(Math.round(position * POSITIONS));
    }
    const words = at === undefined ? 'newest step' : axisWords(at, alignment);
    setText(this.place, words);
    setAttribute(this.slider, 'aria-valuetext', words);
    setAttribute(this.newest, 'aria-pressed', String(at === undefined));
  }

  private paint(frame: CompareFrame): void {
    const { theme, settings } = frame;
    const known = this.histograms.filter(
      (one): one is DrawnHistogram & { summary: TensorSummary } => one.summary !== undefined,
    );
    setHidden(this.canvas, known.length === 0);
    setHidden(this.note, known.length === this.histograms.length);
    const isAsked = frame.state.histograms !== undefined;
    const missing = this.histograms.filter(({ summary }) => !summary).map(({ run }) => run.name);
    const what = `${QUANTITY_WORDS[settings.quantity].toLowerCase()} histogram of this layer`;
    setText(
      this.note,
      known.length > 0
        ? `No ${what} at this step: ${missing.join(', ')}.`
        : isAsked
          ? `None of these runs has a ${what} at this step.`
          : 'Reading the histograms…',
    );
    this.drawReadout(known);
    if (known.length === 0) return;
    let range: OctaveRange;
    for (const { summary } of known) range = unionRange(range, rangeOf(summary));
    const width = this.card.body.clientWidth - 32;
    const axis = signedAxis(range, Math.max(100, width));
    this.axis = axis;
    const context = prepare(this.canvas, axis.length, HEIGHT + AXIS_HEIGHT);
    this.canvas.style.height = `${HEIGHT + AXIS_HEIGHT}px`;
    if (context === undefined) return;
    const lines = known.map(({ run: { style }, summary }) => ({
      ...{ counts: columnOf(0, summary).counts, elements: summary.count },
      ...{ color: style.color, dash: style.dash },
    }));
    const top = paintHistogramLines(context, axis, lines, HEIGHT, theme, this.hover);
    context.font = `11px ${theme.font}`;
    context.fillStyle = theme.muted;
    context.textBaseline = 'top';
    context.textAlign = 'left';
    context.fillText(`${formatShare(top)} of the elements`, 4, 2);
    context.textBaseline = 'bottom';
    context.textAlign = 'center';
    for (const { at, label } of axisTicks(axis, TICK_GAP)) {
      context.fillText(label, at, HEIGHT + AXIS_HEIGHT);
    }
    describe(
      this.canvas,
      `${QUANTITY_WORDS[settings.quantity]} histograms of ${shownLayer(frame) ?? ''}. ` +
        known.map(({ run, summary }) => `${run.name}: ${histogramWords(summary)}`).join('. '),
    );
  }

  private drawReadout(known: readonly (DrawnHistogram & { summary: TensorSummary })[]): void {
    const { axis, hover } = this;
    const isPointed = axis !== undefined && hover >= 0;
    this.readout.replaceChildren(
      ...(isPointed ? [element('li', 'readout-place', {}, boundsWords(axis, hover))] : []),
      ...known.map(({ run, step, summary }) => {
        const share = isPointed
          ? formatShare(sharesOf(axis, columnOf(0, summary).counts, summary.count)[hover] ?? 0)
          : formatValue(summary.norm);
        return element(
          'li',
          '',
          {},
          swatch(run.style),
          element('span', '', {}, step === undefined ? '' : `step ${formatCount(step)}`),
          element('b', '', {}, isPointed ? share : `‖·‖ ${share}`),
        );
      }),
    );
  }

  private tableOf(frame: CompareFrame): TableData {
    const cell = (summary: TensorSummary | undefined, value: (of: TensorSummary) => string) =>
      summary ? value(summary) : '–';
    const row = (label: string, value: (of: TensorSummary) => string): string[] => [
      label,
      ...this.histograms.map(({ summary }) => cell(summary, value)),
    ];
    return {
      caption: `${QUANTITY_WORDS[frame.settings.quantity]} of ${shownLayer(frame) ?? ''}`,
      columns: ['', ...this.histograms.map(({ run }) => run.name)],
      rows: [
        [
          'Step',
          ...this.histograms.map(({ step }) => (step === undefined ? '–' : formatCount(step))),
        ],
        row('Elements', ({ count }) => formatCount(count)),
        row('L2 norm', ({ norm }) => formatValue(norm)),
        row('Mean', ({ mean }) => formatValue(mean)),
        row('Standard deviation', ({ std }) => formatValue(std)),
        row('Smallest', ({ min }) => formatValue(min)),
        row('Largest', ({ max }) => formatValue(max)),
        row('Zero', ({ zeros, count }) => formatShare(zeros / Math.max(1, count))),
        row('Not finite', ({ nans, posInfs, negInfs }) => formatCount(nans + posInfs + negInfs)),
      ],
    };
  }

  private onKey(event: KeyboardEvent): void {
    const count = this.axis?.slots.length ?? 0;
    const from = this.hover < 0 ? Math.floor(count / 2) : this.hover;
    if (event.key === 'ArrowLeft') this.setHover(Math.max(0, from - 1));
    else if (event.key === 'ArrowRight') this.setHover(Math.min(count - 1, from + 1));
    else if (event.key === 'Escape') this.setHover(-1);
    else return;
    event.preventDefault();
  }

  private setHover(slot: number): void {
    if (slot === this.hover) return;
    this.hover = slot;
    this.actions.invalidate();
  }

  /** `undefined`: the newest step of each run. */
  private look(at: number | undefined): void {
    this.actions.look(at);
  }
}

function boundsWords(axis: SignedAxis, index: number): string {
  const { from, to } = slotBounds(axis, index);
  if (from === 0 && to === 0) return 'exactly 0';
  if (from === -Infinity) return `below ${formatValue(to)}`;
  if (to === Infinity) return `${formatValue(from)} and above`;
  return `${formatValue(from)} to ${formatValue(to)}`;
}
