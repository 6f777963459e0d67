// The batches that are trained on: the same seeded numbers for every contestant, on the device
// before the first step.
import type { Tensor } from '@tensorflow/tfjs';
import { randomInteger, seededRandom } from '../../src/shared/core/random';
import type { TfNamespace } from '../../src/shared/tap/types';
import { BATCH_SIZE, CLASSES, type Net } from './nets';

/** Batches that are trained in turn. */
export const BATCHES = 8;

export interface Batch {
  xs: Tensor;
  ys: Tensor;
}

/** The batches of a net, one after the other, for ever. */
export class Batches {
  readonly #batches: Batch[];
  #next = 0;

  constructor(tf: TfNamespace, { inputShape }: Net) {
    const random = seededRandom(7);
    const size = inputShape.reduce((a, b) => a * b, BATCH_SIZE);
    this.#batches = Array.from({ length: BATCHES }, () => {
      const xs = Float32Array.from({ length: size }, random);
      const ys = new Float32Array(BATCH_SIZE * CLASSES);
      for (let i = 0; i < BATCH_SIZE; i++) ys[i * CLASSES + randomInteger(random, CLASSES)] = 1;
      return {
        xs: tf.tensor(xs, [BATCH_SIZE, ...inputShape]),
        ys: tf.tensor(ys, [BATCH_SIZE, CLASSES]),
      };
    });
  }

  /** The batch with this number, counted over the whole run. */
  at(step: number): Batch {
    const batch = this.#batches[step % BATCHES];
    if (batch === undefined) throw new Error(`There is no batch ${step}.`);
    return batch;
  }

  /** The next batch. It stays the owner's: nobody disposes it. */
  next(): Batch {
    return this.at(this.#next++);
  }

  /** All batches as one tensor each, in order. */
  all(tf: TfNamespace): Batch {
    return {
      xs: tf.concat(this.#batches.map(({ xs }) => xs)),
      ys: tf.concat(this.#batches.map(({ ys }) => ys)),
    };
  }
}
