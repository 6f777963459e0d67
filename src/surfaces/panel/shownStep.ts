// Which step a page shows: the one that its user moved to, else the one that a debugger looks at, else the
// newest. A step whose record was thinned out is shown by the nearest one that was kept.
import type { StepRecord } from '../../shared/core/stepRecord';
import { encodeStepRecords } from '../../shared/protocol/codec';
import type { FromPanel, ShownStep } from '../../shared/protocol/panel';
import type { ShownRun } from './shownRun';

/** What a page asks to be shown. */
export type Look = Omit<Extract<FromPanel, { type: 'look' }>, 'type'>;

/** Index of the first of ascending records whose step is at least `step`. */
function firstFrom(records: readonly StepRecord[], step: number): number {
  let low = 0;
  let high = records.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((records[middle]?.step ?? 0) < step) low = middle + 1;
    else high = middle;
  }
  return low;
}

/**
 * The record nearest to `step`, the earlier one of two; with a side the next one on that side, or the last one
 * there is. Undefined where there is none.
 */
export function recordAt(
  records: readonly StepRecord[],
  step: number,
  side?: Look['side'],
): StepRecord | undefined {
  if (side === 'before') return records[Math.max(0, firstFrom(records, step) - 1)];
  if (side === 'after') return records[firstFrom(records, step + 1)] ?? records.at(-1);
  const index = firstFrom(records, step);
  const before = records[index - 1];
  const after = records[index];
  if (!before || !after) return before ?? after;
  return after.step - step < step - before.step ? after : before;
}

/** Follows the shown step of one run for one page. */
export class ShownSteps {
  /** Step that the user moved to. */
  private asked: number | undefined;
  /** Where a debugger was then: its next stop counts for more. */
  private debugged: ShownStep | undefined;
  private sent: StepRecord | undefined;

  constructor(private readonly run: ShownRun) {}

  /** The step that a page means, by the records that are kept; undefined: where the training stands. */
  find({ step, side }: Look): number | undefined {
    if (step === undefined) return undefined;
    return recordAt(this.run.history.records, step, side)?.step;
  }

  /** Shows a step, or the newest again. */
  look(step: number | undefined): void {
    this.asked = step;
    this.debugged = this.run.debugged?.();
  }

  /** What is shown in the place of the newest step. */
  get cursor(): ShownStep | undefined {
    const debugged = this.run.debugged?.();
    if (debugged !== this.debugged) {
      this.debugged = debugged;
      this.asked = undefined;
    }
    // A change of the training forgets the steps behind it.
    if (this.asked !== undefined && this.asked > this.run.history.step) this.asked = undefined;
    return this.asked === undefined ? debugged : { step: this.asked };
  }

  /** The cursor, and the packed record at it where that is another than the last one sent. */
  message(isWhole: boolean): { cursor?: ShownStep; shown?: ArrayBuffer } {
    const { cursor } = this;
    if (isWhole || !cursor) this.sent = undefined;
    if (!cursor) return {};
    const record = recordAt(this.run.history.records, cursor.step);
    if (!record || record === this.sent) return { cursor };
    this.sent = record;
    return { cursor, shown: encodeStepRecords([record]) };
  }
}
