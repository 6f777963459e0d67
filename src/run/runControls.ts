// What a run can be asked to do, and when it refuses.
import type { MadeChange } from '../shared/core/recording';
import { ControlQueue } from './controlQueue';
import { RunControlError } from './runControlError';
import type { RunSource } from './source';
import type { RunStateMachine } from './stateMachine';

/** Time that a source may take to answer a control, milliseconds. A step can take seconds. */
const ANSWER_MS = 60_000;

/** What the controls work with. */
export interface RunControlsOptions {
  machine: RunStateMachine;
  source: RunSource;
  /** Step after which the training stands. */
  position: () => number;
  answerMs?: number;
}

/** The controls of one run. */
export class RunControls {
  private readonly queue: ControlQueue;
  /** Why it cannot be paused; undefined where it can. */
  private obstacle: string | undefined;

  constructor(private readonly options: RunControlsOptions) {
    const { source, answerMs = ANSWER_MS } = options;
    this.obstacle = source.unpausable;
    this.queue = new ControlQueue((control) => source.control(control), answerMs);
  }

  /** False where the program trains in a loop that never awaits, or elsewhere. */
  get pausable(): boolean {
    return this.obstacle === undefined;
  }

  async pause(): Promise<void> {
    this.assertControllable('pause');
    if (this.options.machine.state === 'paused' && !this.queue.isStepping) return;
    this.assertPausable('pause');
    await this.queue.request('pause');
  }

  async resume(): Promise<void> {
    this.assertControllable('resume');
    if (this.options.machine.state === 'running') return;
    await this.queue.request('resume');
  }

  /** `record`: the last step is recorded in full. */
  async step(count: number, record = false): Promise<void> {
    if (!Number.isSafeInteger(count) || count < 1) {
      throw new RunControlError(
        'bad-step-count',
        `A run steps a whole number of optimizer steps from 1; ${count} is none.`,
      );
    }
    this.assertControllable('step');
    this.assertPausable('step');
    await this.queue.step(count, this.options.position, record);
  }

  /** Goes back to the state after `step`. */
  async rewind(step: number, changes: readonly MadeChange[]): Promise<void> {
    this.assertControllable('go back');
    this.assertPausable('go back');
    await this.queue.rewind(step, changes);
  }

  /** The source reported the record of a step. */
  noteStep(step: number): void {
    this.queue.noteStep(step);
  }

  /** The source reported a state. A program that could be held gives way after all. */
  acknowledge(state: 'running' | 'paused', step: number): void {
    if (state === 'paused') this.obstacle = undefined;
    this.queue.acknowledge(state, step);
  }

  /** The program turned out not to give way. */
  neverAwaits(): void {
    this.obstacle = NEVER_AWAITS;
    this.queue.refusePauses(cannotPause('pause', NEVER_AWAITS));
  }

  /** The run has ended. */
  close(state: string): void {
    this.queue.close(
      new RunControlError('run-ended', `The run ended (${state}) before it could pause.`),
    );
  }

  private assertControllable(verb: string): void {
    const { machine } = this.options;
    if (!machine.isFinal) return;
    throw new RunControlError(
      'run-ended',
      `The run cannot ${verb}: it has ${machine.state}. Restart it to train again.`,
    );
  }

  private assertPausable(verb: string): void {
    if (this.obstacle !== undefined) throw cannotPause(verb, this.obstacle);
  }
}

const NEVER_AWAITS = 'its program trains in a loop that never awaits';

function cannotPause(verb: string, why: string): RunControlError {
  return new RunControlError(
    'cannot-pause',
    `The run cannot ${verb}: ${why}.` +
      (why === NEVER_AWAITS ? ' Stop it, or add `await tf.nextFrame()` to the loop.' : ''),
  );
}
