// Exchanges two batches of an epoch by exchanging their samples in its order.

/**
 * Says why batch `next` cannot be exchanged with batch `other` of the same epoch; undefined where it can.
 * Numbers are from 1. `size`: samples of the epoch, where they are known.
 */
export function whyNotSwapped(
  other: number,
  next: number,
  { size, batchSize }: { size: number | undefined; batchSize: number },
): string | undefined {
  if (size === undefined) {
    return 'Batches of a tf.data dataset come as they come: only those of arrays and of a reader that takes indices can be swapped.';
  }
  const batches = Math.ceil(size / batchSize);
  if (!Number.isInteger(other) || other < 1 || other > batches) {
    return `The epoch has the batches 1 to ${batches}; there is no batch ${other}.`;
  }
  if (other < next) {
    return `Batch ${other} of this epoch was trained on already; batch ${next} is next.`;
  }
  if (size % batchSize !== 0 && other !== next && other === batches) {
    return `Batch ${other} is the last one and has fewer samples than the others, so that it stays in its place.`;
  }
  return undefined;
}

/** Exchanges two whole batches, numbered from 1, in an epoch's order of samples. */
export function swapBatches(
  samples: Uint32Array,
  one: number,
  other: number,
  batchSize: number,
): void {
  const first = (one - 1) * batchSize;
  const second = (other - 1) * batchSize;
  const held = samples.slice(first, first + batchSize);
  samples.copyWithin(first, second, second + batchSize);
  samples.set(held, second);
}
