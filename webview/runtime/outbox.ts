// Sends step records out, packed, at most 20 messages a second, in order and before everything that
// speaks of them. Works from inside a loop that never awaits: posting needs no event loop.
import type { StepRecord } from '../../src/shared/core/stepRecord';
import { encodeStepRecords } from '../../src/shared/protocol/codec';
import { native, postToHost } from './scope';

/** Least time between two messages with records, in milliseconds. */
const INTERVAL_MS = 50;

/** Collects records and posts them. */
export class Outbox {
  private records: StepRecord[] = [];
  private lastSent = -Infinity;
  private timer: number | undefined;

  constructor(private readonly memory: () => { numTensors: number; numBytes: number }) {}

  add(records: readonly StepRecord[]): void {
    for (const record of records) this.records.push(record);
    const wait = this.lastSent + INTERVAL_MS - native.now();
    if (wait <= 0) this.flush();
    else this.timer ??= native.setTimeout(() => this.flush(), wait);
  }

  /** Sends everything now. */
  flush(): void {
    native.clearTimeout(this.timer);
    this.timer = undefined;
    if (this.records.length === 0) return;
    const batch = encodeStepRecords(this.records);
    this.records = [];
    this.lastSent = native.now();
    postToHost({ type: 'steps', batch, memory: this.memory() }, [batch]);
  }
}
