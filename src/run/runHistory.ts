// What a run remembers: step records within a byte budget, and scalar curves at full resolution.
// The host owns it; a page gets a snapshot of it and then what came after its cursor.
import type { EpochRecord } from '../shared/core/run';
import type { StepRecord } from '../shared/core/stepRecord';
import type { Curves } from '../shared/protocol/panel';
import { RecordStore } from './recordStore';
import { CURVES_START, ScalarSeries, type CurveCursor } from './scalarSeries';

/** Bounds of a history. */
export interface HistoryOptions {
  /** Bytes of step records. */
  recordBytes: number;
  /** Rows of the scalar curves before they are thinned. */
  curveRows: number;
}

export const DEFAULT_HISTORY: HistoryOptions = {
  recordBytes: 128 * 1024 * 1024,
  curveRows: 100_000,
};

/** Most records in one snapshot or update: more columns than a histogram map has pixels to spare. */
const RECORDS_PER_MESSAGE = 160;

/** What a page lacks, and the cursor to ask with the next time. */
export interface HistoryDelta {
  curves: Curves;
  /** Packed by `codec.ts`. */
  records: ArrayBuffer;
  cursor: CurveCursor;
}

/** Collects records and epochs. */
export class RunHistory {
  private readonly recordStore: RecordStore;
  private readonly series: ScalarSeries;
  /** Epoch metrics whose last record has not arrived yet, by step. */
  private readonly waiting = new Map<number, Record<string, number>>();
  private readonly epochList: EpochRecord[] = [];
  private lastStep = 0;
  private recordList: StepRecord[] | undefined;

  constructor(options: Partial<HistoryOptions> = {}) {
    const { recordBytes, curveRows } = { ...DEFAULT_HISTORY, ...options };
    this.recordStore = new RecordStore(recordBytes);
    this.series = new ScalarSeries(curveRows);
  }

  /** Newest step. */
  get step(): number {
    return this.lastStep;
  }

  get epochs(): readonly EpochRecord[] {
    return this.epochList;
  }

  /** Kept records, ascending by step; see `recordStore.ts` for which are kept. */
  get records(): readonly StepRecord[] {
    return (this.recordList ??= this.recordStore.records);
  }

  /** Bytes of the kept records. */
  get recordBytes(): number {
    return this.recordStore.size;
  }

  /**
   * Takes a record; returns it with the epoch metrics that waited for it. Records come in the order
   * of their steps: undefined for one that does not follow, which is left out.
   */
  append(record: StepRecord): StepRecord | undefined {
    if (!(record.step > this.lastStep)) return undefined;
    const waiting = this.waiting.get(record.step);
    const whole = waiting ? { ...record, metrics: { ...record.metrics, ...waiting } } : record;
    this.waiting.delete(record.step);
    this.lastStep = record.step;
    this.recordStore.append(whole);
    // The curves have the epochs apart, so the record as it came goes into them.
    this.series.append(record);
    this.recordList = undefined;
    return whole;
  }

  /** Takes an epoch: its metrics are merged into those of its last record, here or yet to come. */
  addEpoch(epoch: EpochRecord): void {
    this.epochList.push(epoch);
    this.series.addEpoch(epoch);
    if (this.recordStore.addMetrics(epoch.step, epoch.metrics)) return;
    if (epoch.step > this.lastStep) this.waiting.set(epoch.step, epoch.metrics);
  }

  /** All curves. */
  curves(): Curves {
    return this.series.since().curves;
  }

  /** What came after `cursor`; without a cursor, the snapshot. */
  since(cursor: CurveCursor = CURVES_START): HistoryDelta {
    return {
      ...this.series.since(cursor),
      records: this.recordStore.encodeAfter(cursor.step, RECORDS_PER_MESSAGE),
    };
  }
}
