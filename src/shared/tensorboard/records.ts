// TFRecord framing: length (u64), masked CRC of the length (u32), data, masked CRC of the data (u32), all
// little-endian. Source: tensorflow/core/lib/io/record_writer.cc; tensorboard/data/server/tf_record.rs.
import { maskedCrc } from './crc';
import { LogError } from './logError';

/** Bytes before the data: its length and the CRC of that. */
export const HEADER_BYTES = 12;
/** Bytes after the data: its CRC. */
export const FOOTER_BYTES = 4;

/**
 * Longest record that is read, bytes. Summaries of scalars and histograms take a few hundred kilobytes, images and
 * graphs a few megabytes; whatever claims more is not worth the memory.
 */
export const MAX_RECORD_BYTES = 256 * 2 ** 20;

/** One record with its frame. */
export function frameRecord(data: Uint8Array): Uint8Array<ArrayBuffer> {
  const framed = new Uint8Array(HEADER_BYTES + data.length + FOOTER_BYTES);
  const view = new DataView(framed.buffer);
  view.setUint32(0, data.length, true);
  view.setUint32(4, Math.floor(data.length / 2 ** 32), true);
  view.setUint32(8, maskedCrc(framed.subarray(0, 8)), true);
  framed.set(data, HEADER_BYTES);
  view.setUint32(HEADER_BYTES + data.length, maskedCrc(data), true);
  return framed;
}

/** What a {@link RecordReader} makes of the next bytes. */
export type ReadRecord =
  /** A whole record whose checksum fits; valid until the next call. */
  | { type: 'record'; data: Uint8Array; at: number }
  /** A record was damaged and is left out; reading goes on behind it. */
  | { type: 'damaged'; at: number }
  /** What follows has not been written yet, or never will be. */
  | { type: 'torn'; at: number };

/**
 * Reads records out of the chunks of a file that may still grow. A torn tail waits for its rest. A record whose
 * data are damaged is skipped; one whose length is damaged ends the file, as nobody knows where the next begins:
 * {@link next} throws a LogError then, and at every later call.
 */
export class RecordReader {
  private bytes = new Uint8Array(0);
  /** Part of {@link bytes} that is used. */
  private start = 0;
  private end = 0;
  /** Place of {@link start} in the file. */
  private position = 0;
  private failure: LogError | undefined;

  /** @param file named in errors. */
  constructor(private readonly file: string) {}

  /** Place in the file up to which records were read, bytes. */
  get offset(): number {
    return this.position;
  }

  /** Bytes that wait for the rest of their record. */
  get pending(): number {
    return this.end - this.start;
  }

  /** Takes the next bytes of the file. */
  push(chunk: Uint8Array): void {
    const needed = this.pending + chunk.length;
    if (this.end + chunk.length > this.bytes.length) {
      // In place where half is free, so that small chunks do not move much.
      const grown =
        needed * 2 <= this.bytes.length ? this.bytes : new Uint8Array(Math.max(4096, needed * 2));
      grown.set(this.bytes.subarray(this.start, this.end));
      this.end -= this.start;
      this.start = 0;
      this.bytes = grown;
    }
    this.bytes.set(chunk, this.end);
    this.end += chunk.length;
  }

  /** The next record. Throws a LogError where the file cannot be read any further. */
  next(): ReadRecord {
    if (this.failure) throw this.failure;
    const at = this.position;
    if (this.pending < HEADER_BYTES) return { type: 'torn', at };
    const view = new DataView(this.bytes.buffer, this.start, this.pending);
    const header = this.bytes.subarray(this.start, this.start + 8);
    if (view.getUint32(8, true) !== maskedCrc(header)) this.fail('corrupt-record', at);
    const length = view.getUint32(0, true) + view.getUint32(4, true) * 2 ** 32;
    if (length > MAX_RECORD_BYTES) this.fail('oversized-record', at, length);
    const size = HEADER_BYTES + length + FOOTER_BYTES;
    if (this.pending < size) return { type: 'torn', at };
    const from = this.start + HEADER_BYTES;
    const data = this.bytes.subarray(from, from + length);
    const crc = view.getUint32(HEADER_BYTES + length, true);
    this.start += size;
    this.position += size;
    return crc === maskedCrc(data) ? { type: 'record', data, at } : { type: 'damaged', at };
  }

  private fail(code: 'corrupt-record' | 'oversized-record', at: number, length = 0): never {
    const what =
      code === 'corrupt-record'
        ? `is damaged at byte ${at}: the length of a record does not fit its checksum`
        : `claims a record of ${length} bytes at byte ${at}; ${MAX_RECORD_BYTES} are read at most`;
    this.failure = new LogError(
      code,
      `The event file ${this.file} ${what}. What came before is shown; copy the file again if it came over a network.`,
    );
    throw this.failure;
  }
}
