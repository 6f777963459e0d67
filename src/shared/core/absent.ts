// What a source does not know. The tap measures all of a tensor; a log of another program may hold its norm only,
// or nothing. What is not known is NaN, which no measured value ever is, so that nobody takes it for a zero.
import { emptyHistogram } from './histogram';
import type { TensorSummary } from './stepRecord';
import { emptySummary } from './summary';

/** The summary of a tensor of which nothing is known: no elements, and NaN for every number of them. */
export function absentSummary(): TensorSummary {
  return {
    ...emptySummary(),
    ...{ min: NaN, max: NaN, mean: NaN, std: NaN, norm: NaN },
    histogram: emptyHistogram(),
  };
}

/**
 * The summary of a tensor of which only the L2 norm is known: `count` is 0, and all but the norm NaN. A norm that is
 * not finite says that at least one element is not, and is kept as one such element.
 */
export function normOnly(norm: number): TensorSummary {
  const summary = absentSummary();
  if (Number.isFinite(norm)) return { ...summary, norm };
  if (Number.isNaN(norm)) return { ...summary, count: 1, nans: 1, norm: 0 };
  return { ...summary, count: 1, posInfs: 1, norm: 0 };
}

/** True where nothing is known of the tensor. */
export function isAbsent({ norm }: TensorSummary): boolean {
  return Number.isNaN(norm);
}

/** True where elements were counted: not for {@link absentSummary}, nor for a norm alone. */
export function hasElements({ count }: TensorSummary): boolean {
  return count > 0;
}
