// One row of the layers list: name and kind, gradient norm with its trend, update ratio, the current
// gradient histogram, and how it moved. Rows are reused while scrolling: `draw` may bring any layer.
import type { LayerInfo } from '../../../src/shared/core/run';
import type { ShownStep } from '../../../src/shared/protocol/panel';
import type { LayerRecord } from '../../../src/shared/core/stepRecord';
import { button, element, setAttribute, setHidden, setText } from '../dom';
import {
  formatCount,
  formatKnown,
  formatRatio,
  formatShort,
} from '../../../src/shared/charts/format';
import type { SignedAxis } from '../../../src/shared/charts/signedAxis';
import { type Trend, sparkline, trendOf } from '../geometry/trend';
import { setIcon } from '../icons';
import { heatPosition, paintHeat } from '../paint/heatPaint';
import { paintCursor } from '../paint/marks';
import { paintHistogram } from '../paint/histogramPaint';
import { paintSparkline } from '../paint/sparkPaint';
import { createCanvas, describe, prepare } from '../paint/surface';
import type { Theme } from '../paint/theme';
import { type HistogramHistory, columnOf } from '../../../src/shared/core/histogramHistory';
import { valuesOf, type Column } from '../../../src/shared/charts/columns';
import { histogramWords } from './histogramWords';
import type { PageActions } from './view';
import { ruleBadge } from './words';
import type { Finding } from '../../../src/shared/core/finding';

/** Sizes of the pictures in a row, measured once for all rows. */
export interface RowLayout {
  histogramWidth: number;
  heatWidth: number;
  sparkWidth: number;
  height: number;
}

export const SPARK_HEIGHT = 24;

export interface RowData {
  layer: LayerInfo;
  index: number;
  top: number;
  selected: boolean;
  focusable: boolean;
  /** Record of the layer at the step that is shown, and that step. */
  record: LayerRecord | undefined;
  step: number;
  /** The step, where it is not the newest. */
  cursor: ShownStep | undefined;
  norms: Column | undefined;
  history: HistogramHistory | undefined;
  findings: readonly Finding[];
  axis: SignedAxis;
  heatAxis: SignedAxis;
  /** Changes whenever the pictures must be painted again. */
  key: string;
}

/** Number of trainable parameters. */
export function parameterCount(layer: LayerInfo): number {
  return layer.tensors.reduce(
    (sum, { shape }) => sum + shape.reduce((product, size) => product * size, 1),
    0,
  );
}

const TREND_ICONS: Record<Exclude<Trend, 'unknown'>, 'rising' | 'falling' | 'steady'> = {
  rising: 'rising',
  falling: 'falling',
  steady: 'steady',
};

export class LayerRow {
  readonly root = element('div', 'layer-row', { role: 'row' });
  private readonly name: HTMLButtonElement;
  private readonly kind = element('span', 'layer-kind');
  private readonly badge = element('span', 'badge');
  private readonly badgeWord = element('span');
  private readonly stopped = element('span', 'stopped');
  private readonly norm = element('span', 'norm-value');
  private readonly trend = element('span', 'trend');
  private readonly trendWord = element('span', 'visually-hidden');
  private readonly spark = element('canvas', 'spark', { 'aria-hidden': 'true' });
  private readonly ratio = element('span', 'ratio-value');
  private readonly histogram = createCanvas('histogram');
  private readonly heat = createCanvas('heat');
  private layer = '';
  private drawn = '';

  constructor(actions: PageActions) {
    this.name = button('link layer-name', '', () =>
      actions.post({ type: 'reveal', target: { layer: this.layer } }),
    );
    this.name.tabIndex = -1;
    this.badge.append(this.badgeWord);
    this.trend.append(this.trendWord);
    const cell = (className: string, ...children: Node[]): HTMLElement =>
      element('div', `cell ${className}`, { role: 'gridcell' }, ...children);
    this.root.append(
      cell('cell-name', this.name, this.kind, this.badge, this.stopped),
      cell('cell-norm', element('div', 'norm-line', {}, this.norm, this.trend), this.spark),
      cell(
        'cell-ratio',
        element('span', 'cell-label', { 'aria-hidden': 'true' }, 'update'),
        this.ratio,
      ),
      cell('cell-histogram', this.histogram),
      cell('cell-heat', this.heat),
    );
  }

  /** Name of the layer shown. */
  get layerName(): string {
    return this.layer;
  }

  /** Sizes of the pictures as styles make them. */
  measure(): RowLayout {
    return {
      histogramWidth: this.histogram.clientWidth,
      heatWidth: this.heat.clientWidth,
      sparkWidth: this.spark.clientWidth,
      height: this.histogram.clientHeight,
    };
  }

