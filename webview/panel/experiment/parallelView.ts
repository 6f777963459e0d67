// The parallel-coordinates plot as a card: lines can be pointed at, walked through with the arrow keys, opened with
// Enter, and filtered by drawing along an axis. The table beneath has the same numbers.
import type { ShownSweep } from '../../../src/shared/protocol/experiment';
import { button, element, setHidden, setText } from '../dom';
import { formatValue } from '../../../src/shared/charts/format';
import { createCanvas, describe, prepare } from '../paint/surface';
import type { Theme } from '../paint/theme';
import { createCard } from '../views/card';
import { axesOf, type Axis } from './axes';
import {
  axisX,
  paintParallel,
  placeAt,
  placeY,
  type Brush,
  type PlotSize,
  type TrialLine,
} from './parallelPaint';
import { bestWords, shortName, valueWord } from './words';

const HEIGHT = 320;
/** Reach of the pointer, pixels. */
const REACH = 12;
/** A shorter stroke along an axis is a click. */
const LEAST_BRUSH = 4;

/** What the plot asks of the page. */
export interface PlotActions {
  highlight(trial: number | undefined): void;
  open(trial: number): void;
  invalidate(): void;
}

export class ParallelView {
  readonly root: HTMLElement;
  private readonly canvas = createCanvas('parallel-plot');
  private readonly note: HTMLElement;
  private readonly clear: HTMLButtonElement;
  private sweep: ShownSweep | undefined;
  private axes: Axis[] = [];
  private lines: TrialLine[] = [];
  private highlighted: number | undefined;
  private brush: Brush | undefined;
  private stroke: { axis: number; from: number } | undefined;

  constructor(private readonly actions: PlotActions) {
    const card = createCard('parallel', 'Parameters and objective');
    this.root = card.root;
    this.note = card.note;
    this.clear = button('secondary', 'Clear filter', () => this.brushed(undefined));
    setHidden(this.clear, true);
    card.tools.append(this.clear);
    const help = element(
      'p',
      'visually-hidden',
      { id: 'parallel-help' },
      'Arrow keys go through the trials from the best to the worst, Enter opens one. The table beneath has the same numbers.',
    );
    this.canvas.tabIndex = 0;
    this.canvas.setAttribute('aria-describedby', 'parallel-help');
    card.body.append(this.canvas, help);
    this.listen();
  }

  show(sweep: ShownSweep): void {
    this.sweep = sweep;
    this.axes = axesOf(sweep);
    this.update();
  }

  highlight(trial: number | undefined): void {
    this.highlighted = trial;
    const found = this.sweep?.trials.find(({ number }) => number === trial);
    const words = found
      ? [
          `Trial ${found.number}`,
          ...Object.entries(found.values).map(([name, value]) => `${shortName(name)} ${valueWord(value)}`), // prettier-ignore
          found.value === undefined ? 'no value' : `${this.sweep?.objective.metric ?? ''} ${formatValue(found.value)}`, // prettier-ignore
        ].join(' · ')
      : '';
    setText(this.note, words);
  }

  draw(theme: Theme): void {
    const size = this.size;
    const context = prepare(this.canvas, size.width, size.height);
    if (!context || !this.sweep) return;
    const { highlighted, brush } = this;
    paintParallel(context, size, this.axes, this.lines, {
      theme,
      ...(highlighted !== undefined && { highlighted }),
      ...(brush && { brush }),
    });
    const best = bestWords(this.sweep);
    const titles = this.axes.map(({ title }) => title).join(', ');
    describe(
      this.canvas,
      `Parallel coordinates of ${this.sweep.trials.length} trials over ${titles}.${best === undefined ? '' : ` Best: ${best}.`}`,
    );
  }

  private get size(): PlotSize {
    return { width: this.canvas.clientWidth, height: HEIGHT };
  }

