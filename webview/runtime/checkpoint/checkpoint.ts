// A checkpoint: all that a run needs to go on after a step as if nothing had happened. It travels
// through page and host as bytes that only the worker reads.
import { RunFailure } from '../failure';

/** Where a training stands after a step, apart from its tensors. */
export interface Progress {
  /** Optimizer steps taken. */
  step: number;
  /** Seconds of training time. */
  seconds: number;
  /** Epoch under way, from 1, and its batches that are done. */
  epoch: number;
  batches: number;
  /** Sums behind the epoch's means so far. */
  sums: number[];
  weight: number;
  /** Metrics of the epochs that are done, in order: early stopping goes by them. */
  epochs: Record<string, number>[];
  /** Numbers drawn from Math.random. */
  draws: number;
}

/** A tensor's values. */
export interface SavedTensor {
  /** `weight` and its place in the model, or the optimizer's field and the place in it. */
  name: string;
  shape: number[];
  dtype: 'float32' | 'int32' | 'bool';
  /** It was on the device, not in memory: that decides where tfjs computes small tensors. */
  onDevice: boolean;
  values: Float32Array | Int32Array | Uint8Array;
}

export interface Checkpoint extends Progress {
  /** Numbers in the optimizer's fields. */
  numbers: Record<string, number>;
  tensors: SavedTensor[];
}

const ARRAYS = { float32: Float32Array, int32: Int32Array, bool: Uint8Array };

/** JSON has no words for numbers that are not finite. */
const toJson = (_: string, value: unknown): unknown =>
  typeof value === 'number' && !Number.isFinite(value) ? { number: String(value) } : value;
const fromJson = (_: string, value: unknown): unknown => {
  const { number } = (value ?? {}) as { number?: unknown };
  return typeof number === 'string' ? Number(number) : value;
};

/** Length of the header, the header as JSON, then the tensors' bytes, each at a multiple of four. */
export function encodeCheckpoint(checkpoint: Checkpoint): ArrayBuffer {
  const { tensors, ...rest } = checkpoint;
  const described = tensors.map(({ values, ...tensor }) => ({ ...tensor, size: values.length }));
  const header = new TextEncoder().encode(JSON.stringify({ ...rest, tensors: described }, toJson));
  const start = padded(4 + header.length);
  const total = tensors.reduce((size, { values }) => size + padded(values.byteLength), start);
  const bytes = new Uint8Array(total);
  new DataView(bytes.buffer).setUint32(0, header.length, true);
  bytes.set(header, 4);
  let at = start;
  for (const { values } of tensors) {
    bytes.set(new Uint8Array(values.buffer, values.byteOffset, values.byteLength), at);
    at += padded(values.byteLength);
  }
  return bytes.buffer;
}

/** The inverse. Throws RunFailure where the bytes are not a checkpoint of this version. */
export function decodeCheckpoint(buffer: ArrayBuffer): Checkpoint {
  try {
    const length = new DataView(buffer).getUint32(0, true);
    const text = new TextDecoder().decode(new Uint8Array(buffer, 4, length));
    type Described = Omit<SavedTensor, 'values'> & { size: number };
    const header = JSON.parse(text, fromJson) as Omit<Checkpoint, 'tensors'> & {
      tensors: Described[];
    };
    let at = padded(4 + length);
    const tensors = header.tensors.map(({ size, ...tensor }) => {
      const values = new ARRAYS[tensor.dtype](buffer, at, size);
      at += padded(values.byteLength);
      return { ...tensor, values };
    });
    return { ...header, tensors };
  } catch (error) {
    throw new RunFailure(
      'bad-checkpoint',
      'The state that the run should go on from cannot be read. Restart the run.',
      { cause: error },
    );
  }
}

function padded(bytes: number): number {
  return Math.ceil(bytes / 4) * 4;
}
