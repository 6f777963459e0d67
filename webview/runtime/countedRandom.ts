// The run's Math.random: seeded, and able to return to where it was after so many numbers.
import { seededRandom, type Random } from '../../src/shared/core/random';

/** A sequence that knows its place. */
export class CountedRandom {
  private random: Random;
  private count = 0;

  constructor(private readonly seed: number) {
    this.random = seededRandom(seed);
  }

  /** Numbers drawn so far. */
  get draws(): number {
    return this.count;
  }

  readonly next: Random = () => {
    this.count += 1;
    return this.random();
  };

  /** Goes to where the sequence is after `draws` numbers. */
  moveTo(draws: number): void {
    if (draws < this.count) {
      this.random = seededRandom(this.seed);
      this.count = 0;
    }
    while (this.count < draws) this.next();
  }
}
