// Loss and metrics of an epoch, from the step records: the loop itself never waits for a number.
import type { StepRecord } from '../../../src/shared/core/stepRecord';
import { WeightedMean } from './validation';

/** Means over the steps of one epoch, weighted by the sizes of their batches. */
export class EpochMeans {
  /** Batch sizes of the steps whose records have not come yet, by step number. */
  readonly #sizes = new Map<number, number>();
  readonly #mean: WeightedMean;

  /** @param before What was taken in the same epoch before, where a run goes on. */
  constructor(before?: { sums: number[]; weight: number }) {
    this.#mean = new WeightedMean(before?.sums, before?.weight);
  }

  /** The step with this number trains on `size` samples. */
  expect(step: number, size: number): void {
    this.#sizes.set(step, size);
  }

  /** Takes what arrived, in step order; steps of anyone else (in a callback, say) are left out. */
  take(records: readonly StepRecord[]): void {
    for (const { step, loss = NaN, metrics } of records) {
      const size = this.#sizes.get(step);
      if (size === undefined) continue;
      this.#sizes.delete(step);
      this.#mean.add([loss, ...Object.values(metrics)], size);
    }
  }

  /** What was taken so far. */
  get state(): { sums: number[]; weight: number } {
    return this.#mean.state;
  }

  /** The means, complete once every record was delivered. `names` begin with the loss. */
  named(names: readonly string[]): Record<string, number> {
    return this.#mean.named(names);
  }
}
