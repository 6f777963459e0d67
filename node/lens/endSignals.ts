// Lets the last records leave before Ctrl-C ends the program. A listener replaces the default action of a
// signal and needs the event loop, so it is there only while the loop turns and nobody else listens: a
// program that never gives way, or computes long steps, ends at once, as it would without Gradient Lens.

const SIGNALS: readonly NodeJS.Signals[] =
  process.platform === 'win32' ? ['SIGINT'] : ['SIGINT', 'SIGTERM', 'SIGHUP'];

/** Longest time without a turn of the event loop for which a signal may be kept waiting, in milliseconds. */
const PATIENCE_MS = 200;

/** The program is given this long to end by the signal that is sent anew, in milliseconds. */
const DEATH_MS = 1000;

/** Listens to the signals that end a program. */
export class EndSignals {
  /** Lets everything leave. */
  readonly #onEnd: () => void;
  readonly #listening = new Map<NodeJS.Signals, () => void>();
  /** Nobody listens to signals while the program is held, or after the lens was switched off. */
  #isOff = false;

  constructor(onEnd: () => void) {
    this.#onEnd = onEnd;
    process.on('newListener', this.#onListener);
  }

  /** True while the last records are safe from Ctrl-C. */
  get isListening(): boolean {
    return this.#listening.size > 0;
  }

  /** The event loop has turned, and the last step took `ms`. */
  turned(ms: number): void {
    if (this.#isOff || ms > PATIENCE_MS || this.isListening) return;
    for (const signal of SIGNALS) {
      if (process.listenerCount(signal) > 0) continue;
      const listener = (): void => this.#end(signal);
      this.#listening.set(signal, listener);
      process.on(signal, listener);
    }
  }

  /** A step was taken, `ms` after the last turn of the event loop. */
  stepped(ms: number): void {
    if (ms > PATIENCE_MS) this.leave();
  }

  /** Signals do what they do without us. */
  leave(): void {
    for (const [signal, listener] of this.#listening) process.removeListener(signal, listener);
    this.#listening.clear();
  }

  /** For good. */
  dispose(): void {
    this.#isOff = true;
    this.leave();
    process.removeListener('newListener', this.#onListener);
  }

  /** Somebody else will listen: what a signal does is theirs to say. Packages count the listeners. */
  readonly #onListener = (event: string | symbol): void => {
    const signal = SIGNALS.find((one) => one === event);
    const listener = signal && this.#listening.get(signal);
    // Our own listener is announced too, but is in the list already.
    if (!signal || !listener || process.listenerCount(signal) === 0) return;
    process.removeListener(signal, listener);
    this.#listening.delete(signal);
  };

  #end(signal: NodeJS.Signals): void {
    this.dispose();
    this.#onEnd();
    process.kill(process.pid, signal);
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, DEATH_MS);
  }
}
