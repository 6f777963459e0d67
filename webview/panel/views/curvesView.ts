// The curves card: loss and metrics over the steps, training and validation, with scale, smoothing
// and a read-out that follows the pointer or the arrow keys.
import type { ChangeMark, RunView } from '../../../src/shared/protocol/panel';
import { element, setHidden, setText } from '../dom';
import { formatCount, formatValue } from '../../../src/shared/charts/format';
import { createCanvas, describe } from '../paint/surface';
import { valuesOf } from '../../../src/shared/charts/columns';
import { type CurveGroup, curveGroup, groupNames } from '../../../src/shared/charts/curveGroups';
import { smooth } from '../../../src/shared/charts/smoothing';
import { decimate } from '../../../src/shared/charts/decimate';
import { createCard } from './card';
import { curvesPicture } from '../export/pictures';
import { saveButton } from '../export/saveButton';
import { CurveControls } from './curveControls';
import { nearest } from './curveReadout';
import { DataTable, spread } from './dataTable';
import { LineChart } from './lineChart';
import { MetricTabs } from './metricTabs';
import { Pacing } from './pacing';
import type { Frame, PageActions, View } from './view';

const TABLE_ROWS = 40;
/** Steps with a non-finite loss from which on the host may list only some of them. */
const MAYBE_THINNED = 250;

export class CurvesView implements View {
  readonly root: HTMLElement;
  private readonly card = createCard('curves', 'Loss');
  private readonly tabs: MetricTabs;
  private readonly controls: CurveControls;
  private readonly readout = element('p', 'readout');
  private readonly plot = element('div', 'plot plot-curves');
  private readonly canvas = createCanvas('chart');
  private readonly waiting = element('p', 'plot-empty');
  private readonly table: DataTable;
  private readonly pacing: Pacing;
  private chart: LineChart | undefined;
  private drawn = '';
  private hover: number | undefined;
  private lastStep = 0;
  private shown: { group: CurveGroup; frame: Frame } | undefined;

  constructor(private readonly actions: PageActions) {
    this.root = this.card.root;
    this.pacing = new Pacing(this.root, () => actions.invalidate());
    this.table = new DataTable('curve', () => actions.invalidate());
    this.tabs = new MetricTabs(this.card, (curve) => actions.change({ curve }));
    this.controls = new CurveControls((change) => actions.change(change));
    const save = saveButton('the curve', actions, () => this.picture());
    this.card.tools.append(...this.controls.parts, this.table.toggle, save);
    this.canvas.tabIndex = 0;
    this.plot.append(this.canvas, this.waiting);
    this.card.body.append(this.readout, this.plot, this.table.root);
    this.canvas.addEventListener('pointermove', (event) =>
      this.setHover(this.chart?.stepAt(event.offsetX)),
    );
    this.canvas.addEventListener('pointerleave', () => this.setHover(undefined));
    this.canvas.addEventListener('blur', () => this.setHover(undefined));
    this.canvas.addEventListener('keydown', (event) => this.onKey(event));
  }

  draw(frame: Frame): void {
    const { state, settings } = frame;
    setHidden(this.root, state.view === undefined);
    if (state.view === undefined) return;
    const names = groupNames(state.curves);
    const name = names.includes(settings.curve) ? settings.curve : 'loss';
    this.tabs.draw(names, name);
    this.lastStep = state.curves.step.buffer[state.curves.step.length - 1] ?? 0;
    this.controls.draw(settings);
    const drawn = [
      state.version,
      frame.generation,
      name,
      settings.logScale,
      settings.smoothing,
      this.hover,
    ].join();
    const group = curveGroup(state.curves, name);
    this.shown = { group, frame };
    this.table.draw(() => tableOf(group));
    if (drawn === this.drawn || !this.pacing.isDue()) return;
    this.drawn = drawn;
    const empty = group.training === undefined && group.validation === undefined;
    setHidden(this.waiting, !empty);
    const { progress } = state.view;
    setText(
      this.waiting,
      state.curves.step.length > 0
        ? `This program reports no ${name}.`
        : (progress ?? 'Waiting for the first step…'),
    );
    this.drawChart(group, frame);
  }

  private picture() {
    const { group, frame } = this.shown ?? {};
    return group && frame && curvesPicture(group, frame);
  }

