// The promises behind pause, resume, step and stop: each settles when the source has acknowledged,
// and fails with a typed error when it cannot. A later pause or resume takes over waiting steps.
import type { RunControl } from './source';
import { RunControlError } from './runControlError';

interface Pending {
  kind: 'pause' | 'resume' | 'step';
  /** Optimizer step at which a `step` is done. */
  target: number;
  resolve: () => void;
  reject: (error: RunControlError) => void;
  timer: NodeJS.Timeout;
  /** Resolves when this entry has settled, either way. */
  settled: Promise<void>;
}

/** Sends controls and matches the states that the source reports to them. */
export class ControlQueue {
  private pending: Pending[] = [];
  private closed = false;

  /** @param answerMs how long a source may take to answer before the promise fails. */
  constructor(
    private readonly send: (control: RunControl) => void,
    private readonly answerMs: number,
  ) {}

  /** Sends a pause or a resume at once. */
  request(kind: 'pause' | 'resume'): Promise<void> {
    return this.enqueue(kind, { type: kind }, 0);
  }

  /** Sends a step once the controls before it are settled; `currentStep` is asked for then. */
  async step(count: number, currentStep: () => number): Promise<void> {
    for (let last = this.pending.at(-1); last; last = this.pending.at(-1)) await last.settled;
    if (this.closed) return;
    await this.enqueue('step', { type: 'step', count }, currentStep() + count);
  }

  private enqueue(kind: Pending['kind'], control: RunControl, target: number): Promise<void> {
    let resolve = (): void => undefined;
    let reject: (error: RunControlError) => void = () => undefined;
    const promise = new Promise<void>((onResolve, onReject) => {
      resolve = onResolve;
      reject = onReject;
    });
    const settled = promise.catch(() => undefined);
    const timer = setTimeout(() => this.expire(entry), this.answerMs);
    timer.unref();
    const entry: Pending = { kind, target, resolve, reject, timer, settled };
    this.pending.push(entry);
    this.send(control);
    return promise;
  }

  /** The source reported a state: settles what it answers. */
  acknowledge(state: 'running' | 'paused', step: number): void {
    const paused = state === 'paused';
    const interrupted = paused && this.pending.some((entry) => entry.kind === 'pause');
    this.take((entry) => {
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
      if (entry.kind === 'pause') entry.reject(error);
      else entry.resolve();
    }
  }

  private take(matches: (entry: Pending) => boolean): Pending[] {
    const taken = this.pending.filter(matches);
    this.pending = this.pending.filter((entry) => !taken.includes(entry));
    for (const entry of taken) clearTimeout(entry.timer);
    return taken;
  }

  private expire(entry: Pending): void {
    this.pending = this.pending.filter((other) => other !== entry);
    entry.reject(
      new RunControlError(
        'no-answer',
        `The program did not reach a point where it can ${entry.kind} within ` +
          `${this.answerMs / 1000} s. It will ${entry.kind} when it does; stop the run to end it now.`,
      ),
    );
  }
}
