// Our loop, as it is shipped: an experiment module that the runtime trains. The gate starts and ends
// the blocks, as it does when a user steps through a run.
import type { StepRecord } from '../../src/shared/core/stepRecord';
import type { TfNamespace } from '../../src/shared/tap/types';
import { runExperiment } from '../../webview/runtime/experiment/run';
import type { ContestantOptions } from '../contestant';
import type { Contestant } from './contestants';
import { Batches } from './data';
import { BATCH_SIZE, CLASSES, NET } from './nets';
import { LOSS, OPTIMIZER } from './optimizers';
import { chooseBackend, installRuntime } from './runtime';

/** More than any run of the bench takes, so that no epoch ends within a block. */
const STEPS_PER_EPOCH = 4096;
/** Sampling that records no step but the first: the loss alone is left. */
const NEVER = 2 ** 31;

/** Trains by the experiment loop. */
export function ourContestant(tf: TfNamespace, options: ContestantOptions): Contestant {
  const { net, optimizer, backend, variant, activationEverySteps } = options;
  const losses: number[] = [];
  let reached = 0;
  let wake: (() => void) | undefined;
  const sampling =
    variant === 'ours-off'
      ? { everySteps: NEVER, activationEverySteps: NEVER }
      : { everySteps: 1, activationEverySteps };
  let listener: ((records: readonly StepRecord[]) => void) | undefined;
  const { tap, gate, flush } = installRuntime(tf, sampling, {
    onRecords: (records) => {
      losses.push(...records.map(({ loss }) => loss ?? Number.NaN));
      listener?.(records);
    },
    onPaused: (step) => {
      reached = step;
      wake?.();
    },
  });
  const batches = new Batches(tf, NET[net]);
  const { inputShape } = NET[net];
  const module = {
    model: () => NET[net].build(tf),
    data: () => ({
      train: {
        size: STEPS_PER_EPOCH * BATCH_SIZE,
        featureShape: inputShape,
        labelShape: [CLASSES],
        batch: (indices: ArrayLike<number>) => {
          const { xs, ys } = batches.at((indices[0] ?? 0) / BATCH_SIZE);
          return Promise.resolve({ xs: xs.clone(), ys: ys.clone() });
        },
      },
    }),
    training: {
      epochs: 1,
      batchSize: BATCH_SIZE,
      shuffle: false,
      optimizer: OPTIMIZER[optimizer],
      loss: LOSS,
    },
  };
  let failure: Promise<never> | undefined;
  const start = (): Promise<never> => {
    const done = runExperiment(module, {
      tf,
      tap,
      gate,
      flush,
      chooseBackend,
      onRecords: (listen) => (listener = listen),
      options: {
        runId: 'bench',
        kind: 'experiment',
        seed: 1,
        backend,
        paused: true,
        sampling,
        epsilon: 'keras',
        fusedUpdates: 'auto',
        hyperparameters: {},
      },
    });
    return done.then(() => {
      throw new Error(`The training ended after ${tap.step} steps; the bench asked for more.`);
    });
  };
  const pausedAt = (step: number): Promise<void> =>
    new Promise((resolve) => {
      wake = () => {
        if (reached >= step) resolve();
      };
    });
  return {
    run: async (steps) => {
      const target = tap.step + steps;
      const paused = pausedAt(target);
      gate.step(steps);
      failure ??= start();
      await Promise.race([paused, failure]);
      return losses.splice(0);
    },
  };
}
