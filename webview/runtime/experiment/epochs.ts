// Walks the epochs of an experiment: loops over seeded batches without waiting for any of their results,
// validates after each epoch and reports. A walk begins anywhere, and stops where a debugger goes back.
import type { LayersModel } from '@tensorflow/tfjs';
import type { Training } from '../../../npm/experiment';
import type { Checkpoint, Progress } from '../checkpoint/checkpoint';
import { postToHost } from '../scope';
import { swapBatches, whyNotSwapped } from './batchOrder';
import type { ExperimentContext } from './context';
import { createEarlyStopping, type EarlyStopper } from './earlyStopping';
import { EpochMeans } from './epochMeans';
import type { Entry, Feed, FeedBatch } from './feed';
import { setLearningRate } from './optimizer';
import { SampleOrder } from './order';
import { queueStep } from './queueStep';
import type { RateOfStep } from './schedule';
import type { TrainStep } from './trainStep';
import { validate } from './validation';

/** An experiment that is ready to train. */
export interface PreparedExperiment {
  model: LayersModel;
  training: Training;
  train: Feed;
  validation: Feed | undefined;
  epochs: number;
  batchSize: number;
  rateOfStep: RateOfStep | undefined;
  steps: TrainStep;
}

/** Takes note of states after a step. */
interface StepListener {
  /** `progress` waits for the device. */
  offer(progress: () => Progress): void;
}

/** One walk through the epochs, from the beginning or from a checkpoint. */
export class EpochWalk {
  private readonly order: SampleOrder | undefined;
  private readonly stopper: EarlyStopper;
  private readonly done: Record<string, number>[] = [];
  private means: EpochMeans;
  /** The epoch under way, its batches that are done, and numbers drawn before the next one. */
  private epoch: number;
  private batches: number;
  private draws: number;
  /** Sample indices of the epoch; absent where the samples come in their order. */
  private samples: Uint32Array | undefined;
  private over: 'epochs' | 'early-stopping' | undefined;
  /** True while a step is queued: weights may be of before and after it. */
  private isWithinStep = false;

  constructor(
    private readonly experiment: PreparedExperiment,
    private readonly context: ExperimentContext,
    private readonly from: Checkpoint | undefined,
    private readonly keeper: StepListener,
  ) {
    const { train, training, validation } = experiment;
    const { shuffle = true, earlyStopping } = training;
    const { size, lazy } = train;
    const { seed } = context.options;
    this.order = shuffle && size !== undefined ? new SampleOrder(size, seed, lazy) : undefined;
    this.stopper = createEarlyStopping(earlyStopping, validation !== undefined);
    this.means = new EpochMeans(from);
    this.epoch = from?.epoch ?? 1;
    this.batches = from?.batches ?? 0;
    this.draws = from?.draws ?? context.random.draws;
    if (from) this.done.push(...from.epochs);
  }

  /** Where the training stands; its sums are complete once every record was delivered. */
  get progress(): Progress {
    const { epoch, batches, draws, means, done } = this;
    const { tap } = this.context;
    const seconds = this.context.seconds();
    return {
      ...{ step: tap.step, seconds, epoch, batches, ...means.state, epochs: [...done], draws },
    };
  }

  /** Why it is over; undefined while it is not. */
  get ended(): 'epochs' | 'early-stopping' | undefined {
    return this.over;
  }

  /** False in the midst of a step, where a failure may have left it. */
  get isBetweenSteps(): boolean {
    return !this.isWithinStep;
  }

  /** Why the next batch cannot be swapped with the one of this number, from 1. */
  refuseSwap(batch: number): string | undefined {
    const { train, batchSize } = this.experiment;
    const total = train.batches(batchSize) ?? 0;
    const next = this.batches < total ? this.batches : 0;
    return whyNotSwapped(batch, next + 1, { size: train.size, batchSize });
  }

  /** Trains to the end; false where the training is to be put back. */
  async run(): Promise<boolean> {
    const { from } = this;
    for (let epoch = 1; epoch <= this.experiment.epochs; epoch++) {
      this.samples = this.order?.next(epoch === 1);
      const before = from?.epochs[epoch - 1];
      if (before) {
        await this.passOver(before);
        continue;
      }
      if (from?.epoch === epoch) this.redoSwaps(from);
      else this.begin(epoch);
      if (!(await this.train())) return false;
      const ended = await this.end();
      if (ended !== 'go on') return ended === 'over';
    }
    this.over = 'epochs';
    return true;
  }