  /** Worse lines first, so that better ones lie over them. */
  private update(): void {
    const { sweep, axes, brush } = this;
    if (!sweep) return;
    const last = axes.at(-1);
    this.lines = sweep.trials
      .map((trial): TrialLine => {
        const places = axes.map((axis) => axis.placeOf(trial));
        const at = brush && places[brush.axis];
        const isOutside = brush !== undefined && (at === undefined || at < Math.min(brush.from, brush.to) || at > Math.max(brush.from, brush.to)); // prettier-ignore
        return {
          number: trial.number,
          places,
          rank: last?.placeOf(trial),
          isBest: trial.number === sweep.best,
          isDimmed: isOutside,
        };
      })
      .sort((a, b) => (a.rank ?? -1) - (b.rank ?? -1));
    this.actions.invalidate();
  }

  private brushed(brush: Brush | undefined): void {
    this.brush = brush;
    setHidden(this.clear, brush === undefined);
    this.update();
  }

  private listen(): void {
    const { canvas } = this;
    canvas.addEventListener('pointermove', (event) => this.move(event));
    canvas.addEventListener('pointerleave', () => {
      if (!this.stroke) this.actions.highlight(undefined);
    });
    canvas.addEventListener('pointerdown', (event) => {
      const axis = this.axisNear(event.offsetX);
      if (axis === undefined) return;
      this.stroke = { axis, from: event.offsetY };
      canvas.setPointerCapture(event.pointerId);
    });
    canvas.addEventListener('pointerup', (event) => this.release(event));
    canvas.addEventListener('keydown', (event) => this.key(event));
  }

  private axisNear(x: number): number | undefined {
    const found = this.axes.findIndex(
      (_, i) => Math.abs(axisX(i, this.axes.length, this.size) - x) <= REACH,
    );
    return found < 0 ? undefined : found;
  }

  private move({ offsetX, offsetY }: PointerEvent): void {
    const { stroke, size } = this;
    if (stroke) {
      if (Math.abs(offsetY - stroke.from) < LEAST_BRUSH) return;
      const from = placeAt(stroke.from, size);
      this.brushed({ axis: stroke.axis, from, to: placeAt(offsetY, size) });
      return;
    }
    this.actions.highlight(this.lineAt(offsetX, offsetY));
  }

  private release({ offsetX, offsetY }: PointerEvent): void {
    const { stroke } = this;
    this.stroke = undefined;
    if (stroke && Math.abs(offsetY - stroke.from) >= LEAST_BRUSH) return;
    const line = this.lineAt(offsetX, offsetY);
    if (line !== undefined) this.actions.open(line);
    else if (stroke) this.brushed(undefined);
  }

  /** The line next to the pointer. */
  private lineAt(x: number, y: number): number | undefined {
    const { size, axes } = this;
    let nearest = REACH;
    let found: number | undefined;
    for (const { number, places, isDimmed } of this.lines) {
      if (isDimmed) continue;
      for (let i = 0; i + 1 < axes.length; i++) {
        const [a, b] = [places[i], places[i + 1]];
        const [left, right] = [axisX(i, axes.length, size), axisX(i + 1, axes.length, size)];
        if (a === undefined || b === undefined || x < left - REACH || x > right + REACH) continue;
        const share = Math.min(1, Math.max(0, (x - left) / (right - left)));
        const distance = Math.abs(placeY(a + share * (b - a), size) - y);
        if (distance > nearest) continue;
        nearest = distance;
        found = number;
      }
    }
    return found;
  }

  private key(event: KeyboardEvent): void {
    const { key } = event;
    const order = this.lines.filter(({ isDimmed }) => !isDimmed).toReversed();
    const at = order.findIndex(({ number }) => number === this.highlighted);
    const go = (index: number): void => {
      const line = order[Math.min(order.length - 1, Math.max(0, index))];
      if (line) this.actions.highlight(line.number);
    };
    if (key === 'ArrowDown' || key === 'ArrowRight') go(at + 1);
    else if (key === 'ArrowUp' || key === 'ArrowLeft') go(at - 1);
    else if (key === 'Home') go(0);
    else if (key === 'End') go(order.length - 1);
    else if (key === 'Enter' && this.highlighted !== undefined) this.actions.open(this.highlighted);
    else if (key === 'Escape') {
      this.brushed(undefined);
      this.actions.highlight(undefined);
    } else return;
    event.preventDefault();
  }
}
