// Looks through MessagePack before it is decoded. A decoder allocates a list as long as its header says;
// nested headers of a few bytes each could so claim all memory there is.
import { ProtocolError } from './protocolError';

/** Deepest nesting of lists and maps. Messages need six. */
const MAX_DEPTH = 32;

/** Most values of a message, those in lists and maps counted. The facts of a thousand layers take 200 000. */
const MAX_VALUES = 4_000_000;

/** What one value of each header byte takes: bytes after it, and values within. */
interface Extent {
  /** Bytes of the header that follow its first. */
  header: number;
  /** Bytes of its own after the header. */
  bytes: number;
  /** Values within. */
  values: number;
}

/** Throws a ProtocolError where `body` is not exactly one value, or claims more than it holds. */
export function checkPacked(body: Uint8Array): void {
  const view = new DataView(body.buffer, body.byteOffset, body.byteLength);
  /** Values to come at each level that is open. */
  const open = [1];
  let at = 0;
  let total = 0;
  while (open.length > 0) {
    const level = open.length - 1;
    const left = open[level] ?? 0;
    if (left === 0) {
      open.pop();
      continue;
    }
    open[level] = left - 1;
    const { header, bytes, values } = extentAt(view, at);
    at += 1 + header + bytes;
    // Every value takes a byte at least.
    if (at + values > body.length) throw malformed(at, 'it ends within a value');
    if (values === 0) continue;
    total += values;
    if (total > MAX_VALUES) throw malformed(at, `it holds more than ${MAX_VALUES} values`);
    if (open.length >= MAX_DEPTH) throw malformed(at, `it nests deeper than ${MAX_DEPTH}`);
    open.push(values);
  }
  if (at !== body.length) throw malformed(at, `${body.length - at} bytes follow the message`);
}

/** Sizes of 0xc0 … 0xdf. A negative size is that of a length field, whose value counts bytes. */
const BYTES: readonly number[] = [
  ...[0, 0, 0, 0], // nil, never used, false, true
  ...[-1, -2, -4], // byte strings
  ...[-1, -2, -4], // extensions, with a byte for their type
  ...[4, 8], // floats
  ...[1, 2, 4, 8], // whole numbers from 0
  ...[1, 2, 4, 8], // whole numbers
  ...[2, 3, 5, 9, 17], // extensions of a fixed size
  ...[-1, -2, -4], // text
];

function extentAt(view: DataView, at: number): Extent {
  if (at >= view.byteLength) throw malformed(at, 'it ends before a value');
  const first = view.getUint8(at);
  if (first < 0x80 || first >= 0xe0) return { header: 0, bytes: 0, values: 0 };
  if (first < 0x90) return { header: 0, bytes: 0, values: 2 * (first & 0x0f) };
  if (first < 0xa0) return { header: 0, bytes: 0, values: first & 0x0f };
  if (first < 0xc0) return { header: 0, bytes: first & 0x1f, values: 0 };
  if (first >= 0xdc) {
    const width = first % 2 === 0 ? 2 : 4;
    const length = lengthAt(view, at + 1, width);
    return { header: width, bytes: 0, values: first >= 0xde ? 2 * length : length };
  }
  if (first === 0xc1) throw malformed(at, 'it holds a byte that begins no value');
  const size = BYTES[first - 0xc0] ?? 0;
  if (size >= 0) return { header: 0, bytes: size, values: 0 };
  const isExtension = first >= 0xc7 && first <= 0xc9;
  const bytes = lengthAt(view, at + 1, -size) + (isExtension ? 1 : 0);
  return { header: -size, bytes, values: 0 };
}

function lengthAt(view: DataView, at: number, width: number): number {
  if (at + width > view.byteLength) throw malformed(at, 'it ends within a length');
  if (width === 1) return view.getUint8(at);
  return width === 2 ? view.getUint16(at) : view.getUint32(at);
}

function malformed(at: number, what: string): ProtocolError {
  return new ProtocolError('malformed-frame', `A frame is no message: at byte ${at}, ${what}.`);
}
