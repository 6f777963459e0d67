// Batches of samples in memory, for loops that do not call `fit`.
import type { Tensor } from '@tensorflow/tfjs';
import { permutation, seededRandom } from '../../../src/shared/core/random';
import { tf } from './backend';
import type { Data } from './recipe';

/** Steps for which a net may be broken (NaN, infinite) before its training is given up. */
export const BROKEN_STEPS = 30;

interface Plan {
  data: Data;
  epochs: number;
  batchSize: number;
}

interface LoopEvents {
  goesOn(): boolean;
  /** Epochs count from 1. */
  begin(epoch: number): void;
  end(epoch: number): void;
}

/** Calls `step` with every batch, newly mixed in each epoch. Of the first input and the first output. */
export async function eachBatch(
  { data, epochs, batchSize }: Plan,
  step: (xs: Tensor, ys: Tensor) => Promise<void> | void,
  events: LoopEvents,
): Promise<void> {
  const xs = [data.train.xs].flat()[0] as Tensor;
  const ys = [data.train.ys].flat()[0] as Tensor;
  const size = xs.shape[0];
  for (let epoch = 1; epoch <= epochs; epoch++) {
    events.begin(epoch);
    const order = Int32Array.from(permutation(size, seededRandom(epoch)));
    for (let at = 0; at < size; at += batchSize) {
      const rows = tf.tensor1d(order.slice(at, at + batchSize), 'int32');
      const batch = [tf.gather(xs, rows), tf.gather(ys, rows)] as const;
      rows.dispose();
      try {
        await step(...batch);
      } finally {
        tf.dispose([...batch]);
      }
      if (!events.goesOn()) return;
    }
    events.end(epoch);
  }
}
