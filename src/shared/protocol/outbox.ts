// Sends step records and ended epochs out, packed, at most 20 messages a second, in order and before everything that
// speaks of them. Works from inside a loop that never awaits: posting needs no event loop.
import type { EpochRecord } from '../core/run';
import type { StepRecord } from '../core/stepRecord';
import { encodeStepRecords } from './codec';
import type { FromRuntime } from './runtime';

/** Least time between two messages with records, in milliseconds. */
const INTERVAL_MS = 50;

type StepsMessage = Extract<FromRuntime, { type: 'steps' }>;

/** What an outbox needs of where it runs. */
export interface OutboxHost {
  /** Takes the message, and with it its buffer. */
  post(message: StepsMessage): void;
  /** tf.memory() of the program. */
  memory(): StepsMessage['memory'];
  /** Milliseconds of any monotonic clock. */
  now(): number;
  /** Runs `task` later; what it returns forgets it. */
  later(task: () => void, ms: number): () => void;
}

/** Collects records and posts them. */
export class Outbox {
  private records: StepRecord[] = [];
  private epochs: EpochRecord[] = [];
  private lastSent = -Infinity;
  private forget: (() => void) | undefined;

  constructor(private readonly host: OutboxHost) {}

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
    const wait = this.lastSent + INTERVAL_MS - this.host.now();
    if (wait <= 0) this.flush();
    else this.forget ??= this.host.later(() => this.flush(), wait);
  }

  /** Sends everything now. */
  flush(): void {
    this.forget?.();
    this.forget = undefined;
    const { records, epochs } = this;
    if (records.length === 0 && epochs.length === 0) return;
    const batch = encodeStepRecords(records);
    this.records = [];
    this.epochs = [];
    this.lastSent = this.host.now();
    this.host.post({ type: 'steps', batch, epochs, memory: this.host.memory() });
  }
}
