// What a debugger does with a run: steps recorded in full, going back, values of tensors, changes between
// steps, and the place in the past that is looked at. Only where the source can do it.
import type {
  MadeChange,
  StepRecording,
  TensorRef,
  TrainingChange,
} from '../shared/core/recording';
import type { StepRecord } from '../shared/core/stepRecord';
import type { Answer, Question } from '../shared/protocol/runtime';
import { Emitter, type OnListenerError } from './emitter';
import { RunControlError } from './runControlError';

/** What is looked at, where that is not the newest step: surfaces show it instead. */
export interface RunCursor {
  step: number;
  /** Layer that the debugger is in, and in which phase of the step: `forward`, `backward`, … */
  layer?: string;
  phase?: string;
}

/** What the debugger's side of a run asks of the rest of it. */
export interface RunDebugHost {
  /** Trains so many steps, the last recorded in full, and holds. */
  step(count: number): Promise<void>;
  /** Goes back to the state after `step` and holds there; `changes` made the run what it is. */
  rewind(step: number, changes: readonly MadeChange[]): Promise<void>;
  ask(question: Question): Promise<Answer>;
  /** The past was changed: forget what came after `step`. */
  forget(step: number): void;
  /** Something that surfaces show has changed. */
  changed(): void;
  onListenerError: OnListenerError;
}

/** The debugger's side of one run. */
export class RunDebug {
  /** The steps that were recorded together, ascending. */
  private recorded: readonly StepRecording[] = [];
  private made: readonly MadeChange[] = [];
  private lookedAt: RunCursor | undefined;
  private stands = 0;
  private readonly replayed: Emitter<StepRecord>;
  private readonly forgot: Emitter<number>;

  constructor(private readonly host: RunDebugHost) {
    this.replayed = new Emitter(host.onListenerError);
    this.forgot = new Emitter(host.onListenerError);
  }

  /** The step recorded in full last; undefined once the training has gone on without recording. */
  get recording(): StepRecording | undefined {
    return this.recordingOf(this.stands);
  }

  /**
   * A step that was recorded in full and whose tensors are still there: the last one, or one before it where
   * the program took several between two await points.
   */
  recordingOf(step: number): StepRecording | undefined {
    if (this.recorded.at(-1)?.step !== this.stands) return undefined;
    return this.recorded.find((recording) => recording.step === step);
  }

  /** The step after which the training stands: less than the run's newest step after going back. */
  get position(): number {
    return this.stands;
  }

  /** Changes that made the run what it is, by step. */
  get changes(): readonly MadeChange[] {
    return this.made;
  }

  /** The place that surfaces show; undefined: the newest step. */
  get cursor(): RunCursor | undefined {
    return this.lookedAt;
  }

  /** Steps taken again after going back: the history knows them already. */
  get onDidReplay() {
    return this.replayed.event;
  }

  /** The past was changed: what came after this step is forgotten. */
  get onDidForget() {
    return this.forgot.event;
  }

  /** Trains `count` steps, the last recorded in full, and holds. */
  step(count = 1): Promise<void> {
    return this.host.step(count);
  }

  /**
   * Goes back to the state after `step`, which is recorded in full again; 0 is before the first step. Takes a
   * moment where all steps up to there have to be taken again.
   */
  async rewind(step: number): Promise<void> {
    if (!Number.isSafeInteger(step) || step < 0) {
      throw new RunControlError('bad-step', `A run has no step ${step} to go back to.`);
    }
    await this.host.rewind(step, this.made);
  }

  /**
   * Elements [start, start + count) of a recorded tensor, fewer where it ends before; of `step`, or of the
   * step recorded last.
   */
  async values(ref: TensorRef, start: number, count: number, step?: number): Promise<Float32Array> {
    const params = { ...ref, start, count, ...(step !== undefined && { step }) };
    const answer = await this.host.ask({ question: 'values', params });
    return answer.question === 'values' ? new Float32Array(answer.result) : new Float32Array();
  }

  /** Changes the training before its next step; gives what was there before. Later steps are forgotten. */
  async change(change: TrainingChange): Promise<number | boolean | undefined> {
    const answer = await this.host.ask({ question: 'change', params: change });
    const step = this.stands;
    const before = answer.question === 'change' ? answer.result.before : undefined;
    const made: MadeChange = { step, change, ...(before !== undefined && { before }) };
    this.made = [...this.made.filter((other) => other.step <= step), made];
    this.host.forget(step);
    this.forgot.fire(step);
    this.host.changed();
    return before;
  }

  /** Shows another step, or the newest again. */
  look(cursor: RunCursor | undefined): void {
    this.lookedAt = cursor;
    this.host.changed();
  }

  /** To be called with every record and state of the source. */
  moveTo(step: number): void {
    this.stands = step;
  }

  /** To be called with a record that the history knows already. */
  replay(record: StepRecord): void {
    this.replayed.fire(record);
  }

  /** To be called with a recording of the source. */
  record(recording: StepRecording): void {
    const { step, since = step } = recording;
    const others = this.recorded.filter((other) => other.step >= since && other.step < step);
    this.recorded = [...others, recording];
  }

  dispose(): void {
    this.replayed.dispose();
    this.forgot.dispose();
  }
}
