// Training time: seconds since the start, with the time spent paused taken off.
import { native } from './scope';

/** A clock that can be halted. */
export class Clock {
  private halted: number | undefined;
  private lost = 0;

  /** Seconds of training time. Never runs backwards. */
  now(): number {
    return ((this.halted ?? native.now()) - this.lost) / 1000;
  }

  halt(): void {
    this.halted ??= native.now();
  }

  go(): void {
    if (this.halted === undefined) return;
    this.lost += native.now() - this.halted;
    this.halted = undefined;
  }
}
