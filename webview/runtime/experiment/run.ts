// Trains an experiment module: builds model, data and optimizer from its exports, then walks its epochs,
// again from an earlier state where a debugger goes back.
import type { LayersModel } from '@tensorflow/tfjs';
import type { Training } from '../../../npm/experiment';
import { postToHost, native } from '../scope';
import { assertFits } from '../checkpoint/fit';
import { CheckpointKeeper } from '../checkpoint/keeper';
import { isKnownOptimizer, restoreState } from '../checkpoint/state';
import { TrainingStates } from '../debug/states';
import { clippedOptimizer } from './clipping';
import { compile, scheduleOf } from './compile';
import type { ExperimentContext } from './context';
import { EpochWalk, type PreparedExperiment } from './epochs';
import { createFeed, type Feed } from './feed';
import { resolveExperiment } from './module';
import { sendForgetful, sending } from './sending';
import { withNamedSchedule, withOverrides } from './overrides';
import { createTrainStep, type TrainStep } from './trainStep';

const EPOCHS = 10;
const BATCH_SIZE = 32;

/** Trains what `module` exports; resolves when the last epoch is done. */
export async function runExperiment(module: unknown, context: ExperimentContext): Promise<void> {
  const { tf, options, checkpoint, debug } = context;
  const progress = (message: string): void => postToHost({ type: 'progress', message });
  const experiment = await resolveExperiment(module, tf, options.hyperparameters, progress);
  const { model, data } = experiment;
  const asked = withOverrides(tf, model, experiment.training, options.training);
  compile(tf, model, asked);
  const train = createFeed(tf, model, data.train, 'train');
  const { stopAfterEpoch = Infinity, rateRange } = options.training ?? {};
  // A range test looks at the loss of its steps alone.
  const validation =
    data.validation && !rateRange
      ? createFeed(tf, model, data.validation, 'validation')
      : undefined;
  const { epochs = EPOCHS, batchSize = BATCH_SIZE } = asked;
  context.chooseBackend(model, batchSize);
  if (train.all) context.announce(model, train.all);
  const stepsPerEpoch = train.batches(batchSize);
  const planned = options.epochs ?? Math.min(epochs, stopAfterEpoch);
  postToHost({
    type: 'plan',
    epochs: planned,
    ...(stepsPerEpoch !== undefined && { stepsPerEpoch }),
  });
  const totalSteps = stepsPerEpoch && stepsPerEpoch * epochs;
  const training = withNamedSchedule(asked, options.training, totalSteps);
  const rateOfStep = scheduleOf(model, training, totalSteps);
  const optimizer = clippedOptimizer(model.optimizer);
  if (checkpoint) {
    assertFits(model, optimizer, checkpoint);
    restoreState(tf, model, optimizer, checkpoint);
    if (training.onEpochEnd) sendForgetful();
  }
  const steps = prepareSteps(model, context, progress);
  const prepared: PreparedExperiment = {
    ...{ model, training, train, validation, epochs: planned, batchSize, rateOfStep, steps },
  };
  let walk: EpochWalk | undefined;
  const state = { model, optimizer, epochs: planned, walk: () => walk };
  if (!debug) {
    const keeper = new CheckpointKeeper(tf, model, optimizer, native.now);
    context.keeps(keeper);
    walk = new EpochWalk(prepared, context, checkpoint, sending(context, keeper, state));
    await walk.run();
    return;
  }

  const states = canGoBack(context, model, training, [train, validation])
    ? new TrainingStates(tf, model, optimizer, native.now, () => walk?.progress)
    : undefined;
  const keeper = states ?? new CheckpointKeeper(tf, model, optimizer, native.now);
  context.keeps(keeper);
  debug.follow({ model, states, refuseSwap: (batch) => (walk ? walk.refuseSwap(batch) : NOT_YET) });
  const listener = sending(context, keeper, state);
  walk = new EpochWalk(prepared, context, checkpoint, listener);
  states?.keep();
  while (!(await walk.run())) {
    context.flush();
    walk = new EpochWalk(prepared, context, debug.putBack(), listener);
  }
}

const NOT_YET = 'The training has not begun: wait for its first batch.';

/** Whether all that changes while it trains is ours to put back. */
function canGoBack(
  { tf }: ExperimentContext,
  model: LayersModel,
  training: Training,
  feeds: readonly (Feed | undefined)[],
): boolean {
  const isStateful = model.layers.some((layer) => layer.stateful);
  return (
    !isStateful &&
    isKnownOptimizer(tf, clippedOptimizer(model.optimizer)) &&
    training.onEpochEnd === undefined &&
    // A dataset that shuffles goes through its samples in another order each time.
    feeds.every((feed) => feed === undefined || feed.size !== undefined)
  );
}

/** On WebGL the first step compiles a program per operation and shape, which takes a while. */
function prepareSteps(
  model: LayersModel,
  { tf, options }: ExperimentContext,
  progress: (message: string) => void,
): TrainStep {
  const webgl = tf.getBackend() === 'webgl';
  const fused = options.fusedUpdates === 'auto';
  if (fused && webgl) progress('Checking fused optimizer updates on this device');
  const steps = createTrainStep(tf, model, { fused });
  progress(webgl ? 'Compiling shaders for the first step' : 'Preparing the first step');
  return steps;
}
