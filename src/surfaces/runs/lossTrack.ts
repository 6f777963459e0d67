// The losses of a run that trains, in constant memory and time per step: first, last and best, and the curve in a
// few points.
import { SPARK_POINTS } from '../../shared/core/runSummary';

/** Mean of the finite of two values that stand for equally many steps; NaN where neither is. */
function meanOf(a: number, b: number): number {
  if (!Number.isFinite(a)) return Number.isFinite(b) ? b : NaN;
  return Number.isFinite(b) ? a + (b - a) / 2 : a;
}

/** Follows the losses of one run. */
export class LossTrack {
  first: number | undefined;
  last: number | undefined;
  best: { value: number; step: number } | undefined;
  private readonly points: number[] = [];
  /** Losses per point; a power of two. */
  private stride = 1;
  /** Of the newest point, which is not whole yet: sum and number of its finite losses, and all of them. */
  private sum = 0;
  private finite = 0;
  private count = 0;

  /** Takes the loss of the next step. */
  add(step: number, loss: number): void {
    this.first ??= loss;
    this.last = loss;
    if (Number.isFinite(loss)) {
      if (loss < (this.best?.value ?? Infinity)) this.best = { value: loss, step };
      this.sum += loss;
      this.finite++;
    }
    this.count++;
    if (this.count < this.stride) return;
    this.points.push(this.open);
    this.sum = this.finite = this.count = 0;
    if (this.points.length < SPARK_POINTS) return;
    for (let i = 0; i < this.points.length / 2; i++) {
      this.points[i] = meanOf(this.points[2 * i] ?? NaN, this.points[2 * i + 1] ?? NaN);
    }
    this.points.length = Math.ceil(this.points.length / 2);
    this.stride *= 2;
  }

  /** Means of equally many steps each, the newest perhaps of fewer; NaN where none was finite. */
  get spark(): number[] {
    return this.count > 0 ? [...this.points, this.open] : [...this.points];
  }

  private get open(): number {
    return this.finite > 0 ? this.sum / this.finite : NaN;
  }
}
