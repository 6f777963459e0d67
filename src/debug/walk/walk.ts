// Walks through a training: step by step, each recorded in full, where a breakpoint may stop inside a step;
// running freely where only records have to be looked at. Going on, going back and halting are here.
import type { StepRecord } from '../../shared/core/stepRecord';
import { isFinal } from '../../shared/core/run';
import type { Breakpoints } from '../breakpoints';
import type { Mark, SteppedStep, StopMark } from '../breakpoints/mark';
import type { DebuggedRun, StepDebugger } from '../debuggedRun';
import { FreeRun, ignoringEnd } from './freeRun';
import { phasesOf } from './phases';
import { isAtEnd, START, type Halt, type Place } from './place';
import { WalkRecords } from './records';

/** Told what the walk passes. */
export interface WalkListener {
  /** A message was logged, or a condition could not be computed. */
  passed(mark: Exclude<Mark, StopMark>): void;
}

/** How far to go. */
export interface Goal {
  /** Halt at the end of this step. */
  step?: number;
  /** Halt at the end of the last step of this epoch. */
  epoch?: number;
}

/** The walk through one run. */
export class Walk {
  private at: Place = START;
  private readonly records: WalkRecords;
  private readonly subscriptions: { dispose(): void }[];
  private free: FreeRun | undefined;
  private wish: 'pause' | 'reconsider' | undefined;
  private judged = 0;
  /** Steps up to this one were taken together and are walked through one by one. */
  private taken = 0;
  /** Where the training stood when the walk last looked. */
  private stoodAt = 0;

  constructor(
    private readonly run: DebuggedRun,
    private readonly debug: StepDebugger,
    private readonly breakpoints: Breakpoints,
    private readonly listener: WalkListener,
  ) {
    this.records = new WalkRecords(() => run.steps);
    this.subscriptions = [
      run.onDidStep((record) => this.take(record)),
      debug.onDidReplay((record) => this.take(record)),
      debug.onDidForget((step) => {
        this.records.forget(step);
        breakpoints.exceptions.forget(step);
      }),
    ];
  }

  get place(): Place {
    return this.at;
  }

  /** The record of a step, where it was kept. */
  recordAt(step: number): StepRecord | undefined {
    return this.records.at(step);
  }

  /** Halts at the next end of a step. */
  pause(): void {
    this.wish = 'pause';
    this.free?.interrupt();
  }

  /** Breakpoints have changed: they count from here on. */
  reconsider(): void {
    if (this.free) {
      this.wish = 'reconsider';
      this.free.interrupt();
      return;
    }
    const { index } = this.at;
    this.arrive(this.at.step, index);
  }

  /** Goes on until a breakpoint, the goal, a pause or the end of the run. */
  async goOn(goal: Goal = {}): Promise<Halt> {
    this.wish = undefined;
    for (;;) {
      // Where the end of an epoch is not known before, its last step is known only after it.
      if (this.isBeyond(goal)) {
        await this.goTo(this.at.step - 1);
        return { type: 'stopped', reason: 'step' };
      }
      const stopped = this.walkOn();
      if (stopped) return stopped;
      if (this.at.step >= (goal.step ?? Infinity)) return { type: 'stopped', reason: 'step' };
      if (this.isPauseWished) return { type: 'stopped', reason: 'pause' };
      if (isFinal(this.run.state)) return { type: 'ended' };
      const halt = await this.advance(goal);
      if (halt) return halt;
    }
  }

  /** To the next phase. */
  async stepIn(): Promise<Halt> {
    if (isAtEnd(this.at)) {
      if (!(await this.takeStep())) return { type: 'ended' };
    }
    const stop = this.moveTo(this.at.index + 1);
    return stop ?? { type: 'stopped', reason: 'step' };
  }

  /** One phase back, or one step where `wholeStep` is set or the step has been left. */
  async stepBack(wholeStep: boolean): Promise<Halt> {
    if (!wholeStep && this.at.index > 0) this.at = { ...this.at, index: this.at.index - 1 };
    else await this.goTo(Math.max(0, this.at.step - 1));
    return { type: 'stopped', reason: this.at.step === 0 ? 'entry' : 'step' };
  }

  /** To the last breakpoint before this place; to the start of the run where there is none. */
  async reverse(): Promise<Halt> {
    const here = this.at.marks.findLast(
      (mark) => mark.type === 'stop' && mark.phase < this.at.index,
    );
    if (here) return this.haltAt(here.phase) ?? { type: 'stopped', reason: 'step' };
    const records = this.run.steps;
    for (let i = records.length - 1; i >= 0; i--) {
      const record = records[i];
      if (!record || record.step >= this.at.step) continue;
      const before = records[i - 1];
      const previous = before?.step === record.step - 1 ? before : undefined;
      const marks = this.marksOf(record, previous, true).filter(({ type }) => type === 'stop');
      if (marks.length === 0) continue;
      await this.goTo(record.step);
      const stop = this.at.marks.findLast(({ type }) => type === 'stop') ?? marks.at(-1);
      return this.haltAt(stop?.phase ?? this.at.index) ?? { type: 'stopped', reason: 'step' };
    }
    await this.goTo(0);
    return { type: 'stopped', reason: 'entry' };
  }

  /** Takes over a run that holds already: at the start, or where it was asked to hold. */
  begin(): void {
    const { position, recording } = this.debug;
    this.taken = position;
    this.arrive(recording?.since ?? position, -1);
  }

  /** True where the training has been moved by somebody else. */
  get isLeftBehind(): boolean {
    return this.debug.position !== this.stoodAt;
  }

