// The scalar curves of a run, in growing columns at full resolution up to a number of rows. Beyond,
// every window of four rows becomes two: each column keeps its window's extremes, in their order.
import type { EpochRecord } from '../shared/core/run';
import type { StepRecord } from '../shared/core/stepRecord';
import { nonFiniteCount } from '../shared/core/summary';
import type { Curves } from '../shared/protocol/panel';

/** Rows that one thinning turns into two. */
const WINDOW = 4;
/** Steps with a non-finite loss that are listed; later ones say nothing new. */
const MAX_NON_FINITE_STEPS = 1000;
const INITIAL_ROWS = 256;
/** Rows that are kept however many columns there are. */
const MIN_ROWS = 64;
/** Share of the rows that a thinning leaves at most. */
const THINNED_SHARE = 0.75;

/** Position of a reader: what it has been given. */
export interface CurveCursor {
  step: number;
  epochs: number;
  nonFiniteSteps: number;
}

/** A reader that has been given nothing. */
export const CURVES_START: CurveCursor = { step: 0, epochs: 0, nonFiniteSteps: 0 };

/** Turns the window at `from` into two rows at `to`: its lowest and highest value, NaN being absent. */
function thinWindow(column: Float64Array, from: number, to: number): void {
  let low = -1;
  let high = -1;
  for (let i = from; i < from + WINDOW; i++) {
    const value = column[i] ?? NaN;
    if (Number.isNaN(value)) continue;
    if (low < 0 || value < (column[low] ?? 0)) low = i;
    if (high < 0 || value > (column[high] ?? 0)) high = i;
  }
  const [first, second] = low <= high ? [low, high] : [high, low];
  let a = NaN;
  let b = NaN;
  if (first === second && first >= 0) {
    // One value only (or all equal): it stays in the half of the window where it stood.
    const value = column[first] ?? NaN;
    const isConstant = !Number.isNaN(column[from] ?? NaN) && !Number.isNaN(column[from + 3] ?? NaN);
    if (isConstant || first < from + WINDOW / 2) a = value;
    if (isConstant || first >= from + WINDOW / 2) b = value;
  } else if (first >= 0) {
    a = column[first] ?? NaN;
    b = column[second] ?? NaN;
  }
  column[to] = a;
  column[to + 1] = b;
}

/** The columns of a run. */
export class ScalarSeries {
  private rows = 0;
  private capacity = INITIAL_ROWS;
  private readonly step: { values: Float64Array } = { values: this.emptyColumn() };
  private readonly columns = new Map<string, { values: Float64Array }>();
  private readonly metricNames = new Set<string>();
  private readonly layerNames = new Set<string>();
  private readonly nonFiniteSteps: number[] = [];
  private readonly epochs: EpochRecord[] = [];
  /** How often all rows were halved, and how many rows have that resolution. */
  private level = 0;
  private coarseRows = 0;

  /**
   * @param maxRows rows at which the series is thinned.
   * @param maxCells bound of rows × columns, so that a net of a thousand layers is bounded too.
   */
  constructor(
    private readonly maxRows = 100_000,
    private readonly maxCells = 16_000_000,
  ) {}

  /** True while every step has its own row. */
  get isExact(): boolean {
    return this.level === 0;
  }

  get length(): number {
    return this.rows;
  }

  append(record: StepRecord): void {
    const limit = Math.min(this.maxRows, this.maxCells / (this.columns.size + 1));
    if (this.rows >= Math.max(MIN_ROWS, limit)) this.thin(Math.max(MIN_ROWS, limit));
    if (this.rows >= this.capacity) this.grow();
    const row = this.rows++;
    this.step.values[row] = record.step;
    this.set('epoch', row, record.epoch);
    this.set('loss', row, record.loss);
    this.set('learningRate', row, record.learningRate);
    for (const [name, value] of Object.entries(record.metrics)) {
      this.metricNames.add(name);
      this.set(`metric ${name}`, row, value);
    }
    for (const [name, layer] of Object.entries(record.layers)) {
      this.layerNames.add(name);
      const broken = nonFiniteCount(layer.gradient) > 0;
      this.set(`layer ${name}`, row, broken ? Infinity : layer.gradient.norm);
    }
    const lossIsBroken = record.loss !== undefined && !Number.isFinite(record.loss);
    if (lossIsBroken && this.nonFiniteSteps.length < MAX_NON_FINITE_STEPS) {
      this.nonFiniteSteps.push(record.step);
    }
  }

