// The promises behind pause, resume, step and stop: each settles when the source has acknowledged,
// and fails with a typed error when it cannot. A later pause or resume takes over waiting steps.
import type { MadeChange } from '../shared/core/recording';
import type { RunControl } from './source';
import { RunControlError } from './runControlError';

interface Pending {
  kind: 'pause' | 'resume' | 'step' | 'rewind';
  /** Optimizer step at which a `step` is done, and to which a `rewind` leads. */
  target: number;
  /** For a `rewind`: steps up to the target were taken again. */
  hasGoneBack: boolean;
  resolve: () => void;
  reject: (error: RunControlError) => void;
  timer: NodeJS.Timeout;
  /** Resolves when this entry has settled, either way. */
  settled: Promise<void>;
}

/** Words for what a source did not do in time. */
const VERBS = { pause: 'pause', resume: 'resume', step: 'step', rewind: 'go back' };
/** Going back may mean that all steps up to there are taken again: so many times the usual patience. */
const REWIND_PATIENCE = 30;

/** Sends controls and matches the states that the source reports to them. */
export class ControlQueue {
  private pending: Pending[] = [];
  private closed = false;

  /** @param answerMs how long a source may take to answer before the promise fails. */
  constructor(
    private readonly send: (control: RunControl) => void,
    private readonly answerMs: number,
  ) {}

  /** True while steps are being taken: the run is paused and yet trains. */
  get isStepping(): boolean {
    return this.pending.some(({ kind }) => kind === 'step');
  }

  /** Sends a pause or a resume at once. */
  request(kind: 'pause' | 'resume'): Promise<void> {
    return this.enqueue(kind, { type: kind }, 0);
  }

  /** Sends a step once the controls before it are settled; `position` is asked for then. */
  step(count: number, position: () => number, record: boolean): Promise<void> {
    const control: RunControl = { type: 'step', count, ...(record && { record }) };
    return this.afterOthers(() => this.enqueue('step', control, position() + count));
  }

  /** Sends a rewind once the controls before it are settled. */
  rewind(step: number, changes: readonly MadeChange[]): Promise<void> {
    const patience = this.answerMs * REWIND_PATIENCE;
    const control: RunControl = { type: 'rewind', step, changes };
    return this.afterOthers(() => this.enqueue('rewind', control, step, patience));
  }

  /** At once where nothing is pending: the next one then waits for this one. */
  private async afterOthers(enqueue: () => Promise<void>): Promise<void> {
    for (let last = this.pending.at(-1); last; last = this.pending.at(-1)) await last.settled;
    if (!this.closed) await enqueue();
  }

  private enqueue(
    kind: Pending['kind'],
    control: RunControl,
    target: number,
    answerMs = this.answerMs,
  ): Promise<void> {
    let resolve = (): void => undefined;
    let reject: (error: RunControlError) => void = () => undefined;
    const promise = new Promise<void>((onResolve, onReject) => {
      resolve = onResolve;
      reject = onReject;
    });
    const settled = promise.catch(() => undefined);
    const timer = setTimeout(() => this.expire(entry, answerMs), answerMs);
    timer.unref();
    const entry: Pending = { kind, target, hasGoneBack: false, resolve, reject, timer, settled };
    this.pending.push(entry);
    this.send(control);
    return promise;
  }

  /** The source reported the record of a step. */
  noteStep(step: number): void {
    for (const entry of this.pending) {
      if (entry.kind === 'rewind' && step <= entry.target) entry.hasGoneBack = true;
    }
  }

  /**
   * The source reported a state: settles what it answers. A program that takes several steps between two await
   * points is held some steps later than asked.
   */
  acknowledge(state: 'running' | 'paused', step: number): void {
    const paused = state === 'paused';
    const interrupted = paused && this.pending.some((entry) => entry.kind === 'pause');
    this.take((entry) => {
      if (entry.kind === 'rewind') {
        return paused && (step === entry.target || (entry.hasGoneBack && step > entry.target));
      }
      if (entry.kind === 'step')
        return paused ? interrupted || step >= entry.target : this.resumed();
      return entry.kind === (paused ? 'pause' : 'resume');
    }).forEach((entry) => entry.resolve());
  }

  /** True where a resume is waiting: it takes over the steps before it. */
  private resumed(): boolean {
    return this.pending.some((entry) => entry.kind === 'resume');
  }

  /** The program turned out not to give way: nothing but stop can reach it. */
  refusePauses(error: RunControlError): void {
    this.take((entry) => entry.kind !== 'resume').forEach((entry) => entry.reject(error));
  }

  /** The run ended: a pause failed, but a step or resume that ran to the end did its work. */
  close(error: RunControlError): void {
    this.closed = true;
    for (const entry of this.take(() => true)) {
      if (entry.kind === 'pause' || entry.kind === 'rewind') entry.reject(error);
      else entry.resolve();
    }
  }

  private take(matches: (entry: Pending) => boolean): Pending[] {
    const taken = this.pending.filter(matches);
    this.pending = this.pending.filter((entry) => !taken.includes(entry));
    for (const entry of taken) clearTimeout(entry.timer);
    return taken;
  }

  private expire(entry: Pending, answerMs: number): void {
    this.pending = this.pending.filter((other) => other !== entry);
    entry.reject(
      new RunControlError(
        'no-answer',
        `The program did not reach a point where it can ${VERBS[entry.kind]} within ` +
          `${answerMs / 1000} s. It will ${VERBS[entry.kind]} when it does; stop the run to end it now.`,
      ),
    );
  }
}
