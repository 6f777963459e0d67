// The curves card: loss and metrics of all shown runs over one another, with a read-out that follows the pointer or
// the arrow keys.
import { element, setHidden, setText } from '../dom';
import { formatValue } from '../../../src/shared/charts/format';
import { createCanvas, describe } from '../paint/surface';
import { decimate, type Point } from '../../../src/shared/charts/decimate';
import { smooth } from '../../../src/shared/charts/smoothing';
import { createCard } from '../views/card';
import { CurveControls } from '../views/curveControls';
import { nearest } from '../views/curveReadout';
import { DataTable, type TableData } from '../views/dataTable';
import { MetricTabs } from '../views/metricTabs';
import { OverlayChart } from './overlayChart';
import { swatch } from './runStyle';
import {
  alignedGroup,
  axisOfStep,
  axisWords,
  curveNames,
  endOf,
  timeWords,
  type AlignedCurve,
  type AlignedGroup,
} from './series';
import type { CompareActions, CompareFrame, CompareView, DrawnRun } from './frame';

const TABLE_ROWS = 24;

interface DrawnCurve {
  run: DrawnRun;
  group: AlignedGroup;
  smoothed: Float64Array | undefined;
}

export class OverlayView implements CompareView {
  readonly root: HTMLElement;
  private readonly card = createCard('curves', 'Loss');
  private readonly tabs: MetricTabs;
  private readonly controls: CurveControls;
  private readonly readout = element('ul', 'readout compare-readout', { 'aria-live': 'off' });
  private readonly plot = element('div', 'plot plot-curves');
  private readonly canvas = createCanvas('chart');
  private readonly waiting = element('p', 'plot-empty');
  private readonly table: DataTable;
  private chart: OverlayChart | undefined;
  private drawn = '';
  private hover: number | undefined;
  private last = 0;

  constructor(private readonly actions: CompareActions) {
    this.root = this.card.root;
    this.table = new DataTable('curves', () => actions.invalidate());
    this.tabs = new MetricTabs(this.card, (curve) => actions.change({ curve }));
    this.controls = new CurveControls((change) => actions.change(change));
    this.card.tools.append(...this.controls.parts, this.table.toggle);
    this.canvas.tabIndex = 0;
    this.plot.append(this.canvas, this.waiting);
    this.card.body.append(this.plot, this.readout, this.table.root);
    this.canvas.addEventListener('pointermove', (event) =>
      this.setHover(this.chart?.placeAt(event.offsetX)),
    );
    this.canvas.addEventListener('pointerleave', () => this.setHover(undefined));
    this.canvas.addEventListener('blur', () => this.setHover(undefined));
    this.canvas.addEventListener('keydown', (event) => this.onKey(event));
  }

  draw(frame: CompareFrame): void {
    const { state, settings, shown, runs } = frame;
    setHidden(this.root, runs.length === 0);
    if (this.root.hidden) return;
    const all = runs.flatMap(({ series }) => series ?? []);
    const names = curveNames(all);
    const name = names.includes(settings.curve) ? settings.curve : 'loss';
    this.tabs.draw(names, name);
    this.controls.draw(settings);
    const curves = (): DrawnCurve[] => curvesOf(shown, name, frame);
    this.table.draw(() => tableOf(curves(), name, this.last, frame));
    const { alignment, logScale, smoothing, hidden } = settings;
    const drawn = JSON.stringify([
      ...[state.version, frame.generation, name, alignment, logScale, smoothing, hidden],
      this.hover ?? null,
    ]);
    if (drawn === this.drawn) return;
    this.drawn = drawn;
    this.drawChart(curves(), name, frame);
  }

  private drawChart(curves: readonly DrawnCurve[], name: string, frame: CompareFrame): void {
    const { settings, theme } = frame;
    const { alignment, logScale } = settings;
    this.last = Math.max(
      0,
      ...frame.shown.flatMap(({ series }) => (series ? [endOf(series, alignment)] : [])),
    );
    const drawn = curves.filter(({ group }) => group.training ?? group.validation);
    setHidden(this.waiting, drawn.length > 0);
    setText(this.waiting, waitingWords(frame, name));
    this.chart ??= new OverlayChart(this.canvas);
    const width = this.chart.plotWidth;
    const points = (x: Float64Array, y: Float64Array | undefined): Point[] =>
      y === undefined
        ? []
        : decimate(x, logScale ? y.map((value) => (value > 0 ? value : NaN)) : y, width);
    const firstOf = ({ group }: DrawnCurve): number =>
      Math.min(group.training?.x[0] ?? Infinity, group.validation?.x[0] ?? Infinity);
    const first = Math.min(...drawn.map(firstOf), this.last);
    this.chart.draw(
      {
        lines: drawn.map(({ run, group: { training, validation }, smoothed }) => ({
          style: run.style,
          isBaseline: run.isBaseline,
          raw: training ? points(training.x, training.y) : [],
          smoothed: training ? points(training.x, smoothed) : [],
          validation: validation ? points(validation.x, validation.y) : [],
          nonFinite:
            name === 'loss'
              ? (run.series?.nonFiniteSteps ?? []).map((step) =>
                  run.series ? axisOfStep(run.series, step, alignment) : NaN,
                )
              : [],
        })),
        first: Number.isFinite(first) ? first : 0,
        last: this.last,
        log: logScale,
        hover: this.hover,
        xLabel: alignment === 'step' ? formatValue : timeWords,
      },
      theme,
    );
    this.drawReadout(curves, frame);
    describe(this.canvas, summary(curves, name));
  }

