// Counts, unit by unit, on how many samples a layer's values lie on a flat part, and whether units differ
// at all. For tensors in memory; `unitsWebgl.ts` counts on the GPU.
import type { Tensor } from '../../../../src/shared/tap/types';
import type { ReadValues } from '../../statistics/typedArray';
import type { Limits } from './activations';

/** What is known of the units of one tensor, whose last dimension they are. */
export interface UnitCounts {
  /** Samples times positions. */
  rows: number;
  /** Per unit: rows at or below `dead`. */
  dead: Uint32Array;
  /** Per unit: rows at or below `low`, or at or above `high`. */
  flat: Uint32Array;
  /** Per unit: rows that differ from those of unit 0. */
  differing: Uint32Array;
}

/** Counts under way. */
export interface PendingUnits {
  /** Waits for the device if it must. Once. */
  take(): UnitCounts;
  discard(): void;
}

/** Counts where the tensors live. */
export interface UnitEngine {
  /** Queues the counts of `tensor`, which may be disposed as soon as this returns. */
  count(tensor: Tensor, limits: Limits): PendingUnits;
  /** Sends what was queued on its way back. */
  submit(): void;
  dispose(): void;
}

/** Equal to within the rounding of a sum: units of equal weights may be summed in different order. */
export const SAME = 1e-5;

/** Counts at once, in one pass over the values that `read` gives. */
export function createUnitEngine(read: ReadValues): UnitEngine {
  return {
    count(tensor, limits) {
      const counts = countUnits(read(tensor), tensor.shape.at(-1) ?? 1, limits);
      return { take: () => counts, discard: () => undefined };
    },
    submit: () => undefined,
    dispose: () => undefined,
  };
}

/** The counts of `values`, whose last dimension has `units` entries. */
export function countUnits(
  values: ArrayLike<number>,
  units: number,
  { dead = -Infinity, low = -Infinity, high = Infinity }: Limits,
): UnitCounts {
  const rows = units > 0 ? values.length / units : 0;
  const counts: UnitCounts = {
    rows,
    dead: new Uint32Array(units),
    flat: new Uint32Array(units),
    differing: new Uint32Array(units),
  };
  for (let row = 0, i = 0; row < rows; row++) {
    const first = values[i] as number;
    const size = Math.abs(first);
    for (let unit = 0; unit < units; unit++, i++) {
      const x = values[i] as number;
      if (x <= dead) (counts.dead[unit] as number)++;
      if (x <= low || x >= high) (counts.flat[unit] as number)++;
      // Not `>`: a NaN differs from everything.
      if (!(Math.abs(x - first) <= SAME * size)) (counts.differing[unit] as number)++;
    }
  }
  return counts;
}

/** The counts of several tensors of the same units together. */
export function mergeCounts(parts: readonly UnitCounts[]): UnitCounts {
  const units = parts[0]?.dead.length ?? 0;
  const sum = (of: (part: UnitCounts) => Uint32Array): Uint32Array => {
    const total = new Uint32Array(units);
    for (const part of parts) {
      of(part).forEach((count, unit) => (total[unit] = (total[unit] as number) + count));
    }
    return total;
  };
  return {
    rows: parts.reduce((rows, part) => rows + part.rows, 0),
    dead: sum((part) => part.dead),
    flat: sum((part) => part.flat),
    differing: sum((part) => part.differing),
  };
}
