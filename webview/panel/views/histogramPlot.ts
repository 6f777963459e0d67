// A large histogram with its axis, a read-out under the pointer or the arrow keys, and its table.
import type { TensorSummary } from '../../../src/shared/core/stepRecord';
import { element, setHidden, setText } from '../dom';
import { formatCount, formatShare, formatValue } from '../../../src/shared/charts/format';
import {
  type SignedAxis,
  axisTicks,
  signedAxis,
  slotAt,
  slotBounds,
  slotCount,
} from '../../../src/shared/charts/signedAxis';
import { paintHistogram } from '../paint/histogramPaint';
import { createCanvas, describe, prepare } from '../paint/surface';
import {
  type HistogramColumn,
  type OctaveRange,
  columnOf,
  rangeOf,
} from '../../../src/shared/core/histogramHistory';
import { DataTable } from './dataTable';
import { histogramWords } from './histogramWords';
import type { Frame } from './view';

const HEIGHT = 160;
const AXIS_HEIGHT = 20;
const TICK_GAP = 52;

export class HistogramPlot {
  readonly root = element('div', 'detail-plot');
  /** The title and its tools. */
  readonly head = element('div', 'plot-head');
  private readonly title = element('h3', 'plot-title');
  private readonly readout = element('p', 'readout');
  private readonly canvas = createCanvas('histogram-large');
  private readonly table: DataTable;
  private axis: SignedAxis | undefined;
  private hover = -1;
  private dirty = true;

  constructor(private readonly invalidate: () => void) {
    this.table = new DataTable('histogram', () => {
      this.dirty = true;
      invalidate();
    });
    this.canvas.tabIndex = 0;
    this.head.append(this.title, this.table.toggle);
    this.root.append(this.head, this.readout, this.canvas, this.table.root);
    this.canvas.addEventListener('pointermove', (event) =>
      this.setHover(this.axis === undefined ? -1 : slotAt(this.axis, event.offsetX)),
    );
    this.canvas.addEventListener('pointerleave', () => this.setHover(-1));
    this.canvas.addEventListener('blur', () => this.setHover(-1));
    this.canvas.addEventListener('keydown', (event) => this.onKey(event));
  }

  /** @param range Octaves of the axis; those of the summary itself where undefined. */
  draw(
    title: string,
    summary: TensorSummary | undefined,
    { theme }: Pick<Frame, 'theme'>,
    changed: boolean,
    range: OctaveRange,
  ): void {
    if (!changed && !this.dirty) return;
    this.dirty = false;
    setText(this.title, title);
    setHidden(this.canvas, summary === undefined);
    if (summary === undefined) {
      setText(this.readout, 'Not recorded in this step.');
      return;
    }
    const width = this.root.clientWidth;
    const column = columnOf(0, summary);
    const axis = signedAxis(range ?? rangeOf(summary), width);
    this.axis = axis;
    const context = prepare(this.canvas, width, HEIGHT + AXIS_HEIGHT);
    if (context === undefined) return;
    paintHistogram(context, axis, column, HEIGHT, theme, this.hover);
    context.font = `11px ${theme.font}`;
    context.fillStyle = theme.muted;
    context.textBaseline = 'bottom';
    context.textAlign = 'center';
    for (const { at, label } of axisTicks(axis, TICK_GAP)) {
      context.fillText(label, at, HEIGHT + AXIS_HEIGHT);
    }
    setText(this.readout, this.words(axis, column, summary));
    describe(this.canvas, `${title}: ${histogramWords(summary)}`);
    this.table.draw(() => ({
      caption: title,
      columns: ['Value', 'Elements', 'Share'],
      rows: axis.slots.flatMap((_, index) => {
        const count = slotCount(axis, column.counts, index);
        if (count === 0) return [];
        return [[bounds(axis, index), formatCount(count), formatShare(count / summary.count)]];
      }),
    }));
  }

  private words(axis: SignedAxis, column: HistogramColumn, summary: TensorSummary): string {
    if (this.hover < 0) {
      const zeros = summary.count === 0 ? '0%' : formatShare(summary.zeros / summary.count);
      const bad =
        column.nonFinite === 0 ? '' : ` · ${formatCount(column.nonFinite)} NaN or infinite`;
      return `${formatCount(summary.count)} elements · ${zeros} zero${bad}`;
    }
    const count = slotCount(axis, column.counts, this.hover);
    return `${bounds(axis, this.hover)}: ${formatCount(count)} (${formatShare(count / summary.count)})`;
  }

  private onKey(event: KeyboardEvent): void {
    const count = this.axis?.slots.length ?? 0;
    const from = this.hover < 0 ? Math.floor(count / 2) : this.hover;
    if (event.key === 'ArrowLeft') this.setHover(Math.max(0, from - 1));
    else if (event.key === 'ArrowRight') this.setHover(Math.min(count - 1, from + 1));
    else return;
    event.preventDefault();
  }

  private setHover(slot: number): void {
    if (slot === this.hover) return;
    this.hover = slot;
    this.dirty = true;
    this.invalidate();
  }
}

function bounds(axis: SignedAxis, index: number): string {
  const { from, to } = slotBounds(axis, index);
  if (from === 0 && to === 0) return 'exactly 0';
  if (from === -Infinity) return `below ${formatValue(to)}`;
  if (to === Infinity) return `${formatValue(from)} and above`;
  return `${formatValue(from)} to ${formatValue(to)}`;
}
