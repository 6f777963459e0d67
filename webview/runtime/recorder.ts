// Watches the training of a session: the tap, the probes beside it, and the way of their records to
// the host.
import type { StepRecord } from '../../src/shared/core/stepRecord';
import type { EpochRecord } from '../../src/shared/core/run';
import type { StartOptions } from '../../src/shared/protocol/runtime';
import { installTap } from '../../src/shared/tap';
import type { Tap } from '../../src/shared/tap/types';
import { followingStatistics } from './backends/switching';
import type { StateKeeper } from './checkpoint/keeper';
import type { CountedRandom } from './countedRandom';
import type { TrainingDebugger } from './debug';
import { watchModels, type ModelWatch } from './diagnosis';
import { watchBreaks, type AutopsyWatch } from './diagnosis/autopsy';
import { createFuser } from './fused';
import { sendLayers, type CapturedStack } from './messages';
import { createOutbox } from './outbox';
import { native, postToHost } from './scope';
import { bundleFrames, captureStack } from './stack';
import { tf } from './tf';

/** What a recorder needs of its session. */
export interface RecorderContext {
  /** Seconds of training time. */
  now(): number;
  /** Called at every optimizer step, before it is recorded; throws where the run has ended. */
  countStep(step: number): void;
  /** True from the end of the run on: nothing is sent any more. */
  ended(): boolean;
  /** Steps beyond are not sent. */
  maxSteps(): number;
  /** What keeps the last good state: its tensors are ours, not the program's. */
  keeper(): StateKeeper | undefined;
}

/** The records of one session. */
export class Recorder {
  private readonly outbox = createOutbox(() => {
    const { numTensors, numBytes } = tf.memory();
    const ours = this.context.keeper()?.held ?? { numTensors: 0, numBytes: 0 };
    return { numTensors: numTensors - ours.numTensors, numBytes: numBytes - ours.numBytes };
  });
  readonly statistics = followingStatistics(tf);
  private tap: Tap | undefined;
  private watch: ModelWatch | undefined;
  private autopsy: AutopsyWatch | undefined;
  private listener: ((records: readonly StepRecord[]) => void) | undefined;

  constructor(private readonly context: RecorderContext) {}

  /** Optimizer steps so far. */
  get step(): number {
    return this.tap?.step ?? 0;
  }

  /** Installs the tap and the probes; before the other hooks, which add to a step what is not its own. */
  install(
    { kind, sampling, probe, recordFrom, fusedUpdates }: StartOptions,
    random: CountedRandom,
    stepsBefore = 0,
    debug?: TrainingDebugger,
  ): { tap: Tap; watch: ModelWatch } {
    // The updates of an experiment are fused by its own loop.
    const isFused = kind === 'program' && fusedUpdates === 'auto';
    const tap = installTap<CapturedStack>(tf, {
      statistics: this.statistics,
      sampling,
      stepsBefore,
      ...(recordFrom !== undefined && { recordFrom }),
      captureSite: () => ({ stack: captureStack() }),
      onRecords: (records) => this.send(this.watch?.complete(records) ?? records),
      onLayers: (layers) => {
        debug?.meet(layers);
        sendLayers(layers);
      },
      onStep: (step) => this.context.countStep(step),
      now: () => this.context.now(),
      // Our own loop waits for no loss, and a debugger looks at the step at once.
      defers: () => kind === 'program' && !debug && tf.getBackend() === 'webgl',
      ...(isFused && { update: createFuser(tf) }),
      ...(debug && { debug }),
    });
    debug?.attach(tap, kind);
    this.autopsy = watchBreaks(tf, tap, {
      random,
      onAutopsy: ({ autopsy, stack }) => {
        if (this.context.ended()) return;
        // The record of its step comes first.
        this.outbox.flush();
        postToHost({ type: 'autopsy', autopsy, frames: bundleFrames(stack.join('\n')) });
      },
    });
    const watch = watchModels(tf, tap, {
      statistics: this.statistics,
      probe,
      onFacts: (facts) => {
        if (!this.context.ended()) postToHost({ type: 'facts', facts });
      },
      onGiveUp: (reason) => native.console.debug('Gradient Lens does not probe a model:', reason),
    });
    this.tap = tap;
    this.watch = watch;
    return { tap, watch };
  }

  /** Calls `listener` with the records that follow, when they are delivered. */
  onRecords(listener: (records: readonly StepRecord[]) => void): void {
    this.listener = listener;
  }

  addEpoch(epoch: EpochRecord): void {
    this.outbox.addEpoch(epoch);
  }

  /** Takes what the device has ready. */
  poll(): void {
    this.tap?.poll();
    this.autopsy?.perform();
  }

  /** Waits for the device and takes every record so far; they are sent with the next ones. */
  read(): void {
    try {
      this.tap?.flush();
      this.autopsy?.perform();
    } catch (error) {
      // The device is gone (context lost): what was read before still counts.
      native.console.warn('Gradient Lens could not read the last steps:', error);
    }
  }

  /** As {@link read}, and sends at once. */
  flush(): void {
    this.read();
    this.outbox.flush();
  }

  /** Sends what has been read, without asking the device. */
  sendOut(): void {
    this.outbox.flush();
  }

  private send(records: readonly StepRecord[]): void {
    if (this.context.ended()) return;
    this.listener?.(records);
    this.autopsy?.observe(records);
    // Steps beyond the limit can only come from a loop that could not be held at it.
    const limit = this.context.maxSteps();
    this.outbox.add(records.filter((record) => record.step <= limit));
  }
}
