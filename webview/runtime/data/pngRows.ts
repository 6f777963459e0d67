// The rows of a large PNG as they are decompressed, so that the first ones are usable before the
// rest was read. For what data sets use: 8 bits per channel, not interlaced, no palette
// (PNG specification, third edition: 5 datastream, 9 filtering).
import { RangeFile } from './byteSource';
import { formatError } from './dataError';
import { filePieces, inflate } from './inflate';
import { imageData } from './pngChunks';
import { unfilter } from './pngFilter';
import type { WorkspaceReader } from './workspaceReader';

const SIGNATURE = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];
/** Bytes up to and including the header chunk. */
const HEADER_BYTES = 33;
/** Channels by colour type: grey, RGB, grey with alpha, RGB with alpha. */
const CHANNELS: Partial<Record<number, number>> = { 0: 1, 2: 3, 4: 2, 6: 4 };

/** A PNG decoded from its first row to the last one asked for. */
export class PngRows {
  /** Bytes of the decoded rows, one after the other. */
  private readonly pixels: Uint8Array;
  private readonly rowBytes: number;
  private readonly scanlines: AsyncIterator<Uint8Array, void, undefined>;
  private decoded = 0;
  /** Decompressed bytes of the scanline that is not complete yet: a filter byte, then the row. */
  private readonly partial: Uint8Array;
  private partialLength = 0;
  private last: Promise<void> = Promise.resolve();

  private constructor(
    readonly file: string,
    readonly width: number,
    readonly height: number,
    readonly channels: number,
    compressed: AsyncIterator<Uint8Array, void, undefined>,
  ) {
    this.rowBytes = width * channels;
    this.pixels = new Uint8Array(this.rowBytes * height);
    this.partial = new Uint8Array(this.rowBytes + 1);
    this.scanlines = inflate(file, 'deflate', compressed);
  }

  /** Opens a PNG and reads its header. */
  static async open(reader: WorkspaceReader, file: string, remedy: string): Promise<PngRows> {
    const { size } = await RangeFile.open(reader, file, remedy);
    const head = new DataView(await reader.readFile(file, 0, Math.min(size, HEADER_BYTES)));
    const isPng =
      head.byteLength === HEADER_BYTES && SIGNATURE.every((byte, i) => head.getUint8(i) === byte);
    if (!isPng) {
      throw formatError(file, { expected: 'a PNG image', found: 'other bytes', remedy });
    }
    const depth = head.getUint8(24);
    const colour = head.getUint8(25);
    const channels = CHANNELS[colour];
    if (depth !== 8 || channels === undefined || head.getUint8(28) !== 0) {
      throw formatError(file, {
        expected: '8 bits per channel, grey or colour, not interlaced',
        found: `${depth} bits, colour type ${colour}${head.getUint8(28) ? ', interlaced' : ''}`,
        remedy,
      });
    }
    const data = imageData(file, filePieces(reader, file, HEADER_BYTES, size));
    return new PngRows(file, head.getUint32(16), head.getUint32(20), channels, data);
  }

  /** Makes rows 0 to `end` − 1 readable; undefined where they are already. */
  ensure(end: number): Promise<void> | undefined {
    if (end <= this.decoded) return undefined;
    this.last = this.last.then(() => this.advance(end));
    return this.last;
  }

  /** A row's bytes, which `ensure` made readable. */
  row(index: number): Uint8Array {
    return this.pixels.subarray(index * this.rowBytes, (index + 1) * this.rowBytes);
  }

  private async advance(end: number): Promise<void> {
    while (this.decoded < end) {
      const { done, value } = await this.scanlines.next();
      if (done) {
        throw formatError(this.file, {
          expected: `${this.height} rows of pixels`,
          found: `${this.decoded}`,
          remedy: 'The image is cut off: download it again.',
        });
      }
      for (let at = 0; at < value.length && this.decoded < this.height;) {
        const part = value.subarray(at, at + this.partial.length - this.partialLength);
        this.partial.set(part, this.partialLength);
        this.partialLength += part.length;
        at += part.length;
        if (this.partialLength === this.partial.length) this.finishRow();
      }
    }
  }

  private finishRow(): void {
    const filter = this.partial[0] ?? 0;
    const row = this.row(this.decoded);
    row.set(this.partial.subarray(1));
    const above = this.decoded > 0 ? this.row(this.decoded - 1) : undefined;
    if (!unfilter(filter, row, above, this.channels)) {
      throw formatError(this.file, {
        expected: 'a row filter from 0 to 4',
        found: `${filter} in row ${this.decoded}`,
        remedy: 'The image is damaged: download it again.',
      });
    }
    this.decoded++;
    this.partialLength = 0;
  }
}
