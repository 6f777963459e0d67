// Numbers of a summary as files give them: what is not known is left out, and what is not finite is said to be so.
import { isAbsent } from '../shared/core/absent';
import type { TensorRecord, TensorSummary } from '../shared/core/stepRecord';

/**
 * L2 norm; NaN where an element is NaN, Infinity where one is infinite (summaries hold the norm of the finite
 * elements), undefined where it is not known.
 */
export function normOf(summary: TensorSummary): number | undefined {
  if (summary.nans > 0) return NaN;
  if (summary.posInfs + summary.negInfs > 0) return Infinity;
  return isAbsent(summary) ? undefined : summary.norm;
}

/** ‖Δw‖ / ‖w‖; undefined where it is not known. */
export function updateRatioOf({ updateRatio, weight }: TensorRecord): number | undefined {
  return Number.isNaN(updateRatio) && isAbsent(weight) ? undefined : updateRatio;
}
