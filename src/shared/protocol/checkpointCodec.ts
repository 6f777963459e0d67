// The bytes of a checkpoint. They come from a worker and from disk, so they are checked before anyone believes
// them.
import { elementBytes, sizeOf, type Checkpoint, type SavedTensor } from '../core/checkpoint';
import { Malformed } from './checks';
import { checkpointHeader } from './checkpointGuard';
import { ProtocolError } from './protocolError';

/** Largest header that is believed, bytes: a topology is far smaller. */
const MAX_HEADER = 64 * 1024 * 1024;
/** Characters decoded at a time: a call takes only so many arguments. */
const CHUNK = 8192;

const ARRAYS = { float32: Float32Array, int32: Int32Array, bool: Uint8Array };

/** JSON has no words for numbers that are not finite. */
export function checkpointJson(value: unknown): string {
  return JSON.stringify(value, (_, item: unknown) =>
    typeof item === 'number' && !Number.isFinite(item) ? { number: String(item) } : item,
  );
}

/** The inverse of {@link checkpointJson}. Throws SyntaxError. */
export function parseCheckpointJson(text: string): unknown {
  return JSON.parse(text, (_, item: unknown) => {
    const { number } = (item ?? {}) as { number?: unknown };
    return typeof number === 'string' ? Number(number) : item;
  }) as unknown;
}

/** Length of the header (u32, little-endian), the header as JSON in ASCII, then the values, each at a multiple of four. */
export function encodeCheckpoint(checkpoint: Checkpoint): ArrayBuffer {
  const { tensors, ...rest } = checkpoint;
  const shapes = tensors.map(({ name, variable, shape, dtype, onDevice }) => ({
    ...{ name, variable, shape, dtype, onDevice },
  }));
  const header = checkpointJson({ ...rest, tensors: shapes }).replace(
    /[\u007f-\uffff]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
  const start = padded(4 + header.length);
  const total = tensors.reduce((size, { values }) => size + padded(values.byteLength), start);
  const bytes = new Uint8Array(total);
  new DataView(bytes.buffer).setUint32(0, header.length, true);
  for (let i = 0; i < header.length; i++) bytes[4 + i] = header.charCodeAt(i);
  let at = start;
  for (const { values } of tensors) {
    bytes.set(new Uint8Array(values.buffer, values.byteOffset, values.byteLength), at);
    at += padded(values.byteLength);
  }
  return bytes.buffer;
}

/**
 * The inverse; the values are views of `buffer`. Throws ProtocolError (`malformed-checkpoint`) where the bytes are
 * not a checkpoint.
 */
export function decodeCheckpoint(buffer: ArrayBuffer): Checkpoint {
  try {
    const length = buffer.byteLength < 4 ? NaN : new DataView(buffer).getUint32(0, true);
    if (!(length <= Math.min(MAX_HEADER, buffer.byteLength - 4))) {
      throw new Malformed('it ends within its header');
    }
    const header = checkpointHeader(parseCheckpointJson(ascii(new Uint8Array(buffer, 4, length))));
    let at = padded(4 + length);
    const tensors = header.tensors.map((tensor): SavedTensor => {
      const size = sizeOf(tensor);
      const end = at + padded(size * elementBytes(tensor.dtype));
      if (!(end <= buffer.byteLength)) throw new Malformed(`it ends within ${tensor.name}`);
      const values = new ARRAYS[tensor.dtype](buffer, at, size);
      at = end;
      return { ...tensor, values };
    });
    if (at !== buffer.byteLength) throw new Malformed('it has bytes to spare');
    return { ...header, tensors };
  } catch (error) {
    if (!(error instanceof Malformed || error instanceof SyntaxError)) throw error;
    throw new ProtocolError(
      'malformed-checkpoint',
      `The state that the run should go on from is not a checkpoint: ${error.message}. Restart the run.`,
      { cause: error },
    );
  }
}

function ascii(bytes: Uint8Array): string {
  let text = '';
  for (let i = 0; i < bytes.length; i += CHUNK) {
    text += String.fromCharCode(...bytes.subarray(i, i + CHUNK));
  }
  return text;
}

function padded(bytes: number): number {
  return Math.ceil(bytes / 4) * 4;
}
