// What a run remembers, within a budget of bytes: step records, scalar curves, and the histograms of
// the gradients over the steps. The host owns it; a page gets a snapshot of it and then what came
// after its cursor.
import type { EpochRecord } from '../shared/core/run';
import type { StepRecord } from '../shared/core/stepRecord';
import type { Curves } from '../shared/protocol/panel';
import { HistogramSeries, type HistogramCursor, type HistogramState } from './histogramSeries';
import { RecordStore, type StoredRecord } from './recordStore';
import { ScalarSeries, type CurveCursor, type ScalarState } from './scalarSeries';

/** Bounds of a history. */
export interface HistoryOptions {
  /** Bytes of all that it holds. */
  bytes: number;
  /** Rows of the scalar curves before they are thinned, where their share of the bytes has room. */
  curveRows: number;
}

export const DEFAULT_HISTORY: HistoryOptions = {
  bytes: 128 * 1024 * 1024,
  curveRows: 100_000,
};

/** Shares of the bytes. A twentieth is left for what waits to be written to disk, see `store/`. */
const RECORD_SHARE = 0.6;
const CURVE_SHARE = 0.25;
const HISTOGRAM_SHARE = 0.1;
/** Bytes of a number in the curves. */
const NUMBER_BYTES = 8;

/** Epochs that may wait for their last record: it is on its way, or it never comes. */
const MAX_WAITING = 64;

/** What a reader has been given. */
export interface HistoryCursor {
  curves: CurveCursor;
  histograms: HistogramCursor;
  /** Step of the newest record given. */
  step: number;
  /** Which history it is of, see {@link RunHistory.cut}. */
  cuts: number;
}

/** What a page lacks, and the cursor to ask with the next time. */
export interface HistoryDelta {
  curves: Curves;
  /** True where the curves replace all that the page has. */
  isWhole: boolean;
  /** Packed by `histogramCodec.ts`. */
  histograms: ArrayBuffer;
  /** The newest record, packed by `codec.ts`; none where the page has it. */
  newest: ArrayBuffer;
  cursor: HistoryCursor;
}

/** What a history knows besides its records, to be kept and restored. */
export interface SeriesState {
  step: number;
  curves: ScalarState;
  histograms: HistogramState;
}

/** Where the record of a step stays, see {@link RunHistory.append}. */
export type Placed = StoredRecord | 'nowhere';

/** Collects records and epochs. */
export class RunHistory {
  private recordStore: RecordStore;
  private series: ScalarSeries;
  private histograms: HistogramSeries;
  /** Epoch metrics whose last record has not arrived yet, by step. */
  private readonly waiting = new Map<number, Record<string, number>>();
  private lastStep = 0;
  private recordList: StepRecord[] | undefined;
  private bytes: number;
  private readonly curveRows: number;
  /** Counts how often the past was cut: cursors of before are of another history. */
  private cuts = 0;

  constructor(options: Partial<HistoryOptions> = {}) {
    const { bytes, curveRows } = { ...DEFAULT_HISTORY, ...options };
    this.bytes = bytes;
    this.curveRows = curveRows;
    [this.recordStore, this.series, this.histograms] = this.emptied();
  }

  private emptied(): [RecordStore, ScalarSeries, HistogramSeries] {
    const { bytes, curveRows } = this;
    return [
      new RecordStore(bytes * RECORD_SHARE),
      new ScalarSeries(curveRows, (bytes * CURVE_SHARE) / NUMBER_BYTES),
      new HistogramSeries(bytes * HISTOGRAM_SHARE),
    ];
  }

  /**
   * Forgets the steps after `step`: the training goes on from there in another way. Of the steps before, those
   * remain whose records were kept.
   */
  cut(step: number): void {
    const { records, epochs } = this;
    const { places } = this.recordStore;
    [this.recordStore, this.series, this.histograms] = this.emptied();
    this.waiting.clear();
    this.lastStep = 0;
    this.cuts++;
    this.recordList = undefined;
    records.forEach((record, i) => {
      if (record.step <= step) this.append(record, places[i]);
    });
    for (const epoch of epochs) if (epoch.step <= step) this.addEpoch(epoch);
    this.lastStep = Math.max(this.lastStep, step);
  }

  /** Newest step. */
  get step(): number {
    return this.lastStep;
  }

