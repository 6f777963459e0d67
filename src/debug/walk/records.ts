// The records of the steps that the walk passes: the newest two at hand, older ones from the history.
import type { StepRecord } from '../../shared/core/stepRecord';

/** Finds records by step. */
export class WalkRecords {
  private latest: StepRecord | undefined;
  private previous: StepRecord | undefined;

  /** @param history Kept records, ascending by step. */
  constructor(private readonly history: () => readonly StepRecord[]) {}

  /** Takes a record as it comes: of a new step, or of one that is taken again. */
  note(record: StepRecord): void {
    if (this.latest?.step === record.step - 1) this.previous = this.latest;
    else if (this.latest?.step !== record.step) this.previous = undefined;
    this.latest = record;
  }

  /** The record of `step`; undefined where it was not kept. */
  at(step: number): StepRecord | undefined {
    if (step <= 0) return undefined;
    if (this.latest?.step === step) return this.latest;
    if (this.previous?.step === step) return this.previous;
    const records = this.history();
    let low = 0;
    let high = records.length - 1;
    while (low <= high) {
      const middle = (low + high) >> 1;
      const record = records[middle];
      if (!record) return undefined;
      if (record.step === step) return record;
      if (record.step < step) low = middle + 1;
      else high = middle - 1;
    }
    return undefined;
  }

  /** What is held may no longer be what the steps will be. */
  forget(step: number): void {
    if ((this.latest?.step ?? 0) > step) this.latest = undefined;
    if ((this.previous?.step ?? 0) > step) this.previous = undefined;
  }
}
