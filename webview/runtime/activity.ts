// Knows whether a program still has something under way: timers, frames, and promises of tfjs and of
// the host that nobody may be awaiting. Timers of user code are held back while the run is paused.
import { native, soon } from './scope';

type Callback = (...values: unknown[]) => void;

/** A worker draws nothing, so a frame is only a turn of the event loop at about this rate. */
const FRAME_MS = 4;

/** Counts what is pending. */
export class Activity {
  private readonly timers = new Set<number>();
  private readonly intervals = new Set<number>();
  private promises = 0;

  constructor(
    /** Runs a callback of user code: now, or when the run goes on. */
    private readonly admit: (task: () => void) => void,
  ) {}

  /** Promises under way: they will settle, however long it takes. */
  get pendingPromises(): number {
    return this.promises;
  }

  /** Timers that will fire; a program may leave some behind for ever. */
  get pendingTimers(): number {
    return this.timers.size + this.intervals.size;
  }

  /** Counts `promise` as pending until it settles. A rejection stays the caller's to handle. */
  track<T>(promise: Promise<T>): Promise<T> {
    this.promises += 1;
    return promise.finally(() => {
      this.promises -= 1;
    });
  }

  /** Replaces the timers of the global scope by ones that are counted and can be held back. */
  watchTimers(): void {
    const scope = self as unknown as Record<string, unknown>;
    const admit = this.admit;
    const setTimer = (handler: unknown, delay?: number, ...values: unknown[]): number => {
      const callback = requireFunction(handler);
      const id = native.setTimeout(() => {
        admit(() => {
          // Cleared while it was held back: then it must not run.
          if (!this.timers.delete(id)) return;
          callback(...values);
        });
      }, delay);
      this.timers.add(id);
      return id;
    };
    const setRepeating = (handler: unknown, delay?: number, ...values: unknown[]): number => {
      const callback = requireFunction(handler);
      let waiting = false;
      const id = native.setInterval(() => {
        if (waiting) return; // One tick is held back, not all that were missed.
        waiting = true;
        admit(() => {
          waiting = false;
          if (this.intervals.has(id)) callback(...values);
        });
      }, delay);
      this.intervals.add(id);
      return id;
    };
    const clear = (id: unknown): void => {
      if (typeof id !== 'number') return;
      native.clearTimeout(id);
      this.timers.delete(id);
      this.intervals.delete(id);
    };
    scope['setTimeout'] = setTimer;
    scope['setInterval'] = setRepeating;
    scope['clearTimeout'] = clear;
    scope['clearInterval'] = clear;
    scope['requestAnimationFrame'] = (callback: unknown) =>
      setTimer(() => requireFunction(callback)(native.now()), FRAME_MS);
    scope['cancelAnimationFrame'] = clear;
    scope['setImmediate'] = (callback: unknown, ...values: unknown[]) =>
      setTimer(callback, 0, ...values);
    scope['clearImmediate'] = clear;
  }
}

function requireFunction(handler: unknown): Callback {
  if (typeof handler === 'function') return handler as Callback;
  throw new TypeError('A timer needs a function; text is not run as code here.');
}

/** Lets the event loop turn `turns` times. */
export async function idleTurns(turns: number): Promise<void> {
  for (let i = 0; i < turns; i++) await new Promise<void>((resolve) => soon(resolve));
}
