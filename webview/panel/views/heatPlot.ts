// A large picture of how a layer's gradient histogram moved over the steps, with its axes.
import { element, setText } from '../dom';
import { formatCount, formatShare } from '../../../src/shared/charts/format';
import {
  type SignedAxis,
  axisTicks,
  signedAxis,
  slotAt,
  slotBounds,
  slotCount,
} from '../../../src/shared/charts/signedAxis';
import { heatPosition, paintHeat } from '../paint/heatPaint';
import { paintCursor } from '../paint/marks';
import { createCanvas, describe, prepare } from '../paint/surface';
import type { HistogramHistory, OctaveRange } from '../../../src/shared/core/histogramHistory';
import { formatValue } from '../../../src/shared/charts/format';
import type { Frame } from './view';

const HEIGHT = 160;
const AXIS_HEIGHT = 20;
const AXIS_WIDTH = 44;
const TICK_GAP = 28;

export class HeatPlot {
  readonly root = element('div', 'detail-plot');
  /** The title and its tools. */
  readonly head = element('div', 'plot-head');
  private readonly readout = element('p', 'readout');
  private readonly canvas = createCanvas('heat-large');
  private history: HistogramHistory | undefined;
  private axis: SignedAxis | undefined;
  private hover: { x: number; y: number } | undefined;
  private dirty = true;

  constructor(private readonly invalidate: () => void) {
    const title = element('h3', 'plot-title', {}, 'Gradient over the steps');
    this.head.append(title);
    this.root.append(this.head, this.readout, this.canvas);
    this.canvas.addEventListener('pointermove', (event) =>
      this.setHover({ x: event.offsetX, y: event.offsetY }),
    );
    this.canvas.addEventListener('pointerleave', () => this.setHover(undefined));
  }

  draw(
    layer: string,
    history: HistogramHistory | undefined,
    range: OctaveRange,
    { theme, state }: Frame,
    changed: boolean,
  ): void {
    if (!changed && !this.dirty) return;
    this.dirty = false;
    this.history = history;
    const width = this.root.clientWidth;
    const axis = signedAxis(range, HEIGHT);
    this.axis = axis;
    const context = prepare(this.canvas, width, HEIGHT + AXIS_HEIGHT);
    const columns = history?.columns ?? [];
    if (context === undefined) return;
    context.save();
    context.translate(AXIS_WIDTH, 0);
    paintHeat(context, axis, history, width - AXIS_WIDTH, HEIGHT, theme);
    const { cursor } = state.view ?? {};
    const at = cursor && heatPosition(history, cursor.step, width - AXIS_WIDTH);
    if (at !== undefined) paintCursor(context, at, 0, HEIGHT, theme);
    context.restore();
    context.font = `11px ${theme.font}`;
    context.fillStyle = theme.muted;
    context.textAlign = 'right';
    context.textBaseline = 'middle';
    for (const { at, label } of axisTicks(axis, TICK_GAP)) {
      context.fillText(label, AXIS_WIDTH - 6, HEIGHT - at);
    }
    context.textBaseline = 'bottom';
    context.textAlign = 'left';
    const first = columns[0]?.firstStep ?? 0;
    const last = columns.at(-1)?.lastStep ?? 0;
    context.fillText(`step ${formatCount(first)}`, AXIS_WIDTH, HEIGHT + AXIS_HEIGHT);
    context.textAlign = 'right';
    context.fillText(formatCount(last), width, HEIGHT + AXIS_HEIGHT);
    setText(this.readout, this.words(width));
    describe(this.canvas, `Gradient histogram of ${layer} over steps ${first} to ${last}`);
  }

  private words(width: number): string {
    const columns = this.history?.columns ?? [];
    const { axis, hover } = this;
    const resting = 'Colour: share of the elements; the middle band is zeros';
    if (hover === undefined || axis === undefined || hover.x < AXIS_WIDTH) return resting;
    const share = (hover.x - AXIS_WIDTH) / Math.max(1, width - AXIS_WIDTH);
    const column = columns[Math.min(columns.length - 1, Math.floor(share * columns.length))];
    const slot = slotAt(axis, HEIGHT - hover.y);
    if (column === undefined || slot < 0) return resting;
    const count = slotCount(axis, column.counts, slot);
    const total = column.counts.reduce((sum, n) => sum + n, column.nonFinite);
    const { from, to } = slotBounds(axis, slot);
    const values = from === 0 && to === 0 ? 'zeros' : `${formatValue(from)} to ${formatValue(to)}`;
    const steps =
      column.firstStep === column.lastStep
        ? `step ${formatCount(column.firstStep)}`
        : `steps ${formatCount(column.firstStep)}–${formatCount(column.lastStep)}`;
    return `${steps} · ${values} · ${formatShare(count / Math.max(1, total))}`;
  }

  private setHover(hover: { x: number; y: number } | undefined): void {
    this.hover = hover;
    this.dirty = true;
    this.invalidate();
  }
}
