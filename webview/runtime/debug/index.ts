// A debugger's part of a session: which step is recorded in full, what is asked and changed while the
// training is held, and going back.
import type { LayersModel, Optimizer } from '@tensorflow/tfjs';
import type { DebugStart, Question, ToRuntime } from '../../../src/shared/protocol/runtime';
import type { FullStep, InsteadOf, StepDebugger } from '../../../src/shared/tap/fullStep';
import type { NamedGradients, OptimizerLike } from '../../../src/shared/tap/internals';
import type {
  StatisticsEngine,
  Tap,
  TappedLayer,
  TfNamespace,
} from '../../../src/shared/tap/types';
import { describe } from '../failure';
import type { Gate } from '../gate';
import { native, postToHost } from '../scope';
import { ChangeLog } from './changeLog';
import { ChangeMaker } from './changeMaker';
import type { TrainingStates } from './states';
import { StepKeeper } from './stepKeeper';
import { filterUpdate } from './updateFilter';

/** What an experiment offers besides. */
export interface DebuggedExperiment {
  model: LayersModel;
  /** Absent where its training cannot be put back. */
  states: TrainingStates | undefined;
  /** Says why the batch of the next step cannot be swapped with this one; undefined where it can. */
  refuseSwap(batch: number): string | undefined;
}

/**
 * Steps recorded in full together at most: a program that takes several between two await points is held after the
 * last of them. Of more, none is kept.
 */
const MAX_TOGETHER = 16;

type Ask = Extract<ToRuntime, { type: 'ask' }>;

/** The debugger of one training. */
export class TrainingDebugger implements StepDebugger {
  readonly log: ChangeLog;
  private readonly steps: StepKeeper;
  private readonly changes: ChangeMaker;
  private tap: Tap | undefined;
  private experiment: DebuggedExperiment | undefined;
  private optimizer: Optimizer | undefined;
  private layers: ReadonlySet<string> = new Set();
  /** Step from which on steps are recorded in full, until the program is held. */
  private recordAt: number | undefined;
  /** Step that was asked for, while the training is on its way back. */
  private target: number | undefined;

  constructor(
    private readonly tf: TfNamespace,
    private readonly gate: Gate,
    statistics: StatisticsEngine,
    start: DebugStart,
    stepsBefore: number,
  ) {
    this.log = new ChangeLog(start.changes);
    this.log.putBack(stepsBefore);
    this.steps = new StepKeeper(tf, statistics);
    this.changes = new ChangeMaker(tf, {
      log: this.log,
      step: () => this.step,
      optimizer: () => this.optimizer ?? this.experiment?.model.optimizer,
      layers: () => this.knownLayers(),
      refuseSwap: (batch) =>
        this.experiment
          ? this.experiment.refuseSwap(batch)
          : 'Only the batches of an experiment module can be swapped: a program takes them itself.',
    });
    if (start.replayTo === undefined) return;
    this.recordAt = start.replayTo;
    gate.holdAfter(start.replayTo);
  }

  /** Watches the training, once the tap is there. A program's changes are made at its await points. */
  attach(tap: Tap, kind: 'program' | 'experiment'): void {
    this.tap = tap;
    this.steps.watchBatches(() => this.wantsFull(tap.step + 1));
    if (kind === 'program') this.gate.onGoingOn(() => this.makeChanges());
  }

  /** Takes note of an experiment that is about to train. */
  follow(experiment: DebuggedExperiment): void {
    this.experiment = experiment;
  }

  /** Takes note of the layers that are trained. */
  meet(layers: readonly TappedLayer<unknown>[]): void {
    this.layers = new Set(layers.map(({ name }) => name));
  }

  /** The training goes on; `recordAt` is the step to be recorded in full. What was recorded is let go. */
  goOn(recordAt?: number): void {
    this.recordAt = recordAt;
    this.steps.release();
  }

