// Messages as frames on a byte stream: the length of the body (u32, little-endian), then the body as
// MessagePack. Whoever sends may be cut off, broken or hostile: nothing is allocated on its word alone.
import { Decoder, encode } from '@msgpack/msgpack';
import { checkPacked } from './packedShape';
import { ProtocolError } from './protocolError';
import { messageOf } from '../core/thrown';

/** Most bytes of a frame's body, 64 MiB: a hundred times what a batch of a large net's records takes. */
export const MAX_FRAME = 64 * 2 ** 20;

/** Bytes before the body. */
const HEADER = 4;

/** Room of a decoder that holds part of a frame, in bytes; it grows with what arrives. */
const FIRST_ROOM = 4096;

/**
 * A message as a frame. Its own fields may be buffers; they arrive as Uint8Array. Throws a ProtocolError
 * with the code `frame-too-large` beyond {@link MAX_FRAME}.
 */
export function encodeFrame(message: object): Uint8Array<ArrayBuffer> {
  const fields = Object.entries(message as Record<string, unknown>).map(
    ([name, value]) =>
      [name, value instanceof ArrayBuffer ? new Uint8Array(value) : value] as const,
  );
  const body = encode(Object.fromEntries(fields), { ignoreUndefined: true });
  if (body.length > MAX_FRAME) throw tooLarge(body.length, MAX_FRAME);
  const frame = new Uint8Array(HEADER + body.length);
  new DataView(frame.buffer).setUint32(0, body.length, true);
  frame.set(body, HEADER);
  return frame;
}

/** Cuts a stream of bytes into messages, however they were cut on their way. */
export class FrameDecoder {
  readonly #decoder = new Decoder();
  /** Bytes of frames that are not complete: `#length` of them, from the beginning of `#room`. */
  #room = new Uint8Array(0);
  #length = 0;
  #limit: number;
  #broken: ProtocolError | undefined;

  /** @param limit Bytes of the largest body that is taken, e.g. a small one before a `hello`. */
  constructor(limit = MAX_FRAME) {
    this.#limit = limit;
  }

  /** The largest body that is taken from now on. */
  set limit(bytes: number) {
    this.#limit = bytes;
  }

  /** Bytes held of a frame that is not complete. */
  get held(): number {
    return this.#length;
  }

  /**
   * Takes the next bytes; gives the messages that are complete with them, unchecked. They share no memory
   * with `chunk`. Throws a ProtocolError where the stream is no stream of frames, then and ever after:
   * where the next frame begins cannot be known any more.
   */
  push(chunk: Uint8Array): unknown[] {
    const messages: unknown[] = [];
    this.read(chunk, (message) => messages.push(message));
    return messages;
  }

  /** As {@link push}, one message at a time: those before a broken frame are taken as well. */
  read(chunk: Uint8Array, take: (message: unknown) => void): void {
    if (this.#broken) throw this.#broken;
    const bytes = this.#length > 0 ? this.#append(chunk) : chunk;
    let at = 0;
    try {
      for (;;) {
        const body = this.#bodyAt(bytes, at);
        if (body === undefined) break;
        at += HEADER + body.length;
        take(this.#decode(body));
      }
    } catch (error) {
      if (error instanceof ProtocolError) this.#broken = error;
      throw error;
    } finally {
      this.#keep(bytes, at);
    }
  }

  /** The complete body at `at`; undefined where more bytes are needed. */
  #bodyAt(bytes: Uint8Array, at: number): Uint8Array | undefined {
    if (bytes.length - at < HEADER) return undefined;
    const length = new DataView(bytes.buffer, bytes.byteOffset + at, HEADER).getUint32(0, true);
    if (length > this.#limit) throw tooLarge(length, this.#limit);
    const end = at + HEADER + length;
    return bytes.length < end ? undefined : bytes.subarray(at + HEADER, end);
  }

  #decode(body: Uint8Array): unknown {
    checkPacked(body);
    try {
      // Byte strings are views of what is decoded: of a copy, which nothing writes to.
      return this.#decoder.decode(body.slice());
    } catch (error) {
      const reason = messageOf(error);
      throw new ProtocolError('malformed-frame', `A frame is no message: ${reason}.`, {
        cause: error,
      });
    }
  }

  #append(chunk: Uint8Array): Uint8Array {
    this.#reserve(this.#length + chunk.length);
    this.#room.set(chunk, this.#length);
    this.#length += chunk.length;
    return this.#room.subarray(0, this.#length);
  }

  /** Keeps what follows `from` for the next time. */
  #keep(bytes: Uint8Array, from: number): void {
    const rest = bytes.subarray(from);
    if (this.#length === 0) this.#reserve(rest.length);
    if (bytes.buffer !== this.#room.buffer) this.#room.set(rest);
    else if (from > 0) this.#room.copyWithin(0, from, from + rest.length);
    this.#length = rest.length;
    // What a large frame took is given back.
    if (rest.length === 0 && this.#room.length > FIRST_ROOM) this.#room = new Uint8Array(0);
  }

  #reserve(needed: number): void {
    if (needed <= this.#room.length) return;
    const grown = new Uint8Array(Math.max(FIRST_ROOM, needed, 2 * this.#room.length));
    grown.set(this.#room.subarray(0, this.#length));
    this.#room = grown;
  }
}

function tooLarge(length: number, limit: number): ProtocolError {
  return new ProtocolError(
    'frame-too-large',
    `A frame of ${length} bytes was announced; ${limit} are allowed.`,
  );
}
