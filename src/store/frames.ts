// The bytes of a run's file: a magic number, then frames that are only ever appended. A frame is
// length (u32), CRC-32 of kind and payload (u32), kind (u8), payload; little-endian. A crash can tear
// only the tail: reading stops at the first frame that is short or fails its check.
import type { FileHandle } from 'node:fs/promises';
import { crc32 } from 'node:zlib';
import { parse, stringify } from './json';

/** First bytes of the file; the last is the version of the layout. */
export const FILE_MAGIC = Buffer.from('GLRUN\u0001', 'latin1');

/** Bytes of a frame before its payload. */
export const FRAME_HEADER = 9;
/** Largest payload that is believed, bytes: a torn length must not make us allocate. */
const MAX_PAYLOAD = 256 * 1024 * 1024;

/** What a frame holds. */
export type FrameKind = 'json' | 'records';
const KINDS: readonly FrameKind[] = ['json', 'records'];

export interface Frame {
  kind: FrameKind;
  payload: Buffer;
}

/** The bytes of one frame. */
export function encodeFrame(kind: FrameKind, payload: Uint8Array): Buffer {
  const frame = Buffer.allocUnsafe(FRAME_HEADER + payload.length);
  frame.writeUInt32LE(payload.length, 0);
  frame.writeUInt8(KINDS.indexOf(kind), 8);
  frame.set(payload, FRAME_HEADER);
  frame.writeUInt32LE(crc32(frame.subarray(8)), 4);
  return frame;
}

/** Bytes that are read at a time. */
const CHUNK = 4 * 1024 * 1024;

/** A frame, and where its payload begins in the file. */
export interface PlacedFrame extends Frame {
  offset: number;
}

/**
 * All whole frames of a file from byte `from` on, in order, with no more than one of them and a few megabytes in memory.
 * The payloads share memory: they hold until the next one. Returns how many bytes of a torn tail follow the last.
 */
export async function* readFrames(
  file: FileHandle,
  from = FILE_MAGIC.length,
): AsyncGenerator<PlacedFrame, number> {
  const { size } = await file.stat();
  let buffer = Buffer.allocUnsafe(Math.min(CHUNK, Math.max(1, size - from)));
  /** Of the file: where the buffer begins, and up to where it is filled. */
  let start = from;
  let end = from;
  /** Makes bytes [at, until) of the file lie in the buffer; false where the file ends before. */
  const hold = async (at: number, until: number): Promise<boolean> => {
    if (until <= end) return true;
    if (until > size) return false;
    const old = buffer;
    if (until - at > buffer.length) buffer = Buffer.allocUnsafe(until - at);
    old.copy(buffer, 0, at - start, end - start);
    start = at;
    while (end < until) {
      const room = Math.min(buffer.length - (end - start), size - end);
      const { bytesRead } = await file.read(buffer, end - start, room, end);
      if (bytesRead === 0) return false;
      end += bytesRead;
    }
    return true;
  };
  let at = from;
  while (await hold(at, at + FRAME_HEADER)) {
    const length = buffer.readUInt32LE(at - start);
    const until = at + FRAME_HEADER + length;
    if (length > MAX_PAYLOAD || !(await hold(at, until))) break;
    const frame = buffer.subarray(at - start, until - start);
    if (crc32(frame.subarray(8)) !== frame.readUInt32LE(4)) break;
    const kind = KINDS[frame.readUInt8(8)];
    const offset = at + FRAME_HEADER;
    // A kind of a later version is skipped: its check held.
    if (kind) yield { kind, payload: frame.subarray(FRAME_HEADER), offset };
    at = until;
  }
  return Math.max(0, size - at);
}

/** The payload of a JSON frame. */
export function encodeJson(value: unknown): Buffer {
  return Buffer.from(stringify(value), 'utf8');
}

/** What {@link encodeJson} took. */
export function decodeJson(payload: Buffer): unknown {
  return parse(payload.toString('utf8'));
}
