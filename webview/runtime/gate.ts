// The gate that a program passes at its await points: it holds a paused run, counts out single
// steps, ends a run at its step limit, and lets waiting messages in. A worker cannot block without
// shared memory, so code that never awaits cannot be held.
import type { Clock } from './clock';
import { macrotask, native, soon } from './scope';

/**
 * Longest time between two looks at the messages, in milliseconds: nobody sees a pause come a frame
 * late, and a message to oneself costs a percent of a short step.
 */
const YIELD_MS = 16;
/** Least time between two checks whether the program gives way by itself, in milliseconds. */
const HEARTBEAT_MS = 50;
/** A pause is acknowledged after this time even where no gate was reached (the program waits for
 * something else), in milliseconds. */
const ACKNOWLEDGE_MS = 250;
/** A loop counts as never awaiting after this time and number of steps without a macrotask. */
const DEAF_MS = 1000;
const DEAF_STEPS = 6;

/** What the gate tells its owner. */
export interface GateEvents {
  /** The state reached, after pause, resume, step, or when a step budget is used up. */
  onState(state: 'running' | 'paused', step: number): void;
  /** An await point was reached at or after the step limit of the run. */
  onLimit(): void;
  /** The program gave way: a moment to deliver finished records. `held`: and it will stay so. */
  onYield(held: boolean): void;
  /** The program trains without ever giving way. */
  onDeaf(): void;
}

/** Holds the program between its steps. */
export class Gate {
  /** Step number at which the program is held. */
  private holdAt = Infinity;
  private ended = false;
  private reported: number | undefined;
  private waiters: (() => void)[] = [];
  private lastYield = native.now();
  private lastHeartbeat = -Infinity;
  private heartbeat: { since: number; steps: number } | undefined;
  private deaf = false;
  /** Called before the program goes on from an await point. */
  private goingOn: (() => void) | undefined;

  constructor(
    private readonly maxSteps: number,
    private readonly clock: Clock,
    private readonly events: GateEvents,
    /** Optimizer steps taken: above 0 where a run goes on. */
    private steps = 0,
  ) {}

  /** Optimizer steps so far. */
  get stepsTaken(): number {
    return this.steps;
  }

  /** True where a hold was asked for and is reached; the program may still be on its way to the gate. */
  get held(): boolean {
    return !this.ended && this.steps >= this.holdAt && this.steps < this.maxSteps;
  }

  /** True while the program must not go on. */
  get closed(): boolean {
    return this.ended || this.steps >= this.holdAt || this.steps >= this.maxSteps;
  }

  pause(): void {
    this.holdAt = this.steps;
    this.reported = undefined;
    if (this.waiters.length > 0) this.reportPaused();
    else this.acknowledgeLater();
  }

  resume(): void {
    this.holdAt = Infinity;
    this.events.onState('running', this.steps);
    this.release();
  }

  /** Lets `count` more optimizer steps through, then holds. */
  step(count: number): void {
    this.holdAt = this.steps + Math.max(1, Math.floor(count));
    this.release();
  }

  /** Holds once `step` steps are taken, as {@link pause} does. */
  holdAfter(step: number): void {
    if (step <= this.steps) this.pause();
    else this.holdAt = step;
  }

  /** Lets the program go on without telling: it is about to be put back. */
  letBack(): void {
    this.holdAt = Infinity;
    this.release();
  }

  /** The program was put back to after `step`; it is held once it has taken `until` steps. */
  putBack(step: number, until: number): void {
    this.steps = step;
    this.holdAt = until;
    this.reported = undefined;
  }

  /** Calls `task` whenever the program goes on from an await point. */
  onGoingOn(task: () => void): void {
    this.goingOn = task;
  }

  /** Closes for good: whatever still waits here waits for ever, until the worker is ended. */
  end(): void {
    this.ended = true;
  }

  /** To be called after every optimizer step. */
  countStep(step: number): void {
    this.steps = step;
    if (step >= this.holdAt) this.acknowledgeLater();
    if (this.heartbeat) {
      this.heartbeat.steps += 1;
      const { since, steps } = this.heartbeat;
      if (!this.deaf && steps >= DEAF_STEPS && native.now() - since > DEAF_MS) {
        this.deaf = true;
        this.events.onDeaf();
      }
      return;
    }
    const now = native.now();
    if (now - this.lastHeartbeat < HEARTBEAT_MS) return;
    this.lastHeartbeat = now;
    this.heartbeat = { since: now, steps: 0 };
    soon(() => (this.heartbeat = undefined));
  }

  /** Undefined where the program may go on at once; otherwise what it has to await. */
  pass(): Promise<void> | undefined {
    if (this.closed) return this.wait();
    this.goingOn?.();
    if (native.now() - this.lastYield < YIELD_MS) return undefined;
    return this.giveWay();
  }

  /** Runs `task` now, or when the gate opens: for callbacks that cannot await. */
  runOpen(task: () => void): void {
    if (this.closed) void this.wait().then(() => soon(task));
    else {
      this.goingOn?.();
      task();
    }
  }

  private async giveWay(): Promise<void> {
    this.events.onYield(false);
    await macrotask();
    this.lastYield = native.now();
    if (this.closed) await this.wait();
  }

  private async wait(): Promise<void> {
    while (this.closed) {
      if (!this.ended && this.steps >= this.maxSteps) this.events.onLimit();
      else if (!this.ended) this.reportPaused();
      await new Promise<void>((resolve) => this.waiters.push(resolve));
    }
    this.goingOn?.();
  }

  private reportPaused(): void {
    if (this.reported === this.steps) return;
    this.reported = this.steps;
    this.clock.halt();
    this.events.onYield(true);
    this.events.onState('paused', this.steps);
  }

  private acknowledgeLater(): void {
    native.setTimeout(() => {
      if (!this.ended && this.steps >= this.holdAt) this.reportPaused();
    }, ACKNOWLEDGE_MS);
  }

  private release(): void {
    this.reported = undefined;
    this.lastYield = native.now();
    this.clock.go();
    const waiters = this.waiters;
    this.waiters = [];
    for (const resolve of waiters) resolve();
  }
}