  draw(data: RowData, layout: RowLayout, theme: Theme): void {
    const { layer, index } = data;
    this.root.style.transform = `translateY(${data.top}px)`;
    setAttribute(this.root, 'aria-rowindex', index + 2);
    setAttribute(this.root, 'aria-selected', String(data.selected));
    this.root.tabIndex = data.focusable ? 0 : -1;
    if (this.drawn === data.key) return;
    this.drawn = data.key;
    this.layer = layer.name;
    this.root.dataset['layer'] = layer.name;
    this.drawWords(data);
    this.paint(data, layout, theme);
  }

  private drawWords({ layer, record, cursor, norms, findings, history }: RowData): void {
    const isStopped = cursor?.layer === layer.name;
    setAttribute(this.root, 'aria-current', isStopped ? 'step' : undefined);
    setHidden(this.stopped, !isStopped);
    setText(this.stopped, isStopped ? (cursor.phase ?? 'paused') : '');
    setText(this.name, layer.name);
    const line = layer.location?.line ?? layer.line;
    this.name.disabled = line === undefined;
    setAttribute(this.name, 'title', line === undefined ? layer.name : `Go to line ${line}`);
    const parameters = parameterCount(layer);
    const size = parameters === 0 ? '' : ` · ${formatShort(parameters)} params`;
    setText(this.kind, layer.className + size);
    setAttribute(this.kind, 'title', `${formatCount(parameters)} trainable parameters`);
    const gradient = record?.gradient;
    const nonFinite =
      gradient === undefined ? 0 : gradient.nans + gradient.posInfs + gradient.negInfs;
    setText(
      this.norm,
      gradient === undefined ? '–' : nonFinite > 0 ? 'NaN / Inf' : formatKnown(gradient.norm),
    );
    this.norm.classList.toggle('bad', nonFinite > 0);
    this.drawBadge(findings, record !== undefined || history !== undefined, nonFinite > 0);
    const trend = norms === undefined ? 'unknown' : trendOf(valuesOf(norms));
    setHidden(this.trend, trend === 'unknown');
    if (trend !== 'unknown') {
      setIcon(this.trend, TREND_ICONS[trend]);
      setText(this.trendWord, trend);
      setAttribute(this.trend, 'title', `Gradient norm is ${trend}`);
    }
    setText(this.ratio, formatRatio(record?.updateRatio ?? NaN));
    setAttribute(
      this.ratio,
      'title',
      `Update ratio ‖Δw‖/‖w‖ of the ${cursor ? 'shown' : 'newest'} step`,
    );
  }

  /** The worst open finding; without one, a layer is healthy unless its newest gradient is not finite. */
  private drawBadge(findings: readonly Finding[], seen: boolean, nonFinite: boolean): void {
    const worst = findings[0];
    const severity = worst?.severity ?? (nonFinite ? 'error' : undefined);
    setHidden(this.badge, !seen && worst === undefined);
    this.badge.className = `badge badge-${severity ?? 'healthy'}`;
    setIcon(this.badge, severity ?? 'check');
    setText(
      this.badgeWord,
      worst !== undefined ? ruleBadge(worst.rule) : nonFinite ? 'NaN / Inf' : 'OK',
    );
    const calm = nonFinite ? 'The newest gradient is not finite' : 'No problem found in this layer';
    setAttribute(this.badge, 'title', worst?.message ?? calm);
  }

  private paint(data: RowData, layout: RowLayout, theme: Theme): void {
    const { record, cursor, norms, history, axis, heatAxis } = data;
    const { height } = layout;
    const spark = prepare(this.spark, layout.sparkWidth, SPARK_HEIGHT);
    if (spark !== undefined && norms !== undefined) {
      const line = sparkline(valuesOf(norms), Math.floor(layout.sparkWidth / 2));
      paintSparkline(spark, line, layout.sparkWidth, SPARK_HEIGHT, theme);
    }
    const bars = prepare(this.histogram, layout.histogramWidth, height);
    const column = record === undefined ? undefined : columnOf(data.step, record.gradient);
    if (bars !== undefined) paintHistogram(bars, axis, column, height, theme);
    const heat = prepare(this.heat, layout.heatWidth, height);
    if (heat !== undefined) {
      paintHeat(heat, heatAxis, history, layout.heatWidth, height, theme);
      const at = cursor && heatPosition(history, cursor.step, layout.heatWidth);
      if (at !== undefined) paintCursor(heat, at, 0, height, theme);
    }
    const { name } = data.layer;
    describe(
      this.histogram,
      record === undefined
        ? `Gradient histogram of ${name}: no step yet`
        : `Gradient histogram of ${name}: ${histogramWords(record.gradient)}`,
    );
    const columns = history?.columns ?? [];
    describe(
      this.heat,
      `Gradient histogram of ${name} over steps ${columns[0]?.firstStep ?? 0} to ${columns.at(-1)?.lastStep ?? 0}`,
    );
  }
}
