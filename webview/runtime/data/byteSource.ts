// Bytes that are fetched when they are needed and kept: a file read by blocks, or the output of a
// decompressor read from its beginning.
import { formatError, missingError } from './dataError';
import type { WorkspaceReader } from './workspaceReader';

/** Bytes that may not be there yet. */
export interface ByteSource {
  /** The file they come from, for messages. */
  readonly file: string;
  /** Makes bytes [start, end) readable; undefined where they are already. */
  ensure(start: number, end: number): Promise<void> | undefined;
  /** The bytes [start, end), which `ensure` made readable. Valid until the next `ensure`. */
  view(start: number, end: number): Uint8Array;
}

/** One mebibyte: 47 requests for all of MNIST, and a first batch that waits for 2 % of it. */
const BLOCK_BYTES = 1024 * 1024;

/** A file read by blocks, in any order; what was read stays in memory. */
export class RangeFile implements ByteSource {
  private readonly bytes: Uint8Array;
  /** Per block: undefined not asked for, a promise under way, true there. */
  private readonly blocks: (Promise<void> | true | undefined)[];

  private constructor(
    private readonly reader: WorkspaceReader,
    readonly file: string,
    readonly size: number,
  ) {
    this.bytes = new Uint8Array(size);
    this.blocks = new Array<undefined>(Math.ceil(size / BLOCK_BYTES)).fill(undefined);
  }

  /** Opens a file; nothing is read of it yet. */
  static async open(
    reader: WorkspaceReader,
    file: string,
    remedy = 'Check the path: it is relative to the folder of the model file, then to the workspace folder.',
  ): Promise<RangeFile> {
    let stat: { size: number; isDirectory: boolean };
    try {
      stat = await reader.stat(file);
    } catch (error) {
      throw missingError(file, remedy, error);
    }
    if (stat.isDirectory) {
      throw formatError(file, { expected: 'a file', found: 'a folder', remedy });
    }
    return new RangeFile(reader, file, stat.size);
  }

  ensure(start: number, end: number): Promise<void> | undefined {
    if (end > this.size) {
      throw formatError(this.file, {
        expected: `at least ${end} bytes`,
        found: `${this.size}`,
        remedy: 'The file is cut off: download or create it again.',
      });
    }
    let waiting: Promise<void>[] | undefined;
    for (let block = Math.floor(start / BLOCK_BYTES); block * BLOCK_BYTES < end; block++) {
      const state = (this.blocks[block] ??= this.fetch(block));
      if (state !== true) (waiting ??= []).push(state);
    }
    return waiting && Promise.all(waiting).then(() => undefined);
  }

  view(start: number, end: number): Uint8Array {
    return this.bytes.subarray(start, end);
  }

  private async fetch(block: number): Promise<void> {
    const start = block * BLOCK_BYTES;
    const end = Math.min(this.size, start + BLOCK_BYTES);
    try {
      const part = new Uint8Array(await this.reader.readFile(this.file, start, end));
      if (part.length !== end - start) {
        throw formatError(this.file, {
          expected: `${end - start} bytes at offset ${start}`,
          found: `${part.length}`,
          remedy: 'The file changed while it was read: start the run again.',
        });
      }
      this.bytes.set(part, start);
      this.blocks[block] = true;
    } catch (error) {
      this.blocks[block] = undefined; // The next batch may try again.
      throw error;
    }
  }
}

/** Bytes that arrive in order, such as a decompressor's output; what has arrived stays in memory. */
export class SequentialBytes implements ByteSource {
  private bytes: Uint8Array;
  private length = 0;
  private last: Promise<void> = Promise.resolve();

  constructor(
    readonly file: string,
    private readonly chunks: AsyncIterator<Uint8Array, void, undefined>,
    /** How many bytes there will be, where it is known. */
    expectedBytes = BLOCK_BYTES,
  ) {
    this.bytes = new Uint8Array(expectedBytes);
  }

  ensure(_start: number, end: number): Promise<void> | undefined {
    if (end <= this.length) return undefined;
    // One reader at a time: the chunks come in order.
    this.last = this.last.then(() => this.advance(end));
    return this.last;
  }

  view(start: number, end: number): Uint8Array {
    return this.bytes.subarray(start, end);
  }

  private async advance(end: number): Promise<void> {
    while (this.length < end) {
      const { done, value } = await this.chunks.next();
      if (done) {
        throw formatError(this.file, {
          expected: `at least ${end} bytes after decompression`,
          found: `${this.length}`,
          remedy: 'The file is cut off: download or create it again.',
        });
      }
      if (this.length + value.length > this.bytes.length) {
        const wanted = Math.max(this.length + value.length, this.bytes.length * 2);
        const larger = new Uint8Array(wanted);
        larger.set(this.bytes.subarray(0, this.length));
        this.bytes = larger;
      }
      this.bytes.set(value, this.length);
      this.length += value.length;
    }
  }
}
