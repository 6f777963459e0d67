// Steps on their way out. A step's summaries are queued on the device when the step is taken and
// fetched later, so that the device never idles: records leave in step order, a step or two late.
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

/** Steps that may be on the device; at the next one, the oldest is waited for. */
const MAX_IN_FLIGHT = 2;

/** The number in a summary of one element, which may be non-finite. */
export function scalarOf(summary: TensorSummary): number {
  if (summary.nans > 0) return Number.NaN;
  if (summary.posInfs > 0) return Infinity;
  if (summary.negInfs > 0) return -Infinity;
  return summary.min;
}

/** Keeps steps in order until they are ready. */
export class Delivery {
  readonly #onRecords: (records: StepRecord[]) => void;
  readonly #steps: StepInFlight[] = [];

  constructor(onRecords: (records: StepRecord[]) => void) {
    this.#onRecords = onRecords;
  }

  get length(): number {
    return this.#steps.length;
  }

  /** Queues the newest step and delivers older ones: those that are ready, and those too many. */
  push(pending: PendingSummaries, assemble: StepInFlight['assemble']): void {
    this.#steps.push({ pending, assemble, metrics: {}, measured: [] });
    this.#deliver(this.#steps.length - 1, MAX_IN_FLIGHT);
  }

  /** Adds metrics to the newest step; false if it was delivered already. */
  addMetrics(
    metrics: Record<string, number>,
    measured?: { names: string[]; pending: PendingSummaries },
  ): boolean {
    const newest = this.#steps.at(-1);
    if (newest === undefined) return false;
    Object.assign(newest.metrics, metrics);
    if (measured !== undefined) newest.measured.push(measured);
    return true;
  }

  /** Delivers what is ready. The newest step stays if no metrics have come for it yet. */
  poll(): void {
    const newest = this.#steps.at(-1);
    if (newest === undefined) return;
    const complete = Object.keys(newest.metrics).length > 0 || newest.measured.length > 0;
    this.#deliver(complete ? this.#steps.length : this.#steps.length - 1, Infinity);
  }

  /** Delivers everything, waiting for the device. */
  flush(): void {
    this.#deliver(this.#steps.length, 0);
  }

  /** Forgets everything. */
  discard(): void {
    for (const step of this.#steps.splice(0)) {
      step.pending.discard();
      for (const { pending } of step.measured) pending.discard();
    }
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
