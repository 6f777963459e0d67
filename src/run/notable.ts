// What makes a step record worth more than its neighbours: where something in it is not finite, or
// the loss or the gradient is higher than ever before.
import type { StepRecord } from '../shared/core/stepRecord';
import { nonFiniteCount } from '../shared/core/summary';

/** Records with non-finite values that count; a run that stays NaN says no more later. */
export const MAX_NON_FINITE = 64;

/** True where anything in the record is NaN or infinite. */
export function isNonFinite(record: StepRecord): boolean {
  if (record.loss !== undefined && !Number.isFinite(record.loss)) return true;
  for (const name in record.layers) {
    const layer = record.layers[name];
    if (!layer) continue;
    if (nonFiniteCount(layer.gradient) > 0 || nonFiniteCount(layer.weight) > 0) return true;
    if (layer.activation && nonFiniteCount(layer.activation) > 0) return true;
  }
  return false;
}

/** L2 norm of all gradients of the step together. */
export function totalGradientNorm(record: StepRecord): number {
  let squares = 0;
  for (const name in record.layers) squares += (record.layers[name]?.gradient.norm ?? 0) ** 2;
  return Math.sqrt(squares);
}

/** Tells, record by record, which stand out from all before. */
export class Peaks {
  private nonFinite = 0;
  private highestLoss = -Infinity;
  private highestNorm = -Infinity;

  /** True where the record stands out. */
  note(record: StepRecord): boolean {
    const loss = record.loss ?? NaN;
    const norm = totalGradientNorm(record);
    const isPeak =
      (Number.isFinite(loss) && loss > this.highestLoss) ||
      (Number.isFinite(norm) && norm > this.highestNorm);
    if (Number.isFinite(loss)) this.highestLoss = Math.max(this.highestLoss, loss);
    if (Number.isFinite(norm)) this.highestNorm = Math.max(this.highestNorm, norm);
    return (isNonFinite(record) && this.nonFinite++ < MAX_NON_FINITE) || isPeak;
  }
}
