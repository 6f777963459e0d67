// Steps on their way out. A step's summaries are queued on the device when the step is taken and
// fetched later, so that the device never idles: records leave in step order, a step or two late.
// Reading back costs as much as a short step, so that several steps of a fast net are read at once.
import type { StepRecord, TensorSummary } from '../core/stepRecord';
import type { PendingSummaries } from './types';

/** A step that was measured and not yet delivered. */
interface StepInFlight {
  pending: PendingSummaries;
  /** Makes the record of the summaries, in the order in which they were measured. */
  assemble: (summaries: readonly TensorSummary[]) => StepRecord;
  metrics: Record<string, number>;
  /** Metrics that are still on the device. */
  measured: { names: string[]; pending: PendingSummaries }[];
}

/** Summaries that were taken already. */
class KnownSummaries implements PendingSummaries {
  constructor(private readonly summaries: TensorSummary[]) {}

  isReady(): boolean {
    return true;
  }

  take(): TensorSummary[] {
    return this.summaries;
  }

  discard(): void {
    this.summaries.length = 0;
  }
}

/** Batches of steps that may be on the device; at the next one, the oldest is waited for. */
const MAX_IN_FLIGHT = 2;

/** Longest time that a step waits for others to be read with, in seconds. */
const BATCH_SECONDS = 0.025;

/** Most steps that are read at once: bounds the work queued on the device, and the memory. */
const MAX_BATCH = 8;

/** The number in a summary of one element, which may be non-finite. */
export function scalarOf(summary: TensorSummary): number {
  if (summary.nans > 0) return Number.NaN;
  if (summary.posInfs > 0) return Infinity;
  if (summary.negInfs > 0) return -Infinity;
  return summary.min;
}

/** What sends measured steps on their way back. */
export interface Submitter {
  submit(): void;
}

/** Keeps steps in order until they are ready. */
export class Delivery {
  readonly #statistics: Submitter;
  readonly #now: () => number;
  readonly #onRecords: (records: StepRecord[]) => void;
  readonly #steps: StepInFlight[] = [];
  /** Steps measured since the last submission, and when the first of them was. */
  #unsubmitted = 0;
  #waitingSince = 0;
  /** Time of the latest step, and seconds from step to step, smoothed. */
  #latest: number | undefined;
  #stepSeconds = Infinity;

  /** `now` in seconds, as in the step records. */
  constructor(
    statistics: Submitter,
    now: () => number,
    onRecords: (records: StepRecord[]) => void,
  ) {
    this.#statistics = statistics;
    this.#now = now;
    this.#onRecords = onRecords;
  }

  get length(): number {
    return this.#steps.length;
  }

  /** Queues the newest step, taken at `seconds`; delivers older ones: the ready ones, and those too many. */
  push(pending: PendingSummaries, assemble: StepInFlight['assemble'], seconds: number): void {
    this.#steps.push({ pending, assemble, metrics: {}, measured: [] });
    if (this.#unsubmitted++ === 0) this.#waitingSince = seconds;
    this.#observe(seconds);
    const batch = this.#batch();
    if (this.#unsubmitted >= batch) this.#submit();
    this.#deliver(this.#steps.length - 1, MAX_IN_FLIGHT * batch);
  }

  /** Adds metrics to the newest step; false if it was delivered already. */
  addMetrics(
    metrics: Record<string, number>,
    measured?: { names: string[]; pending: PendingSummaries },
  ): boolean {
    const newest = this.#steps.at(-1);
    if (newest === undefined) return false;
    Object.assign(newest.metrics, metrics);
    if (measured !== undefined) {
      newest.measured.push(measured);
      if (this.#unsubmitted === 0) this.#statistics.submit();
    }
    return true;
  }

  /** The record of the newest step, without its metrics; undefined where it would be waited for. */
  newest(): StepRecord | undefined {
    const newest = this.#steps.at(-1);
    if (newest?.pending.isReady() !== true) return undefined;
    const summaries = newest.pending.take();
    newest.pending = new KnownSummaries(summaries);
    return newest.assemble(summaries);
  }

  /** Delivers what is ready. The newest step stays if no metrics have come for it yet. */
  poll(): void {
    const newest = this.#steps.at(-1);
    if (newest === undefined) return;
    const due = this.#unsubmitted > 0 && this.#now() - this.#waitingSince >= BATCH_SECONDS;
    if (due) this.#submit();
    const complete = Object.keys(newest.metrics).length > 0 || newest.measured.length > 0;
    this.#deliver(complete ? this.#steps.length : this.#steps.length - 1, Infinity);
  }

  /** Delivers everything, waiting for the device. */
  flush(): void {
    if (this.#unsubmitted > 0) this.#submit();
    this.#deliver(this.#steps.length, 0);
  }

  /** Forgets everything. */
  discard(): void {
    this.#unsubmitted = 0;
    for (const step of this.#steps.splice(0)) {
      step.pending.discard();
      for (const { pending } of step.measured) pending.discard();
    }
  }

  #submit(): void {
    this.#unsubmitted = 0;
    this.#statistics.submit();
  }

  #observe(seconds: number): void {
    if (this.#latest !== undefined) {
      const passed = seconds - this.#latest;
      const known = Number.isFinite(this.#stepSeconds);
      this.#stepSeconds = known ? 0.75 * this.#stepSeconds + 0.25 * passed : passed;
    }
    this.#latest = seconds;
  }

  /** Steps to be read at once: as many as are taken in the time that one may wait. */
  #batch(): number {
    return Math.max(1, Math.min(MAX_BATCH, Math.floor(BATCH_SECONDS / this.#stepSeconds)));
  }

  /** Delivers at most `count` of the oldest: while they are ready, or while more than `keep` remain. */
  #deliver(count: number, keep: number): void {
    const records: StepRecord[] = [];
    for (let i = 0; i < count; i++) {
      const step = this.#steps[0];
      if (step === undefined || (this.#steps.length <= keep && !isReady(step))) break;
      this.#steps.shift();
      records.push(recordOf(step));
    }
    if (records.length > 0) this.#onRecords(records);
  }
}

function isReady(step: StepInFlight): boolean {
  return step.pending.isReady() && step.measured.every(({ pending }) => pending.isReady());
}

function recordOf(step: StepInFlight): StepRecord {
  const record = step.assemble(step.pending.take());
  Object.assign(record.metrics, step.metrics);
  for (const { names, pending } of step.measured) {
    pending.take().forEach((summary, i) => {
      const name = names[i];
      if (name !== undefined) record.metrics[name] = scalarOf(summary);
    });
  }
  return record;
}