  /** Kept epochs; see `epochList.ts` for which are kept. */
  get epochs(): readonly EpochRecord[] {
    return this.series.epochs;
  }

  /** Kept records, ascending by step; see `recordStore.ts` for which are kept. */
  get records(): readonly StepRecord[] {
    return (this.recordList ??= this.recordStore.records);
  }

  /** Bytes held. */
  get size(): number {
    return this.recordStore.size + this.series.size + this.histograms.size;
  }

  /** Changes the bound; what is beyond it is thinned at once. */
  limit(bytes: number): void {
    this.bytes = bytes;
    this.recordStore.limit(bytes * RECORD_SHARE);
    this.series.limit((bytes * CURVE_SHARE) / NUMBER_BYTES);
    this.histograms.limit(bytes * HISTOGRAM_SHARE);
    this.recordList = undefined;
  }

  /**
   * Takes a record; returns it with the epoch metrics that waited for it. Records come in the order
   * of their steps: undefined for one that does not follow, which is left out.
   * @param placed where the record stays, for one that need not be held: its curves and histograms are.
   */
  append(record: StepRecord, placed?: Placed): StepRecord | undefined {
    const { step } = record;
    if (!(Number.isSafeInteger(step) && step > this.lastStep)) return undefined;
    const waiting = this.waiting.get(step);
    const whole = waiting ? { ...record, metrics: { ...record.metrics, ...waiting } } : record;
    // Metrics of a step that never came wait no longer.
    for (const awaited of this.waiting.keys()) if (awaited <= step) this.waiting.delete(awaited);
    this.lastStep = step;
    if (placed === undefined) this.recordStore.append(whole);
    else if (placed !== 'nowhere') this.adopt(placed, waiting);
    // The curves have the epochs apart, so the record as it came goes into them.
    this.series.append(record);
    this.histograms.append(record);
    this.recordList = undefined;
    return whole;
  }

  /** Curves and histograms as they are, for a file. What it gives is a view: copy it before anything is appended. */
  get state(): SeriesState {
    const { series, histograms } = this;
    return { step: this.lastStep, curves: series.state, histograms: histograms.state };
  }

  /** Makes an empty history what it was. `records` ascend by step, and stay where they are. */
  restore({ step, curves, histograms }: SeriesState, records: Iterable<StoredRecord>): void {
    for (const record of records) this.recordStore.adopt(record);
    this.series.restore(curves);
    this.histograms.restore(histograms);
    for (const epoch of this.epochs) this.recordStore.addMetrics(epoch.step, epoch.metrics);
    this.lastStep = step;
    this.recordList = undefined;
  }

  /** The newest record as it is held in memory; undefined where it is not. */
  get newestPacked(): RecordStore['newestPacked'] {
    return this.recordStore.newestPacked;
  }

  private adopt(stored: StoredRecord, metrics: Record<string, number> | undefined): void {
    this.recordStore.adopt(stored);
    if (metrics) this.recordStore.addMetrics(stored.head.step, metrics);
  }

  /** Takes an epoch: its metrics are merged into those of its last record, here or yet to come. */
  addEpoch(epoch: EpochRecord): void {
    this.series.addEpoch(epoch);
    if (this.recordStore.addMetrics(epoch.step, epoch.metrics)) return;
    if (epoch.step > this.lastStep && this.waiting.size < MAX_WAITING) {
      this.waiting.set(epoch.step, epoch.metrics);
    }
  }

  /** All curves, as a page gets them. */
  curves(): Curves {
    return this.series.since().curves;
  }

  /** True where the past was cut since `cursor`: only a snapshot tells of it. */
  isCutSince({ cuts }: HistoryCursor): boolean {
    return cuts !== this.cuts;
  }

  /** What came after `cursor`; without a cursor, the snapshot. Both are bounded in size. */
  since(cursor?: HistoryCursor): HistoryDelta {
    const curves = this.series.since(cursor?.curves);
    const histograms = this.histograms.since(cursor?.histograms);
    return {
      curves: curves.curves,
      isWhole: curves.isWhole,
      histograms: histograms.bytes,
      newest: this.recordStore.encodeNewest(cursor?.step ?? -Infinity),
      cursor: {
        ...{ curves: curves.cursor, histograms: histograms.cursor },
        ...{ step: this.lastStep, cuts: this.cuts },
      },
    };
  }
}
