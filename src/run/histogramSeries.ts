// The gradient histograms of a run over its steps, one row of columns per layer. All layers share the
// windows of steps that a column stands for; when there are too many, windows join in pairs. Nothing
// is left out: a NaN of a single step is still counted in the column that its step has ended up in.
import {
  MAX_COLUMNS,
  SIGNED_BUCKETS,
  addCounts,
  rangeOf,
  unionRange,
  type HistogramColumn,
  type OctaveRange,
} from '../shared/core/histogramHistory';
import type { StepRecord } from '../shared/core/stepRecord';
import { nonFiniteCount } from '../shared/core/summary';
import { encodeHistograms, type HistogramRow } from '../shared/protocol/histogramCodec';

/** Columns kept however many layers there are. */
const MIN_COLUMNS = 8;
/** Bytes of a column: its counts and the objects around them. */
const COLUMN_BYTES = SIGNED_BUCKETS * 8 + 160;

/** Position of a reader: what it has been given. */
export interface HistogramCursor {
  step: number;
  stride: number;
}

/** All that a series knows, to be kept and restored. */
export interface HistogramState {
  rows: readonly HistogramRow[];
  /** Steps per column. */
  stride: number;
  firstStep: number;
  lastStep: number;
}

/** A column while it still grows. */
interface GrowingColumn extends HistogramColumn {
  lastStep: number;
  records: number;
  nonFinite: number;
}

interface LayerRow {
  columns: GrowingColumn[];
  range: OctaveRange;
}

export class HistogramSeries {
  private readonly rows = new Map<string, LayerRow>();
  /** Steps per column; a power of two. */
  private stride = 1;
  private firstStep = 0;
  private lastStep = 0;
  private columnCount = 0;

  /** @param budgetBytes bound of all columns, as long as each layer has a few. */
  constructor(private budgetBytes: number) {}

  /** Bytes held. */
  get size(): number {
    return this.columnCount * COLUMN_BYTES;
  }

  /** Changes the bound; what is beyond it is joined at once. */
  limit(budgetBytes: number): void {
    this.budgetBytes = budgetBytes;
    this.join();
  }

  get state(): HistogramState {
    const { stride, firstStep, lastStep } = this;
    const rows = [...this.rows].map(([name, { columns, range }]) => ({ name, range, columns }));
    return { rows, stride, firstStep, lastStep };
  }

  /** Takes over a state, and its columns with it; what is beyond the bound is joined at once. */
  restore({ rows, stride, firstStep, lastStep }: HistogramState): void {
    Object.assign(this, { stride, firstStep, lastStep });
    this.rows.clear();
    this.columnCount = 0;
    for (const { name, range, columns } of rows) {
      this.rows.set(name, { range, columns: columns.map((column) => ({ ...column })) });
      this.columnCount += columns.length;
    }
    this.join();
  }

  append(record: StepRecord): void {
    const { step } = record;
    if (this.lastStep === 0) this.firstStep = step;
    this.lastStep = step;
    let isNew = false;
    for (const name in record.layers) {
      const gradient = record.layers[name]?.gradient;
      if (!gradient) continue;
      let row = this.rows.get(name);
      if (!row) this.rows.set(name, (row = { columns: [], range: undefined }));
      row.range = unionRange(row.range, rangeOf(gradient));
      let column = row.columns.at(-1);
      if (!column || this.windowOf(column.firstStep) !== this.windowOf(step)) {
        const counts = new Float64Array(SIGNED_BUCKETS);
        column = { firstStep: step, lastStep: step, records: 0, counts, nonFinite: 0 };
        row.columns.push(column);
        this.columnCount++;
        isNew = true;
      }
      addCounts(column.counts, gradient);
      column.nonFinite += nonFiniteCount(gradient);
      column.records++;
      column.lastStep = step;
    }
    if (isNew) this.join();
  }

  /** What a reader at `cursor` lacks: the columns that were begun or went on, or all of them. */
  since(cursor: HistogramCursor | undefined): { bytes: ArrayBuffer; cursor: HistogramCursor } {
    const after = cursor?.stride === this.stride ? cursor.step : -Infinity;
    const rows = [...this.rows].map(([name, { columns, range }]) => {
      let from = columns.length;
      while (from > 0 && (columns[from - 1]?.lastStep ?? 0) > after) from--;
      return { name, range, columns: columns.slice(from) };
    });
    return {
      bytes: encodeHistograms({
        isWhole: after === -Infinity,
        rows: rows.filter(({ columns }) => columns.length > 0),
      }),
      cursor: { step: this.lastStep, stride: this.stride },
    };
  }

  /** Windows begin at step 1, so that those of one stride lie whole within those of the next. */
  private windowOf(step: number): number {
    return Math.floor((step - 1) / this.stride);
  }

  private get maxColumns(): number {
    const affordable = Math.floor(this.budgetBytes / COLUMN_BYTES / Math.max(1, this.rows.size));
    return Math.max(MIN_COLUMNS, Math.min(MAX_COLUMNS, affordable));
  }

  private join(): void {
    const { maxColumns } = this;
    const before = this.stride;
    const windows = () => this.windowOf(this.lastStep) - this.windowOf(this.firstStep) + 1;
    while (windows() > maxColumns) this.stride *= 2;
    if (this.stride === before) return;
    this.columnCount = 0;
    for (const row of this.rows.values()) {
      row.columns = this.joined(row.columns);
      this.columnCount += row.columns.length;
    }
  }

  /** The columns of one layer in the windows of the present stride. */
  private joined(columns: readonly GrowingColumn[]): GrowingColumn[] {
    const joined: GrowingColumn[] = [];
    for (const column of columns) {
      const last = joined.at(-1);
      if (!last || this.windowOf(last.firstStep) !== this.windowOf(column.firstStep)) {
        joined.push(column);
        continue;
      }
      const { counts } = last;
      column.counts.forEach((count, i) => (counts[i] = (counts[i] ?? 0) + count));
      last.lastStep = column.lastStep;
      last.records += column.records;
      last.nonFinite += column.nonFinite;
    }
    return joined;
  }
}
