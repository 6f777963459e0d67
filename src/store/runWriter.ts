// Writes a run to its file as it goes, so that a reload of the window loses no history. Bounded: as
// the file fills, fewer and fewer steps are kept whole; of the others the scalars are.
import { mkdir, open, type FileHandle } from 'node:fs/promises';
import path from 'node:path';
import type { EpochRecord } from '../shared/core/run';
import type { StepRecord } from '../shared/core/stepRecord';
import { encodeStepRecords } from '../shared/protocol/codec';
import type { RunView } from '../shared/protocol/panel';
import { encodeFrame, encodeJson, FILE_MAGIC, type FrameKind } from './frames';
import { StoreError, systemMessage } from './storeError';

/** Default bound of a run's file, bytes. */
const MAX_BYTES = 256 * 1024 * 1024;
/** Share of the bound that whole steps may fill; the rest is for scalars and views. */
const WHOLE_SHARE = 0.9;

/** A JSON frame. */
export type StoredEvent = { type: 'view'; view: RunView } | { type: 'epoch'; epoch: EpochRecord };

export interface RunWriterOptions {
  maxBytes?: number;
  /** Told once when writing fails; the run goes on without its file. */
  onError?: (error: StoreError) => void;
}

/** A step without its tensors. */
function scalarsOf(record: StepRecord): StepRecord {
  return { ...record, layers: {}, tensors: {} };
}

/** Appends to one file. All appends are queued and written in order. */
export class RunWriter {
  private queue: Promise<void> = Promise.resolve();
  private size = FILE_MAGIC.length;
  private failed = false;

  private constructor(
    readonly file: string,
    private readonly handle: FileHandle,
    private readonly maxBytes: number,
    private readonly onError: (error: StoreError) => void,
  ) {}

  /** Creates the file, and its folder. Throws a StoreError where that fails. */
  static async create(file: string, options: RunWriterOptions = {}): Promise<RunWriter> {
    try {
      await mkdir(path.dirname(file), { recursive: true });
      const handle = await open(file, 'w');
      await handle.write(FILE_MAGIC);
      return new RunWriter(
        file,
        handle,
        options.maxBytes ?? MAX_BYTES,
        options.onError ?? (() => undefined),
      );
    } catch (error) {
      throw new StoreError(
        'cannot-write',
        `The run cannot be kept: ${file} could not be created (${systemMessage(error)}). ` +
          'Make the folder writable; training goes on without it.',
        { cause: error },
      );
    }
  }

  /** Bytes given to the file so far. */
  get bytes(): number {
    return this.size;
  }

  /** Every how many steps one is kept whole now: 1, then 2, 4, … as the space left halves. */
  get stride(): number {
    const left = 1 - this.size / (this.maxBytes * WHOLE_SHARE);
    return left <= 2 ** -20 ? Infinity : 2 ** Math.max(0, Math.floor(-Math.log2(left)));
  }

  appendRecords(records: readonly StepRecord[]): void {
    if (records.length === 0) return;
    const { stride } = this;
    const kept = records.map((record) =>
      record.step % stride === 0 || record.step === 1 ? record : scalarsOf(record),
    );
    this.append('records', new Uint8Array(encodeStepRecords(kept)));
  }

  appendView(view: RunView): void {
    this.append('json', encodeJson({ type: 'view', view } satisfies StoredEvent));
  }

  appendEpoch(epoch: EpochRecord): void {
    this.append('json', encodeJson({ type: 'epoch', epoch } satisfies StoredEvent));
  }

  /** Resolves when all appends so far are in the file. */
  async flush(): Promise<void> {
    await this.queue;
  }

  /** Writes the rest and closes the file. Never rejects. */
  async close(): Promise<void> {
    await this.queue;
    this.failed = true;
    await this.handle.close().catch((error: unknown) => this.fail(error));
  }

  private append(kind: FrameKind, payload: Uint8Array): void {
    const frame = encodeFrame(kind, payload);
    if (this.failed || this.size + frame.length > this.maxBytes) return;
    this.size += frame.length;
    this.queue = this.queue.then(async () => {
      if (this.failed) return;
      try {
        // writeFile on a handle writes all of it, from where the last write ended.
        await this.handle.writeFile(frame);
      } catch (error) {
        this.fail(error);
      }
    });
  }

  private fail(error: unknown): void {
    this.failed = true;
    this.onError(
      new StoreError(
        'cannot-write',
        `The run is no longer kept: writing ${this.file} failed (${systemMessage(error)}). ` +
          'Training goes on; after a reload of the window, its history ends here.',
        { cause: error },
      ),
    );
  }
}
