// The bytes of a run's file: a magic number, then frames that are only ever appended. A frame is
// length (u32), CRC-32 of kind and payload (u32), kind (u8), payload; little-endian. A crash can tear
// only the tail: reading stops at the first frame that is short or fails its check.
import { crc32 } from 'node:zlib';
import { parse, stringify } from './json';

/** First bytes of the file; the last is the version of the layout. */
export const FILE_MAGIC = Buffer.from('GLRUN\u0001', 'latin1');

const HEADER = 9;
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
  const frame = Buffer.allocUnsafe(HEADER + payload.length);
  frame.writeUInt32LE(payload.length, 0);
  frame.writeUInt8(KINDS.indexOf(kind), 8);
  frame.set(payload, HEADER);
  frame.writeUInt32LE(crc32(frame.subarray(8)), 4);
  return frame;
}

/** All whole frames of a file after its magic number, and how many bytes of a torn tail follow. */
export function decodeFrames(file: Buffer): { frames: Frame[]; tornBytes: number } {
  const frames: Frame[] = [];
  let at = FILE_MAGIC.length;
  while (at + HEADER <= file.length) {
    const length = file.readUInt32LE(at);
    const end = at + HEADER + length;
    if (length > MAX_PAYLOAD || end > file.length) break;
    if (crc32(file.subarray(at + 8, end)) !== file.readUInt32LE(at + 4)) break;
    const kind = KINDS[file.readUInt8(at + 8)];
    // A kind of a later version is skipped: its check held.
    if (kind) frames.push({ kind, payload: file.subarray(at + HEADER, end) });
    at = end;
  }
  return { frames, tornBytes: Math.max(0, file.length - at) };
}

/** The payload of a JSON frame. */
export function encodeJson(value: unknown): Buffer {
  return Buffer.from(stringify(value), 'utf8');
}

/** What {@link encodeJson} took. */
export function decodeJson(payload: Buffer): unknown {
  return parse(payload.toString('utf8'));
}