  private drawReadout(curves: readonly DrawnCurve[], { settings }: CompareFrame): void {
    const at = this.hover ?? Infinity;
    const place =
      this.hover === undefined ? 'newest' : axisWords(Math.max(0, at), settings.alignment);
    const value = (curve: AlignedCurve | undefined, y = curve?.y): string => {
      const found = curve && y?.[nearest(curve.x, at)];
      return found === undefined ? '–' : formatValue(found);
    };
    this.readout.replaceChildren(
      element('li', 'readout-place', {}, place),
      ...curves.map(({ run, group: { training, validation }, smoothed }) =>
        element(
          'li',
          '',
          {},
          swatch(run.style),
          element('span', 'readout-name', { title: run.name }, run.name),
          element('b', '', {}, value(training, smoothed)),
          ...(validation ? [element('span', '', {}, `val ${value(validation)}`)] : []),
        ),
      ),
    );
  }

  private setHover(place: number | undefined): void {
    if (place === this.hover) return;
    this.hover = place;
    this.actions.invalidate();
  }

  /** Arrow keys walk the axis: a hundredth of it, with Shift a tenth. */
  private onKey(event: KeyboardEvent): void {
    const stride = this.last / (event.shiftKey ? 10 : 100);
    const from = this.hover ?? this.last;
    if (event.key === 'ArrowLeft') this.setHover(Math.max(0, from - stride));
    else if (event.key === 'ArrowRight') this.setHover(Math.min(this.last, from + stride));
    else if (event.key === 'Home') this.setHover(0);
    else if (event.key === 'End') this.setHover(this.last);
    else if (event.key === 'Escape') this.setHover(undefined);
    else return;
    event.preventDefault();
  }
}

function curvesOf(
  shown: readonly DrawnRun[],
  name: string,
  { settings }: CompareFrame,
): DrawnCurve[] {
  return shown.flatMap((run) => {
    if (!run.series) return [];
    const group = alignedGroup(run.series, name, settings.alignment);
    const { training } = group;
    const isSmoothed = settings.smoothing > 0 && training !== undefined && training.y.length > 2;
    return [
      { run, group, smoothed: isSmoothed ? smooth(training.y, settings.smoothing) : undefined },
    ];
  });
}

function waitingWords({ shown, runs }: CompareFrame, name: string): string {
  if (shown.length === 0) return runs.length > 0 ? 'All runs are hidden.' : '';
  if (shown.some(({ run }) => run.isLoading)) return 'Reading the runs…';
  return `None of these runs has a value of ${name}.`;
}

/** The chart in a sentence. */
function summary(curves: readonly DrawnCurve[], name: string): string {
  const parts = curves.map(({ run, group: { training } }) => {
    const finite = training?.y.filter((value) => Number.isFinite(value)) ?? new Float64Array(0);
    if (finite.length === 0) return `${run.name}: no value`;
    const lowest = finite.reduce((a, b) => Math.min(a, b));
    return `${run.name}: now ${formatValue(finite.at(-1) ?? NaN)}, lowest ${formatValue(lowest)}`;
  });
  return `Curves of ${name} of ${curves.length} runs. ${parts.join('; ')}`;
}

function tableOf(
  curves: readonly DrawnCurve[],
  name: string,
  last: number,
  { settings: { alignment } }: CompareFrame,
): TableData {
  const places = Array.from({ length: TABLE_ROWS }, (_, i) => (last * (i + 1)) / TABLE_ROWS);
  const rounded = places.map((place) => (alignment === 'step' ? Math.round(place) : place));
  return {
    caption: `${name} by ${alignment}`,
    columns: [alignment === 'step' ? 'Step' : 'Time', ...curves.map(({ run }) => run.name)],
    rows: [...new Set(rounded)].map((place) => [
      alignment === 'step' ? formatValue(place) : timeWords(place),
      ...curves.map(({ group: { training, validation } }) => {
        const curve = training ?? validation;
        // A run that ended before has no value here.
        if (!curve || place > (curve.x.at(-1) ?? 0)) return '';
        return formatValue(curve.y[nearest(curve.x, place)] ?? NaN);
      }),
    ]),
  };
}
