// Trains an experiment module: builds model, data and optimizer from its exports, then loops over
// seeded batches without waiting for any of their results, validates after each epoch and reports.
import type { LayersModel, Tensor } from '@tensorflow/tfjs';
import type { Training } from '../../../npm/experiment';
import type { EpochRecord } from '../../../src/shared/core/run';
import type { StepRecord } from '../../../src/shared/core/stepRecord';
import type { StartOptions } from '../../../src/shared/protocol/runtime';
import type { Tap, TfNamespace } from '../../../src/shared/tap/types';
import { isShapeMessage, RunFailure } from '../failure';
import type { Gate } from '../gate';
import type { Checkpoint } from '../checkpoint/checkpoint';
import { CheckpointKeeper } from '../checkpoint/keeper';
import { restoreState } from '../checkpoint/state';
import type { CountedRandom } from '../countedRandom';
import type { TrainingData } from '../diagnosis';
import { native, postToHost } from '../scope';
import { clippedOptimizer, withClipping } from './clipping';
import { createEarlyStopping } from './earlyStopping';
import { EpochMeans } from './epochMeans';
import { createFeed, type Feed, type FeedBatch } from './feed';
import { resolveExperiment, shapeOfExperiment } from './module';
import { createOptimizer, learningRateOf, setLearningRate } from './optimizer';
import { SampleOrder } from './order';
import { createSchedule, type RateOfStep } from './schedule';
import { createTrainStep, type TrainStep } from './trainStep';
import { validate } from './validation';

const EPOCHS = 10;
const BATCH_SIZE = 32;

/** What the loop needs of the session. */
export interface ExperimentContext {
  tf: TfNamespace;
  tap: Tap;
  gate: Gate;
  options: StartOptions;
  /** Tells of data in memory, before the first step. */
  announce(model: LayersModel, data: TrainingData): void;
  /** Measures the backends on the model and takes the faster one, before the first step. */
  chooseBackend(model: LayersModel, batchSize: number): void;
  /** The run's Math.random. */
  random: CountedRandom;
  /** Where the run goes on, after a worker before this one lost its device. */
  checkpoint: Checkpoint | undefined;
  /** Takes note of what keeps the last good state. */
  keeps(keeper: CheckpointKeeper): void;
  /** Throws where the device was lost: what is read from it then means nothing. */
  requireDevice(): void;
  /** Seconds of training time. */
  seconds(): number;
  /** Calls `listener` with the step records that follow, when they are delivered. */
  onRecords(listener: (records: readonly StepRecord[]) => void): void;
  /** Waits for the device and delivers every record so far. */
  flush(): void;
  /** To be called when an epoch has ended and its records were delivered. */
  reportEpoch(epoch: EpochRecord): void;
}

/** Trains what `module` exports; resolves when the last epoch is done. */
export async function runExperiment(module: unknown, context: ExperimentContext): Promise<void> {
  const { tf, tap, gate, options } = context;
  const progress = (message: string): void => postToHost({ type: 'progress', message });
  const experiment = await resolveExperiment(module, tf, options.hyperparameters, progress);
  const { model, data, training } = experiment;
  compile(tf, model, training);
  const train = createFeed(tf, model, data.train, 'train');
  const validation = data.validation && createFeed(tf, model, data.validation, 'validation');
  const { epochs = EPOCHS, batchSize = BATCH_SIZE, shuffle = true } = training;
  context.chooseBackend(model, batchSize);
  if (train.all) context.announce(model, train.all);
  const stepsPerEpoch = train.batches(batchSize);
  postToHost({ type: 'plan', epochs, ...(stepsPerEpoch !== undefined && { stepsPerEpoch }) });
  const rateOfStep = scheduleOf(model, training, stepsPerEpoch && stepsPerEpoch * epochs);
  const order = orderOf(train, shuffle, options.seed);
  const shouldStop = createEarlyStopping(training.earlyStopping, validation !== undefined);
  const { checkpoint, random } = context;
  const optimizer = clippedOptimizer(model.optimizer);
  if (checkpoint) restoreState(tf, model, optimizer, checkpoint);
  const steps = prepareSteps(model, context, progress);
  const keeper = new CheckpointKeeper(tf, model, optimizer, native.now);
  context.keeps(keeper);
  const done: Record<string, number>[] = [];

  for (let epoch = 1; epoch <= epochs; epoch++) {
    const samples = order?.next(epoch === 1);
    const before = checkpoint?.epochs[epoch - 1];
    if (before) {
      await passOver(tf, train, batchSize);
      done.push(before);
      shouldStop(before);
      continue;
    }
    const resumed = checkpoint?.epoch === epoch ? checkpoint : undefined;
    const entry = resumed && {
      batches: resumed.batches,
      reached: () => random.moveTo(resumed.draws),
    };
    let batches = resumed?.batches ?? 0;
    tap.setEpoch(epoch);
    const means = new EpochMeans(resumed);
    context.onRecords((records) => means.take(records));
    for await (const batch of train.epoch(batchSize, samples, entry)) {
      await gate.pass();
      if (rateOfStep) setLearningRate(model.optimizer, rateOfStep(tap.step));
      means.expect(tap.step + 1, batch.size);
      tf.dispose(trainOn(model, steps, batch));
      tf.dispose([batch.xs, batch.ys]);
      batches += 1;
      keeper.offer(() => {
        context.flush();
        const { step } = tap;
        const seconds = context.seconds();
        const { draws } = random;
        return { step, seconds, epoch, batches, ...means.state, epochs: [...done], draws };
      });
    }
    context.flush();
    const metrics = means.named(model.metricsNames);
    if (validation) Object.assign(metrics, await validate(tf, model, validation, batchSize));
    context.requireDevice();
    context.reportEpoch({ epoch, step: tap.step, metrics });
    done.push({ ...metrics });
    await training.onEpochEnd?.(epoch, metrics, model);
    if (shouldStop(metrics)) {
      const message = `Training ended after epoch ${epoch}: ${training.earlyStopping?.monitor ?? 'the loss'} no longer improved.`;
      postToHost({ type: 'notice', notice: { code: 'early-stopping', message } });
      return;
    }
  }
}