  private drawChart(group: CurveGroup, { state, settings, theme }: Frame): void {
    const { training, validation } = group;
    this.chart ??= new LineChart(this.canvas);
    const width = this.chart.plotWidth;
    const positive = (y: Float64Array): Float64Array =>
      settings.logScale ? y.map((value) => (value > 0 ? value : NaN)) : y;
    const smoothed =
      training !== undefined && settings.smoothing > 0 && training.y.length > 2
        ? smooth(training.y, settings.smoothing)
        : undefined;
    const steps = valuesOf(state.curves.step);
    const points = (x: Float64Array, y: Float64Array) => decimate(x, positive(y), width);
    this.chart.draw(
      {
        raw: training === undefined ? [] : points(training.x, training.y),
        smoothed:
          training === undefined || smoothed === undefined ? [] : points(training.x, smoothed),
        validation: validation === undefined ? [] : points(validation.x, validation.y),
        nonFiniteSteps: group.name === 'loss' ? state.curves.nonFiniteSteps : [],
        firstStep: steps[0] ?? 0,
        lastStep: this.lastStep,
        log: settings.logScale,
        hover: this.hover,
        cursor: state.view?.cursor?.step,
        changes: (state.view?.changes ?? []).map(({ step }) => step),
      },
      theme,
    );
    this.drawReadout(group, smoothed, state.view);
    describe(this.canvas, summary(group, state.curves.nonFiniteSteps.length));
  }

  private drawReadout(
    group: CurveGroup,
    smoothed: Float64Array | undefined,
    view: RunView | undefined,
  ): void {
    const { training, validation } = group;
    const target = this.hover ?? view?.cursor?.step ?? Infinity;
    const parts: HTMLElement[] = [];
    const part = (name: string, value: number | undefined, mark: string): void => {
      if (value === undefined) return;
      parts.push(
        element('span', `key ${mark}`, {}, name, element('b', '', {}, formatValue(value))),
      );
    };
    const at = training === undefined ? -1 : nearest(training.x, target);
    const step = training?.x[at] ?? this.hover;
    if (step !== undefined) part('step', step, 'key-plain');
    part(validation === undefined ? group.name : 'training', training?.y[at], 'key-training');
    if (smoothed !== undefined) part('smoothed', smoothed[at], 'key-plain');
    if (validation !== undefined) {
      const v = nearest(validation.x, target);
      part('validation', validation.y[v], 'key-validation');
    }
    const change = changeNear(view?.changes, this.hover, this.lastStep);
    if (change !== undefined) parts.push(element('span', 'key key-change', {}, change.words));
    this.readout.replaceChildren(...parts);
  }

  private setHover(step: number | undefined): void {
    if (step === this.hover) return;
    this.hover = step;
    this.actions.invalidate();
  }

  /** Arrow keys walk the curve: a hundredth of it, with Shift a tenth. */
  private onKey(event: KeyboardEvent): void {
    const stride = Math.max(1, Math.round(this.lastStep / (event.shiftKey ? 10 : 100)));
    const from = this.hover ?? this.lastStep;
    if (event.key === 'ArrowLeft') this.setHover(Math.max(1, from - stride));
    else if (event.key === 'ArrowRight') this.setHover(Math.min(this.lastStep, from + stride));
    else if (event.key === 'Escape') this.setHover(undefined);
    else return;
    event.preventDefault();
  }
}

/** The change whose mark is under the pointer: within a hundredth of the axis. */
function changeNear(
  changes: readonly ChangeMark[] | undefined,
  step: number | undefined,
  lastStep: number,
): ChangeMark | undefined {
  if (step === undefined) return undefined;
  const reach = Math.max(0.5, lastStep / 100);
  return changes?.findLast((change) => Math.abs(change.step - step) <= reach);
}

/** The chart in a sentence. */
function summary({ name, training, validation }: CurveGroup, nonFinite: number): string {
  const finite = training?.y.filter((value) => Number.isFinite(value));
  if (finite === undefined || finite.length === 0) return `Curve of ${name}: no value yet`;
  const first = formatValue(finite[0] ?? NaN);
  const last = formatValue(finite.at(-1) ?? NaN);
  const lowest = formatValue(finite.reduce((a, b) => Math.min(a, b)));
  const against =
    validation === undefined ? '' : `; validation now ${formatValue(validation.y.at(-1) ?? NaN)}`;
  // A list as long as this one may have been thinned by the host.
  const least = nonFinite >= MAYBE_THINNED ? 'at least ' : '';
  const bad = nonFinite === 0 ? '' : `; not finite in ${least}${formatCount(nonFinite)} steps`;
  return `Curve of ${name}: from ${first} to ${last}, lowest ${lowest}${against}${bad}`;
}

function tableOf({ name, training, validation }: CurveGroup) {
  const rows = new Map<number, { training?: number; validation?: number }>();
  if (training !== undefined) {
    for (const i of spread(training.x.length, TABLE_ROWS)) {
      rows.set(training.x[i] ?? 0, { training: training.y[i] ?? NaN });
    }
  }
  if (validation !== undefined) {
    for (const i of spread(validation.x.length, TABLE_ROWS)) {
      const step = validation.x[i] ?? 0;
      rows.set(step, { ...rows.get(step), validation: validation.y[i] ?? NaN });
    }
  }
  const cell = (value: number | undefined): string =>
    value === undefined ? '' : formatValue(value);
  return {
    caption: `${name} by step`,
    columns: ['Step', 'Training', 'Validation'],
    rows: [...rows]
      .sort(([a], [b]) => a - b)
      .map(([step, row]) => [formatCount(step), cell(row.training), cell(row.validation)]),
  };
}
