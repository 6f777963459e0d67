// One training of one net with one seed, watched as a run is: tap, facts, probes, epochs, rules.
import type { LayersModel, Optimizer, Tensor } from '@tensorflow/tfjs';
import { seededRandom } from '../../../src/shared/core/random';
import { installTap } from '../../../src/shared/tap';
import { watchModels, type ModelWatch } from '../../../webview/runtime/diagnosis';
import { setLearningRate } from '../../../webview/runtime/experiment/optimizer';
import { createStatistics } from '../../../webview/runtime/statistics';
import { tf } from './backend';
import { Observer, type Sighting } from './observer';
import type { Data, Net, Recipe, Samples } from './recipe';
import { skillOf } from './skill';
import { BROKEN_STEPS, eachBatch } from './loops';

/** What came of a trial; plain data, as it crosses a process boundary. */
export interface TrialResult {
  net: string;
  seed: number;
  steps: number;
  /** Findings in the order in which they were seen, with the worst severity that they had. */
  sightings: Sighting[];
  /** On the samples trained on, and on the validation data where there is some. */
  skill: number;
  validationSkill?: number;
  /** About twenty losses from first to last, each the mean of its stretch of steps. */
  losses: number[];
  /** Of the processor. */
  seconds: number;
  /** Tensors alive after the trial that were not before. */
  leaked: number;
  /** Why facts and probes were given up, where they were. */
  givenUp?: string;
  /** Why it could not be trained. */
  error?: string;
}

/** Trains `net` once. Never rejects: an exception of the training is the result's `error`. */
export async function runTrial(net: Net, seed: number): Promise<TrialResult> {
  const { recipe } = net;
  const begin = process.cpuUsage();
  const before = tf.memory().numTensors;
  const unseeded = Math.random;
  Math.random = seededRandom(seed);
  const observer = new Observer();
  let skill = NaN;
  let validationSkill: number | undefined;
  let error: string | undefined;
  try {
    const data = await recipe.data(seededRandom(1000 + seed));
    const { model, optimizer } = await train(recipe, data, observer);
    skill = skillOfSamples(recipe, model, data.train);
    if (data.validation) validationSkill = skillOfSamples(recipe, model, data.validation);
    optimizer.dispose();
    model.dispose();
    disposeSamples(data.train);
    if (data.validation) disposeSamples(data.validation);
  } catch (cause) {
    error = cause instanceof Error ? (cause.stack ?? cause.message) : String(cause);
  } finally {
    Math.random = unseeded;
    tf.disposeVariables();
  }
  return {
    net: net.name,
    seed,
    steps: observer.steps,
    sightings: observer.sightings,
    skill,
    ...(validationSkill !== undefined && { validationSkill }),
    losses: observer.losses,
    seconds: cpuSeconds(process.cpuUsage(begin)),
    leaked: tf.memory().numTensors - before,
    ...(observer.givenUp !== undefined && { givenUp: observer.givenUp }),
    ...(error !== undefined && { error }),
  };
}

const cpuSeconds = ({ user, system }: NodeJS.CpuUsage): number => (user + system) / 1e6;

const skillOfSamples = (recipe: Recipe, model: LayersModel, samples: Samples): number =>
  tf.tidy(() => skillOf(model, samples, recipe.skill));

function disposeSamples({ xs, ys }: Samples): void {
  tf.dispose([xs, ys].flat());
}

/** Builds and trains under the tap and has the observer look on. */
async function train(
  recipe: Recipe,
  data: Data,
  observer: Observer,
): Promise<{ model: LayersModel; optimizer: Optimizer }> {
  const { loss, rate } = recipe;
  let trained: Optimizer | undefined;
  const statistics = createStatistics(tf);
  const tap = installTap<object>(tf, {
    statistics,
    sampling: { everySteps: 1, activationEverySteps: 25 },
    captureSite: () => ({}),
    onRecords: (records) => observer.take(watch.complete(records)),
    onLayers: (layers) => observer.setLayers(layers),
    onStep: (step) => {
      if (rate && trained) setLearningRate(trained, rate(step));
    },
    now: () => 0,
  });
  const watch: ModelWatch = watchModels(tf, tap, {
    statistics,
    probe: 'auto',
    onFacts: (facts) => observer.takeFacts(facts),
    onGiveUp: (reason) => observer.giveUp(reason),
  });
  try {
    const model = recipe.model();
    const optimizer = recipe.optimizer();
    trained = optimizer;
    if (rate) setLearningRate(optimizer, rate(0));
    if (typeof recipe.loop !== 'function') model.compile({ optimizer, loss: loss as string });
    if (recipe.loop === undefined) await fit(recipe, model, data, { tap, observer });
    else await loop(recipe, model, optimizer, data, { tap, observer });
    tap.flush();
    return { model, optimizer };
  } finally {
    watch.uninstall();
    tap.uninstall();
  }
}

interface Watched {
  tap: ReturnType<typeof installTap>;
  observer: Observer;
}

/** By `fit`, as most programs do; epochs are told as the runtime tells them. */
async function fit(recipe: Recipe, model: LayersModel, data: Data, watched: Watched) {
  const { tap, observer } = watched;
  const { validation } = data;
  await model.fit(data.train.xs, data.train.ys, {
    epochs: recipe.epochs,
    batchSize: recipe.batchSize,
    shuffle: recipe.shuffle ?? true,
    yieldEvery: 'never',
    ...(validation && {
      validationData: [validation.xs, validation.ys],
      validationBatchSize: 256,
    }),
    callbacks: {
      onEpochBegin: (epoch) => tap.setEpoch(epoch + 1),
      onBatchEnd: () => {
        tap.poll();
        if (observer.brokenSteps > BROKEN_STEPS) model.stopTraining = true;
      },
      onEpochEnd: (epoch, logs) => {
        tap.flush();
        observer.endEpoch({ epoch: epoch + 1, step: tap.step, metrics: { ...logs } });
      },
    },
  });
}

/** By `trainOnBatch`, or by the recipe's own loop. */
async function loop(
  recipe: Recipe,
  model: LayersModel,
  optimizer: Optimizer,
  data: Data,
  watched: Watched,
): Promise<void> {
  const { tap, observer } = watched;
  const { epochs, batchSize } = recipe;
  const batches = (step: (xs: Tensor, ys: Tensor) => Promise<void> | void, tellsEpochs: boolean) =>
    eachBatch({ data, epochs, batchSize }, step, {
      goesOn: () => {
        tap.poll();
        return observer.brokenSteps <= BROKEN_STEPS;
      },
      begin: (epoch) => tap.setEpoch(epoch),
      end: (epoch) => {
        tap.flush();
        if (!tellsEpochs) return;
        const metrics = validationLoss(model, data);
        observer.endEpoch({ epoch, step: tap.step, metrics });
      },
    });
  if (typeof recipe.loop === 'function') {
    const each = (step: (xs: Tensor, ys: Tensor) => void) => batches(step, false);
    await recipe.loop({ model, data, optimizer, epochs, batchSize, eachBatch: each });
  } else {
    await batches(async (xs, ys) => {
      await model.trainOnBatch(xs, ys);
    }, true);
  }
}

/** `val_loss`, where there is validation data. */
function validationLoss(model: LayersModel, { validation }: Data): Record<string, number> {
  if (!validation) return {};
  return tf.tidy(() => {
    const result = model.evaluate(validation.xs, validation.ys, { batchSize: 256 });
    const [value = NaN] = (Array.isArray(result) ? result[0] : result)?.dataSync() ?? [];
    return { val_loss: value };
  });
}
