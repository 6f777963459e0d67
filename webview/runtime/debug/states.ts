// The earlier states of an experiment that is debugged: takes them now and then, and puts one back.
import type { LayersModel, Optimizer } from '@tensorflow/tfjs';
import type { TfNamespace } from '../../../src/shared/tap/types';
import { saveTensors, savedBytes } from '../checkpoint/capture';
import type { Checkpoint, Progress } from '../checkpoint/checkpoint';
import type { StateKeeper } from '../checkpoint/keeper';
import { changingNumbers, restoreState } from '../checkpoint/state';
import { CheckpointRing } from './ring';

/** Least time between two checkpoints of a run that is not held, in milliseconds. */
const INTERVAL_MS = 250;
/** They may cost this share of the time between two. */
const SHARE = 0.01;

/** Takes checkpoints of one training, on any backend. */
export class TrainingStates implements StateKeeper {
  private readonly ring = new CheckpointRing();
  private next: number;
  /** Nothing stays on the device. */
  readonly held = { numTensors: 0, numBytes: 0 };

  constructor(
    private readonly tf: TfNamespace,
    private readonly model: LayersModel,
    private readonly optimizer: Optimizer,
    private readonly now: () => number,
    /** Where the training stands; its sums are complete once the records were delivered. */
    private readonly progress: () => Progress | undefined,
  ) {
    this.next = now() + INTERVAL_MS;
  }

  get latest(): Checkpoint | undefined {
    return this.ring.before(this.progress()?.step ?? Infinity);
  }

  /** Keeps the state now; every record has to be delivered. Waits for the device. */
  keep(): void {
    const progress = this.progress();
    if (!progress || this.ring.has(progress.step)) return;
    const { tf, model, optimizer } = this;
    if (!this.ring.fits(savedBytes(tf, model, optimizer))) {
      this.next = Infinity;
      return;
    }
    const numbers = changingNumbers(optimizer);
    this.ring.add({ ...progress, numbers, tensors: saveTensors(tf, model, optimizer) });
  }

  /** To be called after each step; `deliver` is called where a checkpoint is due. */
  offer(deliver: () => void): void {
    const started = this.now();
    if (started < this.next) return;
    deliver();
    this.keep();
    if (this.next === Infinity) return;
    const ended = this.now();
    this.next = ended + Math.max(INTERVAL_MS, (ended - started) / SHARE);
  }

  /** Whether the state after `step` can be reached by taking at least one step, if there is one. */
  reaches(step: number): boolean {
    return this.stateBefore(step) !== undefined;
  }

  /** Puts back the newest state from which `step` is reached so; see {@link reaches}. */
  putBack(step: number): Checkpoint {
    const checkpoint = this.stateBefore(step);
    if (!checkpoint) throw new Error(`There is no checkpoint before step ${step}.`);
    restoreState(this.tf, this.model, this.optimizer, checkpoint);
    return checkpoint;
  }

  /** Later states would not come so again. */
  forgetAfter(step: number): void {
    this.ring.forgetAfter(step);
  }

  private stateBefore(step: number): Checkpoint | undefined {
    return this.ring.before(Math.max(0, step - 1));
  }
}
