// Growing byte writer and bounds-checked byte reader under the codec. Little-endian; integers as
// LEB128 varints (7 bits a byte, least significant first), since most counts are small.
import { ProtocolError } from './protocolError';

/** Appends values to a buffer that doubles as needed. */
export class ByteWriter {
  private bytes: Uint8Array<ArrayBuffer>;
  private view: DataView<ArrayBuffer>;
  private length = 0;

  constructor(capacity = 4096) {
    this.bytes = new Uint8Array(capacity);
    this.view = new DataView(this.bytes.buffer);
  }

  /** Bytes written so far. */
  get size(): number {
    return this.length;
  }

  /** Forgets what was written, and keeps the memory. */
  reset(): void {
    this.length = 0;
  }

  private reserve(extra: number): void {
    const needed = this.length + extra;
    if (needed <= this.bytes.length) return;
    let capacity = this.bytes.length * 2;
    while (capacity < needed) capacity *= 2;
    const grown = new Uint8Array(capacity);
    grown.set(this.bytes.subarray(0, this.length));
    this.bytes = grown;
    this.view = new DataView(grown.buffer);
  }

  u8(value: number): void {
    this.reserve(1);
    this.bytes[this.length++] = value;
  }

  u32(value: number): void {
    this.reserve(4);
    this.view.setUint32(this.length, value, true);
    this.length += 4;
  }

  f64(value: number): void {
    this.reserve(8);
    this.view.setFloat64(this.length, value, true);
    this.length += 8;
  }

  /** An integer 0 … 2^53 − 1. */
  varint(value: number): void {
    if (!(value >= 0 && Number.isSafeInteger(value))) {
      throw new ProtocolError(
        'unencodable-record',
        `A step record holds the count ${value}, which is not a whole number from 0 to 2^53 - 1. ` +
          'The source that built the record miscounts.',
      );
    }
    this.reserve(8);
    let rest = value;
    while (rest > 0x7f) {
      this.bytes[this.length++] = (rest % 0x80) | 0x80;
      rest = Math.floor(rest / 0x80);
    }
    this.bytes[this.length++] = rest;
  }

  raw(bytes: Uint8Array): void {
    this.reserve(bytes.length);
    this.bytes.set(bytes, this.length);
    this.length += bytes.length;
  }

  /** Text as UTF-16 code units with their number before them: lossless for any string. */
  text(value: string): void {
    this.varint(value.length);
    this.reserve(value.length * 2);
    for (let i = 0; i < value.length; i++) {
      this.view.setUint16(this.length, value.charCodeAt(i), true);
      this.length += 2;
    }
  }

  /** A copy of what was written. */
  finish(): Uint8Array<ArrayBuffer> {
    return this.bytes.slice(0, this.length);
  }
}

/** Reads what {@link ByteWriter} wrote; every read checks that its bytes are there. */
export class ByteReader {
  private readonly view: DataView;
  private offset = 0;

  constructor(private readonly bytes: Uint8Array) {
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  get remaining(): number {
    return this.bytes.length - this.offset;
  }

  /** Throws unless `size` more bytes are there. */
  private take(size: number, what: string): number {
    if (size > this.remaining) {
      throw new ProtocolError(
        'malformed-batch',
        `The batch of step records ends at byte ${this.bytes.length}, within ${what} ` +
          `(${size} bytes needed at byte ${this.offset}). It was cut off or is not such a batch.`,
      );
    }
    const at = this.offset;
    this.offset += size;
    return at;
  }

  fail(what: string): never {
    throw new ProtocolError(
      'malformed-batch',
      `The batch of step records is malformed at byte ${this.offset}: ${what}.`,
    );
  }

  u8(what: string): number {
    return this.bytes[this.take(1, what)] ?? 0;
  }

  u32(what: string): number {
    return this.view.getUint32(this.take(4, what), true);
  }

  f64(what: string): number {
    return this.view.getFloat64(this.take(8, what), true);
  }

  varint(what: string): number {
    let value = 0;
    let scale = 1;
    for (;;) {
      const byte = this.u8(what);
      value += (byte & 0x7f) * scale;
      if (value > Number.MAX_SAFE_INTEGER) this.fail(`${what} exceeds 2^53 - 1`);
      if (byte < 0x80) return value;
      scale *= 0x80;
      if (scale > 2 ** 49) this.fail(`${what} is longer than 8 bytes`);
    }
  }

  raw(size: number, what: string): Uint8Array {
    const at = this.take(size, what);
    return this.bytes.subarray(at, at + size);
  }

  text(what: string): string {
    const length = this.varint(what);
    const at = this.take(length * 2, what);
    const units: string[] = [];
    for (let i = 0; i < length; i++) {
      units.push(String.fromCharCode(this.view.getUint16(at + 2 * i, true)));
    }
    return units.join('');
  }
}
