// The order of the samples in an epoch: seeded, the same whatever the timing, and such that the first
// step of a run need not wait for a whole file.
import { permutation, seededRandom, shuffle, type Random } from '../../../src/shared/core/random';

/** Samples of the first epoch are shuffled within consecutive runs of this length. */
export const WINDOW = 4096;

/** Gives the order of each epoch in turn. */
export class SampleOrder {
  private readonly random: Random;

  constructor(
    private readonly size: number,
    seed: number,
    /** True where samples are read as they are asked for. */
    private readonly lazy: boolean,
  ) {
    // Apart from Math.random's sequence of the same seed.
    this.random = seededRandom(seed + 0.5);
  }

  /** Sample indices of the next epoch; `first` for the first of the run. */
  next(first: boolean): Uint32Array {
    if (!first || !this.lazy) return permutation(this.size, this.random);
    const order = Uint32Array.from({ length: this.size }, (_, i) => i);
    for (let from = 0; from < this.size; from += WINDOW) {
      shuffle(order, this.random, from, Math.min(from + WINDOW, this.size));
    }
    return order;
  }
}