  /** Begins an epoch that is done, because datasets shuffle anew whenever they are walked through. */
  private async passOver(metrics: Record<string, number>): Promise<void> {
    const { train, validation, batchSize } = this.experiment;
    for (const feed of [train, validation]) {
      if (!feed || feed.size !== undefined) continue;
      const walk = feed.epoch(batchSize);
      const { value } = await walk.next();
      if (value) this.context.tf.dispose([value.xs, value.ys]);
      await walk.return();
    }
    // An epoch that the training had stopped after, and has gone on from.
    if (this.stopper.shouldStop(metrics)) this.stopper.goOn();
  }

  private begin(epoch: number): void {
    this.epoch = epoch;
    this.batches = 0;
    this.draws = this.context.random.draws;
    this.means = new EpochMeans();
  }

  /** Batches that changed places before the state from which the walk begins. */
  private redoSwaps({ step, batches }: Checkpoint): void {
    const first = step - batches;
    const swaps = this.context.debug?.log.swaps(first, step) ?? [];
    for (const swap of swaps) this.swap(swap.step - first + 1, swap.batch);
  }

  /** Trains on what is left of the epoch; false where the training is to be put back. */
  private async train(): Promise<boolean> {
    const { context, means } = this;
    const { tf, tap, gate, debug } = context;
    const { model, steps, rateOfStep } = this.experiment;
    tap.setEpoch(this.epoch);
    context.onRecords((records) => means.take(records));
    const progress = (): Progress => {
      context.flush();
      return this.progress;
    };
    let walk = this.walk(this.from?.epoch === this.epoch);
    for (;;) {
      const { value: batch } = await walk.next();
      if (!batch) break;
      await gate.pass();
      if (debug) {
        const swaps = debug.isGoingBack ? [] : debug.makeChanges();
        if (debug.isGoingBack || swaps.length > 0) {
          // The batch was taken in advance.
          tf.dispose([batch.xs, batch.ys]);
          await walk.return();
          if (debug.isGoingBack) return false;
          for (const number of swaps) this.swap(this.batches + 1, number);
          walk = this.walk(true);
          continue;
        }
      }
      if (rateOfStep && debug?.log.settings.rate === undefined) {
        setLearningRate(model.optimizer, rateOfStep(tap.step));
      }
      means.expect(tap.step + 1, batch.size);
      this.isWithinStep = true;
      tf.dispose(queueStep(model, steps, batch));
      tf.dispose([batch.xs, batch.ys]);
      this.batches += 1;
      this.draws = context.random.draws;
      this.isWithinStep = false;
      this.keeper.offer(progress);
    }
    if (!debug) return true;
    // Held here, before the epoch is closed: the step can be looked at, and the last one of all, too.
    if (gate.held) await gate.pass();
    return !debug.isGoingBack;
  }

  /** Batches of the epoch; `isEntered`: from where it stands. */
  private walk(isEntered: boolean): AsyncGenerator<FeedBatch, void, undefined> {
    const { train, batchSize } = this.experiment;
    const { batches, draws } = this;
    const reached = (): void => this.context.random.moveTo(draws);
    const entry: Entry | undefined = isEntered ? { batches, reached } : undefined;
    return train.epoch(batchSize, this.samples, entry);
  }

  private swap(one: number, other: number): void {
    const { train, batchSize } = this.experiment;
    this.samples ??= Uint32Array.from({ length: train.size ?? 0 }, (_, i) => i);
    swapBatches(this.samples, one, other, batchSize);
  }

  /** Closes the epoch. */
  private async end(): Promise<'go on' | 'over' | 'going back'> {
    const { context, means, stopper } = this;
    const { tf, tap, debug } = context;
    const { model, training, validation, batchSize } = this.experiment;
    context.flush();
    const metrics = means.named(model.metricsNames);
    if (validation) Object.assign(metrics, await validate(tf, model, validation, batchSize));
    context.requireDevice();
    if (debug?.isGoingBack) return 'going back';
    context.reportEpoch({ epoch: this.epoch, step: tap.step, metrics });
    await training.onEpochEnd?.(this.epoch, metrics, model);
    const ended = this.epoch;
    this.done.push({ ...metrics });
    // From here on the next epoch is under way, as far as a checkpoint is concerned.
    this.begin(ended + 1);
    if (!stopper.shouldStop(metrics)) return 'go on';
    this.over = 'early-stopping';
    const message = `Training ended after epoch ${ended}: ${training.earlyStopping?.monitor ?? 'the loss'} no longer improved.`;
    postToHost({ type: 'notice', notice: { code: 'early-stopping', message } });
    return 'over';
  }
}
