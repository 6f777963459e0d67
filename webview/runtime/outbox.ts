// Sends step records and ended epochs out, packed, at most 20 messages a second, in order and before everything that
// speaks of them. Works from inside a loop that never awaits: posting needs no event loop.
import type { EpochRecord } from '../../src/shared/core/run';
import type { StepRecord } from '../../src/shared/core/stepRecord';
import { encodeStepRecords } from '../../src/shared/protocol/codec';
import { native, postToHost } from './scope';

/** Least time between two messages with records, in milliseconds. */
const INTERVAL_MS = 50;

/** Collects records and posts them. */
export class Outbox {
  private records: StepRecord[] = [];
  private epochs: EpochRecord[] = [];
  private lastSent = -Infinity;
  private timer: number | undefined;

  constructor(private readonly memory: () => { numTensors: number; numBytes: number }) {}

  add(records: readonly StepRecord[]): void {
    for (const record of records) this.records.push(record);
    this.sendSoon();
  }

  /** An epoch whose last step was added before. */
  addEpoch(epoch: EpochRecord): void {
    this.epochs.push(epoch);
    this.sendSoon();
  }

  private sendSoon(): void {
    const wait = this.lastSent + INTERVAL_MS - native.now();
    if (wait <= 0) this.flush();
    else this.timer ??= native.setTimeout(() => this.flush(), wait);
  }

  /** Sends everything now. */
  flush(): void {
    native.clearTimeout(this.timer);
    this.timer = undefined;
    const { records, epochs } = this;
    if (records.length === 0 && epochs.length === 0) return;
    const batch = encodeStepRecords(records);
    this.records = [];
    this.epochs = [];
    this.lastSent = native.now();
    postToHost({ type: 'steps', batch, epochs, memory: this.memory() }, [batch]);
  }
}
