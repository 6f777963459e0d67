// The scalar curves of a run, in growing columns at full resolution up to a number of rows. Beyond,
// every window of four rows becomes two: each column keeps its window's extremes, in their order.
// A reader gets them thinned once more, to what a page can hold.
import type { EpochRecord } from '../shared/core/run';
import type { StepRecord } from '../shared/core/stepRecord';
import { nonFiniteCount } from '../shared/core/summary';
import {
  EXACT_TAIL,
  THINNED_ROWS,
  extremesOf,
  thinColumn,
  thinSteps,
  windowsOf,
} from '../shared/core/thinning';
import type { Curves } from '../shared/protocol/panel';
import { EpochList, type EpochListState } from './epochList';

/** Rows that one thinning turns into two. */
const WINDOW = 4;
/** Steps with a non-finite loss at which their list is thinned. */
const MAX_NON_FINITE_STEPS = 1000;
/** Cells (rows × columns) in a message at most, as long as it has {@link MIN_SENT_ROWS}: 16 MB. */
const MAX_SENT_CELLS = 2_000_000;
const MIN_SENT_ROWS = 2 * EXACT_TAIL;
/** Bytes of a cell. */
const CELL_BYTES = 8;
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
  /** Thinnings until then: what was thinned since is sent again, as its extremes moved. */
  generation: number;
}

/** What a reader lacks. `isWhole`: it replaces all that the reader has. */
export interface CurveUpdate {
  curves: Curves;
  isWhole: boolean;
  cursor: CurveCursor;
}

/** All that a series knows, to be kept and restored. The columns are views of the series' own. */
export interface ScalarState {
  step: Float64Array;
  /** By name: `loss`, `metric acc`, `layer dense_1`. As long as `step`. */
  columns: readonly (readonly [name: string, values: Float64Array])[];
  nonFiniteSteps: readonly number[];
  nonFiniteGap: number;
  level: number;
  coarseRows: number;
  epochs: EpochListState;
}

/** Prefixes of the columns that are named by the program. */
const METRIC = 'metric ';
const LAYER = 'layer ';