  /** The training is held: tells what was recorded, and keeps the state. Every record is delivered. */
  paused(): void {
    try {
      for (const recording of this.steps.tell()) postToHost({ type: 'recording', recording });
      this.experiment?.states?.keep();
    } catch (error) {
      // The device is gone (context lost): the session tells.
      native.console.warn('Gradient Lens could not read the recorded step:', error);
    }
  }

  /** Goes back to `step`, or says that this worker cannot. */
  rewind(step: number): void {
    if (step > this.step || !this.experiment?.states?.reaches(step)) {
      postToHost({ type: 'cannotRewind', step });
      return;
    }
    this.target = step;
    this.goOn();
    this.gate.letBack();
  }

  /** True while the loop has to stop for {@link putBack}. */
  get isGoingBack(): boolean {
    return this.target !== undefined;
  }

  /** Puts the training back, to be replayed from the state that is returned. Every record is delivered. */
  putBack() {
    const { target = 0, experiment, tap } = this;
    this.target = undefined;
    if (!experiment?.states || !tap) throw new Error('Only an experiment is put back.');
    const checkpoint = experiment.states.putBack(target);
    const { step } = checkpoint;
    this.log.putBack(step);
    tap.rewind(step);
    this.goOn(target > step ? target : undefined);
    this.gate.putBack(step, target);
    return checkpoint;
  }

  /** Makes the changes that are due; gives the batch to swap the next one with, newest last. */
  makeChanges(): number[] {
    const swaps: number[] = [];
    for (const change of this.log.takeDue(this.step)) {
      if (change.type === 'batch') swaps.push(change.batch);
      else this.changes.make(change);
    }
    return swaps;
  }

  /** Answers a question. */
  ask(message: Ask): void {
    const { id } = message;
    let answer: ReturnType<TrainingDebugger['answer']>;
    try {
      answer = this.answer(message);
    } catch (error) {
      answer = `The tensor could not be read: ${describe(error)}`;
    }
    if (typeof answer === 'string') {
      postToHost({ type: 'answer', id, ok: false, message: answer });
    } else if (answer instanceof Float32Array) {
      const result = answer.buffer as ArrayBuffer;
      postToHost({ type: 'answer', id, ok: true, question: 'values', result }, [result]);
    } else {
      postToHost({ type: 'answer', id, ok: true, question: 'change', result: answer });
    }
  }

  wantsFull(step: number): boolean {
    const { recordAt = Infinity } = this;
    return step >= recordAt && step < recordAt + MAX_TOGETHER;
  }

  onFullStep(step: FullStep): void {
    this.steps.take(step);
  }

  beforeUpdate(optimizer: OptimizerLike, gradients: NamedGradients): InsteadOf | undefined {
    // A loop that never awaits goes on while it is held.
    if (this.steps.step !== undefined && !this.wantsFull(this.step + 1)) this.steps.release(false);
    this.optimizer = optimizer as unknown as Optimizer;
    // A program may have come here past every await point since the change was asked for.
    if (!this.experiment) this.makeChanges();
    return filterUpdate(this.tf, optimizer, gradients, this.log.settings, (variable) =>
      this.tap?.layerNameOf(variable),
    );
  }

  private get step(): number {
    return this.gate.stepsTaken;
  }

  private answer(
    question: Question,
  ): string | Float32Array | { before: number | boolean | undefined } {
    if (question.question === 'values') return this.steps.read(question.params);
    if (!this.gate.held) return 'The training runs. Pause it, then change it.';
    const judgement = this.changes.judge(question.params);
    if ('refused' in judgement) return judgement.refused;
    this.log.add(this.step, question.params);
    this.experiment?.states?.forgetAfter(this.step);
    return judgement;
  }

  /** Before the first step of an experiment the layers of its model are known. */
  private knownLayers(): ReadonlySet<string> {
    if (this.layers.size > 0 || !this.experiment) return this.layers;
    const { layers } = this.experiment.model;
    return new Set(
      layers.filter((layer) => layer.trainableWeights.length > 0).map(({ name }) => name),
    );
  }
}
