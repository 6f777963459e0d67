// Scalar series as columns of equal length that only grow. A version of the table is (buffers,
// length): appending writes behind the old length, so older versions stay valid without a copy.

/** A growing float64 column. `length` values of `buffer` are in use. */
export interface Column {
  readonly buffer: Float64Array;
  readonly length: number;
}

/** Rows a fresh column has room for. */
const INITIAL_ROWS = 256;

export const EMPTY_COLUMN: Column = { buffer: new Float64Array(0), length: 0 };

/** The values in use. */
export function valuesOf(column: Column): Float64Array {
  return column.buffer.subarray(0, column.length);
}

/**
 * `column` cut or padded with NaN to `from` rows, then followed by `values` (NaN where undefined),
 * `count` rows in all. The buffer is shared with `column` where nothing before `from` changes.
 */
export function appendValues(
  column: Column,
  from: number,
  values: Float64Array | undefined,
  count: number,
): Column {
  const length = from + count;
  let buffer = column.buffer;
  // A cut rewrites rows that older versions still show, so it works on a copy.
  if (length > buffer.length || from < column.length) {
    const capacity = Math.max(INITIAL_ROWS, 2 ** Math.ceil(Math.log2(length)));
    buffer = new Float64Array(capacity);
    buffer.set(column.buffer.subarray(0, Math.min(column.length, from)));
  }
  if (column.length < from) buffer.fill(NaN, column.length, from);
  if (values === undefined) buffer.fill(NaN, from, length);
  else buffer.set(values.length > count ? values.subarray(0, count) : values, from);
  if (values !== undefined && values.length < count) buffer.fill(NaN, from + values.length, length);
  return { buffer, length };
}