/** Turns the window at `from` into two rows at `to`: its extremes, NaN being absent. */
function thinWindow(column: Float64Array, from: number, to: number): void {
  const [first, second] = extremesOf(column, from, from + WINDOW);
  let a = column[first] ?? NaN;
  let b = column[second] ?? NaN;
  if (first === second && first >= 0) {
    // One value only (or all equal): it stays in the half of the window where it stood.
    const isConstant = !Number.isNaN(column[from] ?? NaN) && !Number.isNaN(column[from + 3] ?? NaN);
    if (!isConstant && first < from + WINDOW / 2) b = NaN;
    if (!isConstant && first >= from + WINDOW / 2) a = NaN;
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
  private nonFiniteSteps: number[] = [];
  /** Least distance of two listed non-finite steps: each stands for the steps up to the next. */
  private nonFiniteGap = 1;
  private readonly epochList = new EpochList();
  private thinnings = 0;
  /** How often all rows were halved, and how many rows have that resolution. */
  private level = 0;
  private coarseRows = 0;

  /**
   * @param maxRows rows at which the series is thinned.
   * @param maxCells bound of rows × columns, so that a net of a thousand layers is bounded too.
   */
  constructor(
    private readonly maxRows = 100_000,
    private maxCells = 16_000_000,
  ) {}

  /** Bytes held. */
  get size(): number {
    return this.capacity * (this.columns.size + 1) * CELL_BYTES;
  }

  /** Changes the bound of rows × columns; what is beyond it is thinned at once. */
  limit(maxCells: number): void {
    this.maxCells = maxCells;
    if (this.capacity > this.rowLimit) this.shrink();
  }

  get state(): ScalarState {
    const cut = ({ values }: { values: Float64Array }) => values.subarray(0, this.rows);
    return {
      step: cut(this.step),
      columns: [...this.columns].map(([name, column]) => [name, cut(column)] as const),
      nonFiniteSteps: this.nonFiniteSteps,
      nonFiniteGap: this.nonFiniteGap,
      level: this.level,
      coarseRows: this.coarseRows,
      epochs: this.epochList.state,
    };
  }

  /** Takes over a state, and its columns with it; what is beyond the bounds is thinned at once. */
  restore(state: ScalarState): void {
    this.rows = this.capacity = state.step.length;
    this.step.values = state.step;
    this.columns.clear();
    for (const [name, values] of state.columns) {
      this.columns.set(name, { values });
      if (name.startsWith(METRIC)) this.metricNames.add(name.slice(METRIC.length));
      if (name.startsWith(LAYER)) this.layerNames.add(name.slice(LAYER.length));
    }
    this.nonFiniteSteps = [...state.nonFiniteSteps];
    ({ nonFiniteGap: this.nonFiniteGap, level: this.level, coarseRows: this.coarseRows } = state);
    this.epochList.restore(state.epochs);
    if (this.rows > this.rowLimit || this.rows === 0) this.shrink();
  }

  get epochs(): readonly EpochRecord[] {
    return this.epochList.records;
  }

  /** True while every step has its own row. */
  get isExact(): boolean {
    return this.level === 0;
  }

  get length(): number {
    return this.rows;
  }

  append(record: StepRecord): void {
    if (this.rows >= this.rowLimit) this.thin(this.rowLimit);
    if (this.rows >= this.capacity) this.grow();
    const row = this.rows++;
    this.step.values[row] = record.step;
    this.set('epoch', row, record.epoch);
    this.set('seconds', row, record.seconds);
    this.set('loss', row, record.loss);
    this.set('learningRate', row, record.learningRate);
    for (const [name, value] of Object.entries(record.metrics)) {
      this.metricNames.add(name);
      this.set(METRIC + name, row, value);
    }
    for (const [name, layer] of Object.entries(record.layers)) {
      this.layerNames.add(name);
      const broken = nonFiniteCount(layer.gradient) > 0;
      this.set(LAYER + name, row, broken ? Infinity : layer.gradient.norm);
    }
    if (record.loss !== undefined && !Number.isFinite(record.loss)) this.noteNonFinite(record.step);
    // New columns take from the rows of all.
    if (this.capacity > this.rowLimit) this.shrink();
  }

  addEpoch(epoch: EpochRecord): void {
    this.epochList.append(epoch);
  }

  /** What a reader at `cursor` lacks, and where it stands with it; all of it without a cursor. */
  since(cursor?: CurveCursor): CurveUpdate {
    const generation = this.thinnings + this.epochList.generation;
    const known = cursor?.generation === generation ? cursor : undefined;
    const from = known ? this.rowAfter(known.step) : 0;
    // A reader that has missed much gets the whole instead: that is bounded.
    const isWhole = known === undefined || this.rows - from > EXACT_TAIL;
    return {
      curves: isWhole ? this.curvesFrom(0, undefined) : this.curvesFrom(from, known),
      isWhole,
      cursor: {
        step: this.rows > 0 ? (this.step.values[this.rows - 1] ?? 0) : (cursor?.step ?? 0),
        epochs: this.epochs.length,
        nonFiniteSteps: this.nonFiniteSteps.length,
        generation,
      },
    };
  }

  /** The rows from `from` on, thinned where they are more than a page can hold. */
  private curvesFrom(from: number, known: CurveCursor | undefined): Curves {
    const sent = Math.max(MIN_SENT_ROWS, MAX_SENT_CELLS / (this.columns.size + 1));
    const most = Math.floor(Math.min(THINNED_ROWS, sent));
    const steps = this.step.values.subarray(from, this.rows);
    const starts = steps.length > most ? windowsOf(steps, most, EXACT_TAIL) : undefined;
    const step = starts ? thinSteps(steps, starts) : steps.slice();
    const cut = (name: string): Float64Array => {
      const values = this.columns.get(name)?.values.subarray(from, this.rows);
      if (!values) return new Float64Array(step.length).fill(NaN);
      return starts ? thinColumn(values, starts) : values.slice();
    };
    const all = (names: Set<string>, kind: string): Record<string, Float64Array> =>
      Object.fromEntries([...names].map((name) => [name, cut(kind + name)]));
    return {
      step,
      epoch: cut('epoch'),
      seconds: cut('seconds'),
      loss: cut('loss'),
      learningRate: cut('learningRate'),
      metrics: all(this.metricNames, METRIC),
      gradientNorm: all(this.layerNames, LAYER),
      nonFiniteSteps: this.nonFiniteSteps.slice(known?.nonFiniteSteps ?? 0),
      epochs: this.epochs.slice(known?.epochs ?? 0),
    };
  }

  /** Every step is listed until there are too many; then one of each `nonFiniteGap` steps. */
  private noteNonFinite(step: number): void {
    if (step - (this.nonFiniteSteps.at(-1) ?? -Infinity) < this.nonFiniteGap) return;
    this.nonFiniteSteps.push(step);
    if (this.nonFiniteSteps.length <= MAX_NON_FINITE_STEPS) return;
    this.thinnings++;
    while (this.nonFiniteSteps.length > MAX_NON_FINITE_STEPS * THINNED_SHARE) {
      this.nonFiniteGap *= 2;
      let last = -Infinity;
      this.nonFiniteSteps = this.nonFiniteSteps.filter((listed) => {
        if (listed - last < this.nonFiniteGap) return false;
        last = listed;
        return true;
      });
    }
  }

  private get rowLimit(): number {
    const affordable = Math.floor(this.maxCells / (this.columns.size + 1));
    return Math.max(MIN_ROWS, Math.min(this.maxRows, affordable));
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
    this.resize(Math.min(this.capacity * 2, this.rowLimit));
  }

  /** Brings the rows, and the room for them, within the limit. */
  private shrink(): void {
    while (this.rows > this.rowLimit) this.thin(this.rowLimit);
    this.resize(Math.max(this.rows, Math.min(INITIAL_ROWS, this.rowLimit), 1));
  }

  private resize(capacity: number): void {
    if (capacity === this.capacity) return;
    this.capacity = capacity;
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
    this.thinnings++;
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
        if (name === 'step' || name === 'epoch' || name === 'seconds') {
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
