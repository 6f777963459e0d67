// Holds the program between two steps, whatever it is: its thread waits in the step itself.
import { NEVER, WORD } from '../channel/words';

/** How long the thread waits at a time, in milliseconds: between, a debugger can interrupt it. */
const SLICE_MS = 100;

/** What the gate tells its owner. */
export interface GateEvents {
  /** The program is about to be held: all that is known should leave first. */
  onHold(step: number): void;
  /** It goes on. */
  onGo(): void;
}

/** Counts the steps, holds the program at those that the channel names, and measures training time. */
export class Gate {
  readonly #words: Int32Array<SharedArrayBuffer>;
  readonly #events: GateEvents;
  #steps = 0;
  #start: number | undefined;
  /** Milliseconds for which the program was held. */
  #lost = 0;
  /** A program that computes no gradients by tfjs is held after its steps instead of before them. */
  #passedBefore = false;

  constructor(words: Int32Array<SharedArrayBuffer>, events: GateEvents) {
    this.#words = words;
    this.#events = events;
  }

  /** Seconds of training time. */
  now(): number {
    return this.#start === undefined ? 0 : (performance.now() - this.#lost - this.#start) / 1000;
  }

  /** The gradients of a step are about to be computed. Waits here while the program is held. */
  beforeStep(): void {
    this.#passedBefore = true;
    this.#pass();
    this.#start ??= performance.now() - this.#lost;
  }

  /** A step was taken. */
  afterStep(step: number): void {
    this.#start ??= performance.now() - this.#lost;
    this.#steps = step;
    Atomics.store(this.#words, WORD.steps, Math.min(step, NEVER - 1));
    if (!this.#passedBefore) this.#pass();
    this.#passedBefore = false;
  }

  #isClosed(): boolean {
    return this.#steps >= Atomics.load(this.#words, WORD.holdAt);
  }

  #pass(): void {
    if (!this.#isClosed()) return;
    const since = performance.now();
    this.#events.onHold(this.#steps);
    Atomics.store(this.#words, WORD.held, 1);
    while (this.#isClosed()) {
      const holdAt = Atomics.load(this.#words, WORD.holdAt);
      if (this.#steps >= holdAt) Atomics.wait(this.#words, WORD.holdAt, holdAt, SLICE_MS);
    }
    Atomics.store(this.#words, WORD.held, 0);
    this.#lost += performance.now() - since;
    this.#events.onGo();
  }
}
