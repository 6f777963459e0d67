// Training time: seconds since the first step began, with the time spent paused taken off.
import { native } from './scope';

/** A clock that can be halted. */
export class Clock {
  private start: number | undefined;
  private halted: number | undefined;
  private lost = 0;

  /** @param before Seconds of training before this worker, where a run goes on. */
  constructor(private readonly before = 0) {}

  /** Seconds of training time. Never runs backwards. */
  now(): number {
    if (this.start === undefined) return this.before;
    return this.before + ((this.halted ?? native.now()) - this.lost - this.start) / 1000;
  }

  /** The first step begins. */
  begin(): void {
    this.start ??= native.now() - this.lost;
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
