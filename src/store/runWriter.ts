// Writes the steps of a run to its file as it goes, so that a reload of the window loses no history. Bounded: as
// the file fills, fewer and fewer steps are kept whole; of the others the scalars are. What waits to
// be written is bounded too, however fast the training and however slow the disk.
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import type { EpochRecord } from '../shared/core/run';
import type { StepRecord } from '../shared/core/stepRecord';
import { isNonFinite, Peaks, totalGradientNorm } from '../run/notable';
import { encodePacked } from '../shared/protocol/codec';
import type { RunView } from '../shared/protocol/panel';
import { RecordPacker, type RecordTemplate } from '../shared/protocol/recordPacker';
import { AppendFile } from './appendFile';
import { encodeFrame, encodeJson, FILE_MAGIC, FRAME_HEADER, type FrameKind } from './frames';
import { headOf, StepIndex, type IndexEntry } from './stepIndex';
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

/** A packed record with the template that it is readable by. */
export interface TemplatedRecord {
  template: RecordTemplate;
  bytes: Uint8Array<ArrayBuffer>;
}

/** A record of the batch; where it will be in the file, the index is told with its frame. */
interface Batched extends TemplatedRecord {
  /** Absent for a step without its tensors. */
  entry?: Omit<IndexEntry, 'offset' | 'size' | 'template'>;
}

/** A step without its tensors. */
function scalarsOf(record: StepRecord): StepRecord {
  const scalars: StepRecord = { ...record, layers: {}, tensors: {} };
  delete scalars.probe;
  return scalars;
}

/** Appends to one file. All appends are queued and written in order. */
export class RunWriter {
  /** Where which record is in what was appended. */
  readonly index = new StepIndex();
  private closed = false;
  private packer = new RecordPacker();
  private batch: Batched[] = [];
  private batchBytes = 0;
  private readonly peaks = new Peaks();

  private constructor(
    private readonly file: AppendFile,
    private readonly maxBytes: number,
    private readonly bufferBytes: number,
  ) {
    file.append(FILE_MAGIC);
  }

  /** Creates the file, and its folder. Throws a StoreError where that fails. */
  static async create(file: string, options: RunWriterOptions = {}): Promise<RunWriter> {
    const { maxBytes = MAX_BYTES, bufferBytes = BUFFER_BYTES, onError } = options;
    try {
      await mkdir(path.dirname(file), { recursive: true });
      const appended = await AppendFile.create(file, (why) =>
        onError?.(
          new StoreError(
            'cannot-write',
            `The run is no longer kept: writing ${file} failed (${why}). ` +
              'Training goes on; after a reload of the window, its history ends here.',
          ),
        ),
      );
      return new RunWriter(appended, maxBytes, bufferBytes);
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
    return this.file.size;
  }

  /** Bytes that wait to be written. */
  get waitingBytes(): number {
    return this.batchBytes + this.file.waitingBytes;
  }

  /** Every how many steps one is kept whole now: 1, then 2, 4, … as the space left halves. */
  get stride(): number {
    const left = 1 - (this.bytes + this.batchBytes) / (this.maxBytes * WHOLE_SHARE);
    return left <= 2 ** -20 ? Infinity : 2 ** Math.max(0, Math.floor(-Math.log2(left)));
  }

  /**
   * Takes a record into the batch. It is held packed: as an object it is many times as large.
   * @param packed the same record, where somebody has packed it already.
   */
  addRecord(record: StepRecord, packed?: TemplatedRecord): void {
    if (this.closed || this.file.failed) return;
    const standsOut = this.peaks.note(record);
    const isWhole = this.keepsWhole(record, standsOut);
    const taken = isWhole && packed ? packed : this.pack(isWhole ? record : scalarsOf(record));
    // A disk that takes nothing at all: what it misses is missing from the file.
    if (this.waitingBytes + taken.bytes.length > this.bufferBytes) return;
    const entry = isWhole && {
      head: headOf({ ...record, metrics: { ...record.metrics } }),
      gradientNorm: totalGradientNorm(record),
      isNonFinite: isNonFinite(record),
      standsOut,
    };
    this.batch.push({ ...taken, ...(entry && { entry }) });
    this.batchBytes += taken.bytes.length;
    if (this.batchBytes > this.bufferBytes * BATCH_SHARE) this.writeBatch();
  }

  /** Queues the batch. */
  writeBatch(): void {
    const { batch } = this;
    if (batch.length === 0) return;
    const templates = [...new Set(batch.map(({ template }) => template))];
    const numbers = new Map(templates.map((template, i) => [template, i]));
    const offsets: number[] = [];
    const bytes = encodePacked(
      templates,
      batch.map((one) => ({ template: numbers.get(one.template) ?? 0, bytes: one.bytes })),
      offsets,
    );
    this.batch = [];
    this.batchBytes = 0;
    this.packer = new RecordPacker();
    const start = this.append('records', new Uint8Array(bytes));
    if (start === undefined) return;
    batch.forEach(({ template, bytes: { length }, entry }, i) => {
      const place = { template, offset: start + (offsets[i] ?? 0), size: length };
      if (entry) this.index.add({ ...entry, ...place });
    });
  }

  /**
   * Whole are the steps of the stride while the disk keeps up, and those that stand out as long as
   * there is any room: thinning must not hide a spike.
   */
  private keepsWhole(record: StepRecord, standsOut: boolean): boolean {
    const { stride } = this;
    if (record.step === 1 || (standsOut && stride < Infinity)) return true;
    return record.step % stride === 0 && this.waitingBytes < this.bufferBytes / 2;
  }

  private pack(record: StepRecord): TemplatedRecord {
    const { template, bytes } = this.packer.pack(record);
    return { template: this.packer.templates[template] as RecordTemplate, bytes };
  }

  appendView(view: RunView): void {
    this.append('json', encodeJson({ type: 'view', view } satisfies StoredEvent));
  }

  appendEpoch(epoch: EpochRecord): void {
    this.append('json', encodeJson({ type: 'epoch', epoch } satisfies StoredEvent));
  }

  /** What came after `step` is no part of the run any more. */
  appendCut(step: number): void {
    this.index.cut(step);
    this.append('json', encodeJson({ type: 'cut', step } satisfies StoredEvent));
  }

  /** Brings what is written to the disk; resolves at once. */
  sync(): void {
    this.file.sync();
  }

  /** Resolves when all appends so far are in the file. */
  async flush(): Promise<void> {
    await this.file.flush();
  }

  /** Writes the rest and closes the file. Never rejects. */
  async close(): Promise<void> {
    this.writeBatch();
    this.closed = true;
    await this.file.close();
  }

  /** Returns where the payload begins in the file; undefined where there is no room for it. */
  private append(kind: FrameKind, payload: Uint8Array): number | undefined {
    const frame = encodeFrame(kind, payload);
    if (this.closed || this.file.failed || this.bytes + frame.length > this.maxBytes) return;
    const start = this.bytes + FRAME_HEADER;
    this.file.append(frame);
    return start;
  }
}
