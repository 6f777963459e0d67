// Tables of equally long rows of numbers, read on demand: features and labels alike.
import type { ByteSource } from './byteSource';

/** Rows that may have to be fetched first. */
export interface Rows {
  readonly count: number;
  /** Shape of one row. */
  readonly shape: readonly number[];
  /** Writes these rows one after the other into `out`. Waits only where it must. */
  gather(indices: ArrayLike<number>, out: Float32Array): Promise<void> | undefined;
}

/** Numbers in one row of this shape. */
export function rowLength(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1);
}

/** A byte's share of 255, as float32. */
export const UNIT_INTERVAL = Float32Array.from({ length: 256 }, (_, byte) => byte / 255);

/** Copies bytes as numbers in 0..1. */
export function copyScaled(bytes: Uint8Array, out: Float32Array, offset: number): void {
  // Plain indexed loops: this runs for every pixel of every batch.
  for (let i = 0; i < bytes.length; i++) out[offset + i] = UNIT_INTERVAL[bytes[i] ?? 0] ?? 0;
}

/** Images as bytes in a file, one after the other from `offset`, scaled to 0..1. */
export class ByteRows implements Rows {
  private readonly length: number;

  constructor(
    private readonly source: ByteSource,
    private readonly offset: number,
    readonly count: number,
    readonly shape: readonly number[],
    /** Bytes from one row to the next, where more than the row itself. */
    private readonly stride = rowLength(shape),
    /** Reorders a row's bytes while copying, e.g. colour planes to colour pixels. */
    private readonly copy = copyScaled,
  ) {
    this.length = rowLength(shape);
  }

  gather(indices: ArrayLike<number>, out: Float32Array): Promise<void> | undefined {
    const waiting: Promise<void>[] = [];
    for (let i = 0; i < indices.length; i++) {
      const start = this.offset + (indices[i] ?? 0) * this.stride;
      const fetching = this.source.ensure(start, start + this.length);
      if (fetching) waiting.push(fetching);
    }
    if (waiting.length > 0) return Promise.all(waiting).then(() => this.write(indices, out));
    this.write(indices, out);
    return undefined;
  }

  private write(indices: ArrayLike<number>, out: Float32Array): void {
    for (let i = 0; i < indices.length; i++) {
      const start = this.offset + (indices[i] ?? 0) * this.stride;
      this.copy(this.source.view(start, start + this.length), out, i * this.length);
    }
  }
}

/** Rows in memory. */
export class FloatRows implements Rows {
  private readonly length: number;

  constructor(
    private readonly values: Float32Array,
    readonly count: number,
    readonly shape: readonly number[],
  ) {
    this.length = rowLength(shape);
  }

  gather(indices: ArrayLike<number>, out: Float32Array): undefined {
    const { length, values } = this;
    for (let i = 0; i < indices.length; i++) {
      const start = (indices[i] ?? 0) * length;
      out.set(values.subarray(start, start + length), i * length);
    }
  }
}

/** Several tables of one shape, one after the other. */
export class JoinedRows implements Rows {
  readonly count: number;
  readonly shape: readonly number[];

  constructor(
    private readonly parts: readonly Rows[],
    shape: readonly number[],
  ) {
    this.shape = shape;
    this.count = parts.reduce((sum, part) => sum + part.count, 0);
  }

  async gather(indices: ArrayLike<number>, out: Float32Array): Promise<void> {
    const length = rowLength(this.shape);
    let first = 0;
    for (const part of this.parts) {
      const rows: number[] = [];
      const places: number[] = [];
      for (let i = 0; i < indices.length; i++) {
        const row = (indices[i] ?? 0) - first;
        if (row < 0 || row >= part.count) continue;
        rows.push(row);
        places.push(i);
      }
      first += part.count;
      if (rows.length === 0) continue;
      const values = new Float32Array(rows.length * length);
      await part.gather(rows, values);
      places.forEach((place, k) => {
        out.set(values.subarray(k * length, (k + 1) * length), place * length);
      });
    }
  }
}
