// A stretch of training that runs freely, as fast as without a debugger: it ends where a record trips
// something, where somebody interrupts, at its goal, or with the run.
import { isFinal } from '../../shared/core/run';
import { RunControlError } from '../../run/runControlError';
import type { DebuggedRun, StepDebugger } from '../debuggedRun';
import type { Goal } from './walk';

/** How it ended. The training is held, but after `ended`. */
export type FreeRunOutcome =
  | { type: 'ended' }
  /** `byOthers`: paused by somebody else, e.g. from the panel. */
  | { type: 'held'; byOthers: boolean }
  | { type: 'tripped'; step: number };

/** One stretch. */
export class FreeRun {
  private tripped: number | undefined;
  private isPausedByOthers = false;
  private isWoken = false;
  private wake: () => void = () => undefined;
  private readonly woken = new Promise<void>((resolve) => (this.wake = resolve));

  constructor(
    private readonly run: DebuggedRun,
    private readonly debug: StepDebugger,
    readonly goal: Goal,
  ) {}

  get hasTripped(): boolean {
    return this.tripped !== undefined;
  }

  /** The record of `step` must not be passed. */
  trip(step: number): void {
    this.tripped ??= step;
    this.interrupt();
  }

  /** Holds as soon as it can. */
  interrupt(): void {
    this.isWoken = true;
    this.wake();
  }

  /** Runs; resolves when the training is held or has ended. */
  async go(): Promise<FreeRunOutcome> {
    const { run } = this;
    const moving = this.move();
    await Promise.race([this.woken, run.finished, moving]);
    // Where it is held already, this does nothing.
    if (!isFinal(run.state)) await ignoringEnd(run.pause());
    await moving;
    if (this.tripped !== undefined) return { type: 'tripped', step: this.tripped };
    return isFinal(run.state)
      ? { type: 'ended' }
      : { type: 'held', byOthers: this.isPausedByOthers };
  }

  /**
   * Up to the step before the last where that is known, since a run that has ended cannot be held any more: what
   * its records trip is then still within reach.
   */
  private async move(): Promise<void> {
    const { plan, request } = this.run;
    const planned =
      plan.epochs !== undefined && plan.stepsPerEpoch !== undefined
        ? plan.epochs * plan.stepsPerEpoch
        : Infinity;
    const last = Math.min(planned, request.maxSteps ?? Infinity) - 1;
    const count = Math.min(this.goal.step ?? Infinity, last) - this.debug.position;
    if (count >= 1 && Number.isFinite(count)) await this.stepMany(count);
    else if (last - this.debug.position <= 0) await ignoringEnd(this.debug.step(1));
    else {
      await ignoringEnd(this.run.resume());
      await Promise.race([this.woken, this.run.finished, this.untilPaused()]);
    }
  }

  private async stepMany(count: number): Promise<void> {
    const target = this.debug.position + count;
    try {
      await this.debug.step(count);
      const isShort = this.debug.position < target && !isFinal(this.run.state);
      this.isPausedByOthers = isShort && !this.isWoken;
    } catch (error) {
      if (!(error instanceof RunControlError)) throw error;
      if (error.code === 'run-ended') return;
      if (error.code !== 'no-answer') throw error;
      // So many steps take their time: they are answered when they are done.
      await Promise.race([this.woken, this.run.finished, this.untilAt(target)]);
    }
  }

  private untilAt(step: number): Promise<void> {
    return this.until(() => (this.debug.recording?.step ?? -1) >= step);
  }

  private async untilPaused(): Promise<void> {
    await this.until(() => this.run.state === 'paused');
    this.isPausedByOthers = !this.isWoken;
  }

  private async until(isSo: () => boolean): Promise<void> {
    if (isSo()) return;
    await new Promise<void>((resolve) => {
      const subscription = this.run.onDidChange(() => {
        if (!isSo()) return;
        subscription.dispose();
        resolve();
      });
      // Woken or ended, nobody waits for it any more.
      void Promise.race([this.woken, this.run.finished]).then(() => subscription.dispose());
    });
  }
}

/** Waits for a control; a run that ended did what it could. */
export async function ignoringEnd(control: Promise<void>): Promise<void> {
  try {
    await control;
  } catch (error) {
    if (!(error instanceof RunControlError && error.code === 'run-ended')) throw error;
  }
}
