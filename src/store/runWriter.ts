// Writes a run to its file as it goes, so that a reload of the window loses no history. Bounded: as
// the file fills, fewer and fewer steps are kept whole; of the others the scalars are. What waits to
// be written is bounded too, however fast the training and however slow the disk.
import { mkdir, open, type FileHandle } from 'node:fs/promises';
import path from 'node:path';
import type { EpochRecord } from '../shared/core/run';
import type { StepRecord } from '../shared/core/stepRecord';
import { Peaks } from '../run/notable';
import { encodePacked } from '../shared/protocol/codec';
import type { RunView } from '../shared/protocol/panel';
import { RecordPacker, type PackedRecord } from '../shared/protocol/recordPacker';
import { encodeFrame, encodeJson, FILE_MAGIC, type FrameKind } from './frames';
import { StoreError, systemMessage } from './storeError';

/** Default bound of a run's file, bytes. */
const MAX_BYTES = 256 * 1024 * 1024;
/** Share of the bound that whole steps may fill; the rest is for scalars and views. */
const WHOLE_SHARE = 0.9;
/** Default bound of what waits to be written, bytes. */
const BUFFER_BYTES = 6 * 1024 * 1024;
/** Share of the buffer at which a batch is written without being asked for. */
const BATCH_SHARE = 0.25;

/** A JSON frame. */
export type StoredEvent =
  | { type: 'view'; view: RunView }
  | { type: 'epoch'; epoch: EpochRecord }
  /** What came after this step is no part of the run any more. */
  | { type: 'cut'; step: number };

export interface RunWriterOptions {
  maxBytes?: number;
  /** Bytes that may wait to be written. */
  bufferBytes?: number;
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
  private packer = new RecordPacker();
  private batch: PackedRecord[] = [];
  /** Bytes of the batch, and of the frames that are queued. */
  private batchBytes = 0;
  private queuedBytes = 0;
  private readonly peaks = new Peaks();

  private constructor(
    readonly file: string,
    private readonly handle: FileHandle,
    private readonly maxBytes: number,
    private readonly bufferBytes: number,
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
        options.bufferBytes ?? BUFFER_BYTES,
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

  /** Bytes that wait to be written. */
  get waitingBytes(): number {
    return this.batchBytes + this.queuedBytes;
  }

  /** Every how many steps one is kept whole now: 1, then 2, 4, … as the space left halves. */
  get stride(): number {
    const left = 1 - (this.size + this.batchBytes) / (this.maxBytes * WHOLE_SHARE);
    return left <= 2 ** -20 ? Infinity : 2 ** Math.max(0, Math.floor(-Math.log2(left)));
  }

  /** Takes a record into the batch. It is packed at once: as an object it is many times as large. */
  addRecord(record: StepRecord): void {
    if (this.failed) return;
    const packed = this.packer.pack(this.keepsWhole(record) ? record : scalarsOf(record));
    // A disk that takes nothing at all: what it misses is missing from the file.
    if (this.waitingBytes + packed.bytes.length > this.bufferBytes) return;
    this.batch.push(packed);
    this.batchBytes += packed.bytes.length;
    if (this.batchBytes > this.bufferBytes * BATCH_SHARE) this.writeBatch();
  }

  /** Queues the batch. */
  writeBatch(): void {
    if (this.batch.length === 0) return;
    const bytes = encodePacked(this.packer.templates, this.batch);
    this.batch = [];
    this.batchBytes = 0;
    this.packer = new RecordPacker();
    this.append('records', new Uint8Array(bytes));
  }

  /**
   * Whole are the steps of the stride while the disk keeps up, and those that stand out as long as
   * there is any room: thinning must not hide a spike.
   */
  private keepsWhole(record: StepRecord): boolean {
    const standsOut = this.peaks.note(record);
    const { stride } = this;
    if (record.step === 1 || (standsOut && stride < Infinity)) return true;
    return record.step % stride === 0 && this.waitingBytes < this.bufferBytes / 2;
  }

  appendView(view: RunView): void {
    this.append('json', encodeJson({ type: 'view', view } satisfies StoredEvent));
  }

  appendEpoch(epoch: EpochRecord): void {
    this.append('json', encodeJson({ type: 'epoch', epoch } satisfies StoredEvent));
  }

  appendCut(step: number): void {
    this.append('json', encodeJson({ type: 'cut', step } satisfies StoredEvent));
  }

  /** Resolves when all appends so far are in the file. */
  async flush(): Promise<void> {
    await this.queue;
  }

  /** Writes the rest and closes the file. Never rejects. */
  async close(): Promise<void> {
    this.writeBatch();
    await this.queue;
    this.failed = true;
    await this.handle.close().catch((error: unknown) => this.fail(error));
  }

  private append(kind: FrameKind, payload: Uint8Array): void {
    const frame = encodeFrame(kind, payload);
    if (this.failed || this.size + frame.length > this.maxBytes) return;
    this.size += frame.length;
    this.queuedBytes += frame.length;
    this.queue = this.queue.then(async () => {
      try {
        // writeFile on a handle writes all of it, from where the last write ended.
        if (!this.failed) await this.handle.writeFile(frame);
      } catch (error) {
        this.fail(error);
      } finally {
        this.queuedBytes -= frame.length;
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