function compile(tf: TfNamespace, model: LayersModel, training: Training): void {
  const compiled = (model.optimizer as LayersModel['optimizer'] | undefined) !== undefined;
  if (compiled) {
    const clipped = withClipping(tf, model.optimizer, training);
    if (clipped === model.optimizer) return;
    const { loss, metrics } = model;
    model.compile({ optimizer: clipped, loss, metrics });
    return;
  }
  const { loss, metrics } = training;
  if (loss === undefined) {
    throw shapeOfExperiment(
      'training.loss is missing: name one, such as categoricalCrossentropy, binaryCrossentropy or meanSquaredError.',
    );
  }
  const optimizer = withClipping(tf, createOptimizer(tf, training.optimizer), training);
  try {
    model.compile({ optimizer, loss, ...(metrics !== undefined && { metrics }) });
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw shapeOfExperiment(`The model does not compile with this training: ${reason}`, error);
  }
}

function scheduleOf(
  model: LayersModel,
  { schedule }: Training,
  totalSteps: number | undefined,
): RateOfStep | undefined {
  if (!schedule) return undefined;
  const rate = learningRateOf(model.optimizer);
  if (rate === undefined) {
    throw shapeOfExperiment('training.schedule needs an optimizer with a learningRate.');
  }
  return createSchedule(schedule, rate, totalSteps);
}

function orderOf(feed: Feed, shuffle: boolean, seed: number): SampleOrder | undefined {
  if (!shuffle || feed.size === undefined) return undefined;
  return new SampleOrder(feed.size, seed, feed.lazy);
}

/** Begins an epoch that is done, because datasets shuffle anew whenever they are walked through. */
async function passOver(tf: TfNamespace, feed: Feed, batchSize: number): Promise<void> {
  if (feed.size !== undefined) return;
  const walk = feed.epoch(batchSize);
  const { value } = await walk.next();
  if (value) tf.dispose([value.xs, value.ys]);
  await walk.return();
}

/** On WebGL the first step compiles a program per operation and shape, which takes a while. */
function prepareSteps(
  model: LayersModel,
  { tf, options }: ExperimentContext,
  progress: (message: string) => void,
): TrainStep {
  const webgl = tf.getBackend() === 'webgl';
  const fused = webgl && options.fusedUpdates === 'auto';
  if (fused) progress('Checking fused optimizer updates on this device');
  const steps = createTrainStep(tf, model, { fused });
  progress(webgl ? 'Compiling shaders for the first step' : 'Preparing the first step');
  return steps;
}

/** Queues a step. Its numbers come with its record. */
function trainOn(model: LayersModel, steps: TrainStep, { xs, ys }: FeedBatch): Tensor[] {
  try {
    return steps.step(xs, ys);
  } catch (error) {
    if (error instanceof Error && isShapeMessage(error.message)) {
      throw explainShapes(model, xs, ys, error);
    }
    throw error;
  }
}

function explainShapes(model: LayersModel, xs: Tensor[], ys: Tensor[], error: Error): RunFailure {
  const list = (shapes: (number | null)[][]): string =>
    shapes.map((shape) => `[${shape.map((size) => size ?? 'batch').join(', ')}]`).join(', ');
  const shapes = (tensors: { shape: (number | null)[] }[]) => list(tensors.map((t) => t.shape));
  const sparse =
    typeof model.loss === 'string' && /sparse/i.test(model.loss)
      ? ' A sparse loss takes class numbers of shape [batch, 1], not one-hot rows.'
      : '';
  return new RunFailure(
    'shape-mismatch',
    `${error.message} The data give xs ${shapes(xs)} and ys ${shapes(ys)}; the model takes ${shapes(model.inputs)} and yields ${shapes(model.outputs)}.${sparse}`,
    { cause: error },
  );
}
