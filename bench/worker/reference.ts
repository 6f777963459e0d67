// The reference that statistics are held against: two passes in float64, written apart from the
// product's own code and without its tricks.
import {
  FIRST_OCTAVE,
  OCTAVES,
  type OctaveHistogram,
  type TensorSummary,
} from '../../src/shared/core/stepRecord';

/** Relative error allowed for mean, std, norm and update ratio. */
export const TOLERANCE = 1e-5;

/** The exact summary of `values`. */
export function reference(values: ArrayLike<number>): TensorSummary {
  const all = Array.from(values);
  const finite = all.filter(Number.isFinite);
  const n = finite.length;
  // Scaled, so that no square leaves the range of float64.
  const scale = finite.reduce((most, x) => Math.max(most, Math.abs(x)), 0) || 1;
  const mean = n === 0 ? 0 : (finite.reduce((sum, x) => sum + x / scale, 0) / n) * scale;
  const squares = (of: (x: number) => number) =>
    finite.reduce((sum, x) => sum + (of(x) / scale) ** 2, 0);
  return {
    count: all.length,
    zeros: all.filter((x) => x === 0).length,
    nans: all.filter(Number.isNaN).length,
    posInfs: all.filter((x) => x === Infinity).length,
    negInfs: all.filter((x) => x === -Infinity).length,
    min: n === 0 ? 0 : finite.reduce((a, b) => Math.min(a, b)),
    max: n === 0 ? 0 : finite.reduce((a, b) => Math.max(a, b)),
    mean,
    std: n === 0 ? 0 : Math.sqrt(squares((x) => x - mean) / n) * scale,
    norm: Math.sqrt(squares((x) => x)) * scale,
    histogram: {
      negative: octaves(finite.filter((x) => x < 0)),
      positive: octaves(finite.filter((x) => x > 0)),
    },
  };
}

/** Counts by comparing with the edges themselves; end buckets are open. */
function octaves(values: readonly number[]): OctaveHistogram['positive'] {
  const counts = new Array<number>(OCTAVES).fill(0);
  for (const x of values) {
    let bucket = 0;
    while (bucket < OCTAVES - 1 && Math.abs(x) >= 2 ** (FIRST_OCTAVE + bucket + 1)) bucket++;
    counts[bucket] = (counts[bucket] ?? 0) + 1;
  }
  return counts;
}

/** Holds summaries against the reference and keeps what differs. */
export class Comparison {
  tensors = 0;
  worst = 0;
  readonly mismatches: string[] = [];

  add(name: string, actual: TensorSummary, values: ArrayLike<number>): void {
    const expected = reference(values);
    this.tensors++;
    for (const field of ['count', 'zeros', 'nans', 'posInfs', 'negInfs', 'min', 'max'] as const) {
      this.#same(`${name} ${field}`, actual[field], expected[field]);
    }
    for (const sign of ['negative', 'positive'] as const) {
      const [a, b] = [actual.histogram[sign], expected.histogram[sign]].map((h) => h.join(' '));
      this.#same(`${name} ${sign} histogram`, a, b);
    }
    const finite = expected.count - expected.nans - expected.posInfs - expected.negInfs;
    // The mean may be zero by cancellation: its error counts on the scale of the values.
    const scale = finite === 0 ? 0 : expected.norm / Math.sqrt(finite);
    this.near(`${name} mean`, actual.mean, expected.mean, scale);
    this.near(`${name} norm`, actual.norm, expected.norm);
    // Equal elements have a std of 0, which float32 sums need not meet.
    this.near(`${name} std`, actual.std, expected.std, Math.max(expected.std, scale * 1e-6));
  }

  /** Compares on `scale`; that of the expected number where none is given. */
  near(what: string, actual: number, expected: number, scale = Math.abs(expected)): void {
    if (actual === expected) return;
    const error = scale === 0 ? Infinity : Math.abs(actual - expected) / scale;
    if (!(error <= TOLERANCE)) this.mismatches.push(`${what}: ${actual}, expected ${expected}`);
    if (error > this.worst || Number.isNaN(error)) this.worst = error;
  }

  #same(what: string, actual: unknown, expected: unknown): void {
    if (actual === expected) return;
    this.mismatches.push(`${what}: ${String(actual)}, expected ${String(expected)}`);
  }
}
