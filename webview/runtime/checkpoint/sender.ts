// Sends the state of a training to the host, which keeps it on disk: now and then while it trains, and always
// where it is held or ends. Nothing of the training changes by that, nor where its tensors are.
import type { LayersModel, Optimizer } from '@tensorflow/tfjs';
import type { TfNamespace } from '../../../src/shared/tap/types';
import { describe } from '../failure';
import { native, postToHost } from '../scope';
import { saveTensors, savedBytes } from './capture';
import {
  encodeCheckpoint,
  type Checkpoint,
  type CheckpointOrigin,
  type Progress,
} from './checkpoint';
import { CheckpointKeeper, type StateKeeper } from './keeper';
import { changingNumbers } from './state';

/** Taking and sending may cost this share of the training time. On WebGL the keeper's copies cost as much again. */
const SHARE = 0.005;
/** Larger states are not sent: the host refuses messages of a quarter of a gigabyte. Bytes. */
const MAX_BYTES = 200 * 1024 * 1024;
/** Steps by hand follow one another: a state is sent when the run has been held for so long, in milliseconds. */
const HELD_MS = 1000;

/** What a sender needs of the training. */
export interface SenderParts {
  tf: TfNamespace;
  model: LayersModel;
  optimizer: Optimizer;
  /** Time between two checkpoints while the run goes on, in milliseconds. */
  intervalMs: number;
  /** On WebGL its copies are sent, so that the training does not wait for the device. */
  keeper: StateKeeper;
  /** Where the training stands, after every record was delivered; undefined within a step. Waits for the device. */
  progress(): Progress | undefined;
  origin(): CheckpointOrigin;
}

/** Sends the checkpoints of one training. */
export class CheckpointSender {
  private next: number;
  private sent = { key: '', step: 0 };
  private isTooLarge = false;
  private heldTimer: ReturnType<typeof setTimeout> | undefined;

  constructor(private readonly parts: SenderParts) {
    this.next = native.now() + parts.intervalMs;
  }

  /** To be called after each step. */
  offer(): void {
    const started = native.now();
    if (started < this.next || this.isTooLarge) return;
    const isQueued = this.parts.keeper instanceof CheckpointKeeper && this.isOnWebgl;
    const checkpoint = isQueued ? this.kept() : this.take();
    if (!checkpoint) return;
    this.send(checkpoint);
    const ended = native.now();
    this.next = ended + Math.max(this.parts.intervalMs, (ended - started) / SHARE);
  }

  /** The run is held; where it stays so, its state is sent. */
  held(): void {
    native.clearTimeout(this.heldTimer);
    this.heldTimer = native.setTimeout(() => this.sendNow(), HELD_MS);
  }

  /** The run goes on. */
  goesOn(): void {
    native.clearTimeout(this.heldTimer);
  }

  /** Sends the state as it is now, unless it is what was sent last. Waits for the device. */
  sendNow(): void {
    native.clearTimeout(this.heldTimer);
    if (this.isTooLarge) return;
    try {
      // Within a step, where a failure ended the run, what the keeper has is the newest whole state.
      const checkpoint = this.take() ?? this.kept();
      if (checkpoint) this.send(checkpoint);
    } catch (error) {
      // The device is gone (context lost): the session tells.
      native.console.warn('Gradient Lens could not take a checkpoint:', describe(error));
    }
  }

  private get isOnWebgl(): boolean {
    return this.parts.tf.getBackend() === 'webgl';
  }

  /** The state as it is now; undefined within a step, and where it was sent before. */
  private take(): Checkpoint | undefined {
    const { tf, model, optimizer } = this.parts;
    if (savedBytes(tf, model, optimizer) > MAX_BYTES) {
      this.isTooLarge = true;
      return undefined;
    }
    const progress = this.parts.progress();
    if (!progress || progress.step === 0 || this.keyOf(progress) === this.sent.key) {
      return undefined;
    }
    const numbers = changingNumbers(optimizer);
    return { ...progress, numbers, tensors: saveTensors(tf, model, optimizer) };
  }

  /** What the keeper has, where it is newer than what was sent. */
  private kept(): Checkpoint | undefined {
    const { latest } = this.parts.keeper;
    return latest && latest.step > this.sent.step ? latest : undefined;
  }

  private send(checkpoint: Checkpoint): void {
    const { model } = this.parts;
    const { step } = checkpoint;
    this.sent = { key: this.keyOf(checkpoint), step };
    const names = new Map(model.weights.map((weight, i) => [`weight/${i}`, weight.originalName]));
    const tensors = checkpoint.tensors.map((tensor) => {
      const variable = names.get(tensor.name);
      return variable === undefined ? tensor : { ...tensor, variable };
    });
    const bytes = encodeCheckpoint({ ...checkpoint, tensors, origin: this.parts.origin() });
    postToHost({ type: 'checkpoint', step, bytes }, [bytes]);
  }

  /** Tells states apart: after the last step of an epoch it is closed, and a held one may be changed. */
  private keyOf({ step, epoch, batches }: Progress): string {
    return `${step} ${epoch} ${batches} ${this.parts.origin().changes.length}`;
  }
}