  addEpoch(epoch: EpochRecord): void {
    this.epochs.push(epoch);
  }

  /** What a reader at `cursor` lacks, and where it stands with it. */
  since(cursor: CurveCursor = CURVES_START): { curves: Curves; cursor: CurveCursor } {
    const from = this.rowAfter(cursor.step);
    const cut = (name: string): Float64Array =>
      this.columns.get(name)?.values.slice(from, this.rows) ??
      new Float64Array(this.rows - from).fill(NaN);
    const all = (names: Set<string>, kind: string): Record<string, Float64Array> =>
      Object.fromEntries([...names].map((name) => [name, cut(`${kind} ${name}`)]));
    return {
      curves: {
        step: this.step.values.slice(from, this.rows),
        epoch: cut('epoch'),
        loss: cut('loss'),
        learningRate: cut('learningRate'),
        metrics: all(this.metricNames, 'metric'),
        gradientNorm: all(this.layerNames, 'layer'),
        nonFiniteSteps: this.nonFiniteSteps.slice(cursor.nonFiniteSteps),
        epochs: this.epochs.slice(cursor.epochs),
      },
      cursor: {
        step: this.rows > 0 ? (this.step.values[this.rows - 1] ?? 0) : cursor.step,
        epochs: this.epochs.length,
        nonFiniteSteps: this.nonFiniteSteps.length,
      },
    };
  }

  /** First row whose step is greater than `step`. */
  private rowAfter(step: number): number {
    let low = 0;
    let high = this.rows;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.step.values[middle] ?? 0) <= step) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  private emptyColumn(): Float64Array {
    return new Float64Array(this.capacity).fill(NaN);
  }

  private set(name: string, row: number, value: number | undefined): void {
    if (value === undefined) return;
    let column = this.columns.get(name);
    if (!column) this.columns.set(name, (column = { values: this.emptyColumn() }));
    column.values[row] = value;
  }

  private grow(): void {
    this.capacity *= 2;
    for (const column of [this.step, ...this.columns.values()]) {
      const grown = this.emptyColumn();
      grown.set(column.values.subarray(0, this.rows));
      column.values = grown;
    }
  }

  /**
   * Makes room. The rows since the last thinning are brought to the resolution of those before them;
   * where that is not enough, the resolution of all is halved. So the whole run stays evenly dense.
   */
  private thin(limit: number): void {
    for (let i = 0; i < this.level; i++) this.halve(this.coarseRows);
    if (this.rows > limit * THINNED_SHARE) {
      this.halve(0);
      this.level++;
    }
    this.coarseRows = this.rows;
  }

  /** Halves the rows from `begin`. The newest, incomplete window stays as it is. */
  private halve(begin: number): void {
    const windows = Math.floor((this.rows - begin) / WINDOW);
    const end = begin + windows * WINDOW;
    const kept = begin + windows * 2 + (this.rows - end);
    for (const [name, { values }] of [...this.columns, ['step', this.step] as const]) {
      for (let from = begin, to = begin; from < end; from += WINDOW, to += 2) {
        if (name === 'step' || name === 'epoch') {
          // The window's ends: ascending, as the rows must stay.
          const last = values[from + WINDOW - 1] ?? NaN;
          values[to] = values[from] ?? NaN;
          values[to + 1] = last;
        } else {
          thinWindow(values, from, to);
        }
      }
      values.copyWithin(begin + windows * 2, end, this.rows);
      values.fill(NaN, kept);
    }
    this.rows = kept;
  }
}
