// The elements of a NumPy array as the typed array that tfjs takes.
import { formatError } from './dataError';
import type { NpyHeader } from './npyHeader';

/** Values in row-major order, and the tfjs type that holds them. */
export interface NpyValues {
  values: Float32Array | Int32Array | Uint8Array;
  dtype: 'float32' | 'int32' | 'bool';
}

type Get = (view: DataView, at: number, little: boolean) => number;

const READERS: Record<string, { bytes: number; dtype: NpyValues['dtype']; get: Get }> = {
  b1: { bytes: 1, dtype: 'bool', get: (v, at) => v.getUint8(at) },
  u1: { bytes: 1, dtype: 'int32', get: (v, at) => v.getUint8(at) },
  i1: { bytes: 1, dtype: 'int32', get: (v, at) => v.getInt8(at) },
  u2: { bytes: 2, dtype: 'int32', get: (v, at, le) => v.getUint16(at, le) },
  i2: { bytes: 2, dtype: 'int32', get: (v, at, le) => v.getInt16(at, le) },
  u4: { bytes: 4, dtype: 'int32', get: (v, at, le) => v.getUint32(at, le) },
  i4: { bytes: 4, dtype: 'int32', get: (v, at, le) => v.getInt32(at, le) },
  u8: { bytes: 8, dtype: 'int32', get: (v, at, le) => Number(v.getBigUint64(at, le)) },
  i8: { bytes: 8, dtype: 'int32', get: (v, at, le) => Number(v.getBigInt64(at, le)) },
  f2: { bytes: 2, dtype: 'float32', get: (v, at, le) => half(v.getUint16(at, le)) },
  f4: { bytes: 4, dtype: 'float32', get: (v, at, le) => v.getFloat32(at, le) },
  f8: { bytes: 8, dtype: 'float32', get: (v, at, le) => v.getFloat64(at, le) },
};

/** IEEE 754 binary16 to a number. */
function half(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction ? NaN : sign * Infinity;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

/** Bytes of one element. */
export function elementBytes(header: NpyHeader, file: string): number {
  return readerOf(header, file).bytes;
}

/** Decodes `count` elements and puts them into row-major order. */
export function npyValues(
  header: NpyHeader,
  bytes: Uint8Array,
  count: number,
  file: string,
): NpyValues {
  const { bytes: size, dtype, get } = readerOf(header, file);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const values =
    dtype === 'float32'
      ? new Float32Array(count)
      : dtype === 'int32'
        ? new Int32Array(count)
        : new Uint8Array(count);
  const place = header.fortranOrder ? rowMajorPlaces(header.shape) : undefined;
  for (let i = 0; i < count; i++) {
    const value = get(view, i * size, header.littleEndian);
    if (dtype === 'int32' && value !== (value | 0)) {
      throw formatError(file, {
        expected: 'integers of at most 32 bits with sign',
        found: String(value),
        remedy: 'Save the array as float32: array.astype("float32").',
      });
    }
    values[place ? place() : i] = value;
  }
  return { values, dtype };
}

function readerOf(header: NpyHeader, file: string): (typeof READERS)[string] {
  const reader = READERS[header.type];
  if (reader) return reader;
  throw formatError(file, {
    expected: 'numbers or booleans',
    found: `elements of NumPy type ${header.type}`,
    remedy: 'Save the array as float32: array.astype("float32").',
  });
}

/** Called once per element in column-major order, gives its place in row-major order. */
function rowMajorPlaces(shape: readonly number[]): () => number {
  const strides = new Array<number>(shape.length).fill(1);
  for (let d = shape.length - 2; d >= 0; d--) {
    strides[d] = (strides[d + 1] ?? 1) * (shape[d + 1] ?? 1);
  }
  const index = new Array<number>(shape.length).fill(0);
  let place = 0;
  return () => {
    const current = place;
    for (let d = 0; d < shape.length; d++) {
      const next = (index[d] ?? 0) + 1;
      if (next < (shape[d] ?? 1)) {
        index[d] = next;
        place += strides[d] ?? 1;
        break;
      }
      place -= (next - 1) * (strides[d] ?? 1);
      index[d] = 0;
    }
    return current;
  };
}
