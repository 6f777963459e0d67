// Validation after an epoch: loss and metrics over all samples, batch by batch, weighted by the
// batches' sizes. Waits between batches, so that a pause is heard here too.
import type { LayersModel, Scalar } from '@tensorflow/tfjs';
import type { TfNamespace } from '../../../src/shared/tap/types';
import type { Feed } from './feed';

/** Validation batches need no gradients, so they may be larger than those of training. */
const MIN_BATCH = 128;

/** `val_loss` and `val_` of each metric of the model. */
export async function validate(
  tf: TfNamespace,
  model: LayersModel,
  feed: Feed,
  batchSize: number,
): Promise<Record<string, number>> {
  const mean = new WeightedMean();
  for await (const { xs, ys, size } of feed.epoch(Math.max(batchSize, MIN_BATCH))) {
    const result = model.evaluate(xs, ys, { batchSize: size });
    tf.dispose([xs, ys]);
    const scalars: Scalar[] = Array.isArray(result) ? result : [result];
    const values = await Promise.all(scalars.map((scalar) => scalar.data()));
    tf.dispose(scalars);
    mean.add(
      values.map((value) => value[0] ?? NaN),
      size,
    );
  }
  return mean.named(model.metricsNames, 'val_');
}

/** Means of several quantities over batches of different sizes. */
export class WeightedMean {
  private readonly sums: number[];

  /** Begins empty, or with what another one had. */
  constructor(
    sums: readonly number[] = [],
    private weight = 0,
  ) {
    this.sums = [...sums];
  }

  get state(): { sums: number[]; weight: number } {
    return { sums: [...this.sums], weight: this.weight };
  }

  add(values: readonly number[], weight: number): void {
    values.forEach((value, i) => (this.sums[i] = (this.sums[i] ?? 0) + value * weight));
    this.weight += weight;
  }

  /** The means so far, under `prefix` + name. */
  named(names: readonly string[], prefix = ''): Record<string, number> {
    const entries = this.sums.map((sum, i) => [
      `${prefix}${names[i] ?? `metric_${i}`}`,
      sum / this.weight,
    ]);
    return Object.fromEntries(entries) as Record<string, number>;
  }
}