  /** Somebody else has let the run take steps, and it holds again. */
  catchUp(): void {
    this.taken = 0;
    this.arrive(this.debug.position, Infinity);
  }

  dispose(): void {
    for (const subscription of this.subscriptions) subscription.dispose();
    this.free?.interrupt();
  }

  /** Back (or forth) to the end of `step`, recorded in full. */
  private async goTo(step: number): Promise<void> {
    if (!this.debug.recordingOf(step)) await this.debug.rewind(step);
    this.taken = this.debug.position;
    this.arrive(step, Infinity);
  }

  /**
   * One step on, recorded in full. False where the run ended instead. A program that takes several between two
   * await points has taken the next one already.
   */
  private async takeStep(): Promise<boolean> {
    const next = this.at.step + 1;
    if (next <= this.taken && this.records.at(next)) {
      this.arrive(next, -1);
      return true;
    }
    const before = this.debug.position;
    await ignoringEnd(this.debug.step(1));
    const { position } = this.debug;
    if (position === before) return false;
    this.taken = position;
    this.arrive(this.records.at(before + 1) ? before + 1 : position, -1);
    return true;
  }

  private async advance(goal: Goal): Promise<Halt | undefined> {
    const isNext = goal.step !== undefined && goal.step <= this.debug.position + 1;
    if (this.breakpoints.needSingleSteps || isNext || this.at.step < this.taken) {
      return (await this.takeStep()) ? undefined : { type: 'ended' };
    }
    this.taken = 0;
    this.free = new FreeRun(this.run, this.debug, goal);
    this.judged = this.debug.position;
    const outcome = await this.free.go().finally(() => (this.free = undefined));
    if (outcome.type === 'ended') return outcome;
    if (outcome.type === 'tripped') {
      if (isFinal(this.run.state)) return { type: 'missed', step: outcome.step };
      // Recorded in full again, whether or not the run had gone further.
      await this.debug.rewind(outcome.step);
      this.taken = this.debug.position;
      this.arrive(outcome.step, -1);
      return undefined;
    }
    if (this.wish === 'reconsider') this.wish = undefined;
    else if (outcome.byOthers) this.wish = 'pause';
    const { position, recording } = this.debug;
    if (recording) {
      this.taken = position;
      // Those before the goal have run freely; what is beyond it is still to be walked through.
      const step = this.debug.recordingOf(goal.step ?? position)
        ? (goal.step ?? position)
        : position;
      this.arrive(step, this.judgedIndex(step));
    } else if (!(await this.takeStep())) return { type: 'ended' };
    return undefined;
  }

  /** A step that was looked at while it ran freely has nothing more to stop it. */
  private judgedIndex(step: number): number {
    return this.judged >= step ? Infinity : -1;
  }

  /** Stands at a step, before its phase `index + 1`. */
  private arrive(step: number, index: number): void {
    this.stoodAt = this.debug.position;
    const record = this.records.at(step);
    if (!record) {
      this.at = { ...START, step };
      return;
    }
    const marks = this.marksOf(record, this.records.at(step - 1));
    const phases = this.phasesOf(record);
    this.at = { step, record, phases, marks, index: Math.min(index, phases.length - 1) };
  }

  private phasesOf(record: StepRecord) {
    return phasesOf(record, this.run.layers, this.debug.recordingOf(record.step));
  }

  private marksOf(
    record: StepRecord,
    previous: StepRecord | undefined,
    isGlance = false,
  ): readonly Mark[] {
    const { layers } = this.run;
    const step: SteppedStep = { record, previous, phases: this.phasesOf(record), layers, isGlance };
    return this.breakpoints.marks(step, this.run.findings);
  }

  /** To the next stop of the step, or to its end. */
  private walkOn(): Halt | undefined {
    while (!isAtEnd(this.at)) {
      const halt = this.moveTo(this.at.index + 1);
      if (halt) return halt;
    }
    return undefined;
  }

  /** To a phase of the step; logs what stands there. */
  private moveTo(index: number): Halt | undefined {
    this.at = { ...this.at, index };
    for (const mark of this.at.marks) {
      if (mark.phase === index && mark.type !== 'stop') this.listener.passed(mark);
    }
    return this.haltAt(index);
  }

  /** Stands at a phase; what stops there. */
  private haltAt(index: number): Halt | undefined {
    this.at = { ...this.at, index };
    const marks = this.at.marks.filter(
      (mark): mark is StopMark => mark.type === 'stop' && mark.phase === index,
    );
    const [first] = marks;
    return first && { type: 'stopped', reason: first.reason, marks };
  }

  private get isPauseWished(): boolean {
    return this.wish === 'pause';
  }

  private isBeyond({ epoch }: Goal, record = this.at.record): boolean {
    return epoch !== undefined && (record?.epoch ?? 0) > epoch;
  }

  /** A record has come: of a step that the walk takes, or of one that ran freely. */
  private take(record: StepRecord): void {
    const previous = this.records.at(record.step - 1);
    this.records.note(record);
    this.breakpoints.exceptions.findings.update(this.run.findings, record.step);
    const { free } = this;
    if (!free || free.hasTripped) return;
    this.judged = record.step;
    if (this.isBeyond(free.goal, record)) {
      free.trip(record.step);
      return;
    }
    if (!this.breakpoints.areSet) return;
    const marks = this.marksOf(record, previous);
    const isStopped = marks.some(({ type }) => type === 'stop');
    if (isStopped) free.trip(record.step);
    // What a step logs that is walked through afterwards, it logs then.
    else for (const mark of marks) if (mark.type !== 'stop') this.listener.passed(mark);
  }
}
