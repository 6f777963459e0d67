// TensorProto: the tensors that summaries hold, as plain numbers or text.
import { PbfReader } from 'pbf';
import { malformed, visitFields } from './fields';
import { DimField, DType, ShapeField, TensorField } from './wire';

/** A tensor of numbers or of text; of other element types neither is there. */
export interface LogTensor {
  shape: readonly number[];
  numbers?: Float64Array;
  texts?: readonly string[];
}

/** Most elements that are read: histograms have three per bucket, and some tens of buckets. */
const MAX_ELEMENTS = 1_000_000;

function readShape(bytes: Uint8Array): number[] {
  const shape: number[] = [];
  visitFields(bytes, (number, field) => {
    if (number !== ShapeField.DIM) return;
    let size = 0;
    const dim = field.bytes();
    if (dim) {
      visitFields(dim, (inner, value) => {
        if (inner === DimField.SIZE) size = value.integer() ?? 0;
      });
    }
    shape.push(size);
    if (shape.length > 16) throw malformed('a tensor has more than 16 dimensions');
  });
  return shape;
}

/** float16 (IEEE 754 binary16) by its bits. */
export function halfOf(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction === 0 ? sign * Infinity : NaN;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

const scratch = new DataView(new ArrayBuffer(4));
/** bfloat16 by its bits: the upper half of a float32. */
export function bfloatOf(bits: number): number {
  scratch.setUint32(0, bits << 16);
  return scratch.getFloat32(0);
}

interface Kind {
  /** Bytes of an element of `tensor_content`. */
  size: number;
  read: (view: DataView, at: number) => number;
}

const FLOAT: Kind = { size: 4, read: (view, at) => view.getFloat32(at, true) };
const DOUBLE: Kind = { size: 8, read: (view, at) => view.getFloat64(at, true) };

const KINDS: Readonly<Record<number, Kind>> = {
  [DType.FLOAT]: FLOAT,
  [DType.DOUBLE]: DOUBLE,
  [DType.INT32]: { size: 4, read: (view, at) => view.getInt32(at, true) },
  [DType.INT64]: { size: 8, read: (view, at) => Number(view.getBigInt64(at, true)) },
  [DType.HALF]: { size: 2, read: (view, at) => halfOf(view.getUint16(at, true)) },
  [DType.BFLOAT16]: { size: 2, read: (view, at) => bfloatOf(view.getUint16(at, true)) },
};

function numbersOf(bytes: Uint8Array, { size, read }: Kind): number[] {
  if (bytes.length % size !== 0) throw malformed('a tensor ends within an element');
  if (bytes.length / size > MAX_ELEMENTS) throw malformed('a tensor has too many elements');
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Array.from({ length: bytes.length / size }, (_, i) => read(view, i * size));
}

/** Varints one after another. */
function varints(bytes: Uint8Array): number[] {
  if (bytes.length > MAX_ELEMENTS) throw malformed('a tensor has too many elements');
  const pbf = new PbfReader(bytes);
  const values: number[] = [];
  while (pbf.pos < bytes.length) values.push(pbf.readVarint(true));
  return values;
}

/** Reads a TensorProto. Throws a LogError where it is none. */
export function readTensor(bytes: Uint8Array): LogTensor {
  let dtype = 0;
  let shape: number[] = [];
  let content: Uint8Array | undefined;
  const values: number[] = [];
  const texts: string[] = [];
  const add = (more: readonly number[]): void => {
    for (const value of more) values.push(value);
  };
  visitFields(bytes, (number, field) => {
    const packed = (kind: Kind): void => {
      const inner = field.bytes();
      if (inner) add(numbersOf(inner, kind));
    };
    switch (number) {
      case TensorField.DTYPE:
        dtype = field.integer() ?? 0;
        break;
      case TensorField.SHAPE: {
        const inner = field.bytes();
        if (inner) shape = readShape(inner);
        break;
      }
      case TensorField.CONTENT:
        content = field.bytes();
        break;
      case TensorField.FLOAT_VAL: {
        const one = field.float();
        if (one === undefined) packed(FLOAT);
        else values.push(one);
        break;
      }
      case TensorField.DOUBLE_VAL: {
        const one = field.double();
        if (one === undefined) packed(DOUBLE);
        else values.push(one);
        break;
      }
      case TensorField.INT_VAL:
      case TensorField.INT64_VAL:
      case TensorField.HALF_VAL: {
        const one = field.integer();
        if (one === undefined) add(varints(field.bytes() ?? new Uint8Array()));
        else values.push(one);
        break;
      }
      case TensorField.STRING_VAL: {
        const text = field.text();
        if (text !== undefined) texts.push(text);
        break;
      }
    }
  });
  if (dtype === DType.STRING) return { shape, texts };
  const kind = KINDS[dtype];
  if (!kind) return { shape };
  const numbers = content?.length ? numbersOf(content, kind) : values.map(decoderOf(dtype));
  return { shape, numbers: filled(numbers, shape) };
}

function decoderOf(dtype: number): (value: number) => number {
  if (dtype === DType.HALF) return halfOf;
  return dtype === DType.BFLOAT16 ? bfloatOf : (value) => value;
}

/** One value stands for all elements, where only one is written. */
function filled(numbers: readonly number[], shape: readonly number[]): Float64Array {
  const count = shape.reduce((product, size) => product * Math.max(0, size), 1);
  const [only] = numbers;
  if (numbers.length !== 1 || only === undefined || count <= 1) return Float64Array.from(numbers);
  if (count > MAX_ELEMENTS) throw malformed('a tensor has too many elements');
  return new Float64Array(count).fill(only);
}
