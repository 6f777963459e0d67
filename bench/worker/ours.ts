// Our loop, as it is shipped: a session of the runtime that trains an experiment module. The bench is
// its host: it lets the session take as many steps as a block has, as a user who steps through a run.
import type { FromRuntime } from '../../src/shared/protocol/runtime';
import { decodeStepRecords } from '../../src/shared/protocol/codec';
import { native } from '../../webview/runtime/scope';
import { Session } from '../../webview/runtime/session';
import { tf } from '../../webview/runtime/tf';
import type { ContestantOptions } from '../contestant';
import type { Contestant } from './contestants';
import { Batches } from './data';
import { BATCH_SIZE, CLASSES, NET } from './nets';
import { LOSS, OPTIMIZER } from './optimizers';
import { settledMemory } from './memory';
import { overhearRuntime } from './port';

/** More than any run of the bench takes, so that no epoch ends within a block. */
const STEPS_PER_EPOCH = 8192;
/** Sampling that records no step but the first: the loss alone is left. */
const NEVER = 2 ** 31;

/** The experiment module that a user would write; its batches lie on the device already. */
function experimentOf({ net, optimizer }: ContestantOptions) {
  const { inputShape } = NET[net];
  return {
    model: () => NET[net].build(tf),
    data: () => {
      const batches = new Batches(tf, NET[net]);
      const batch = (indices: ArrayLike<number>) => {
        const { xs, ys } = batches.at((indices[0] ?? 0) / BATCH_SIZE);
        return Promise.resolve({ xs: xs.clone(), ys: ys.clone() });
      };
      const size = STEPS_PER_EPOCH * BATCH_SIZE;
      return { train: { size, featureShape: inputShape, labelShape: [CLASSES], batch } };
    },
    training: {
      epochs: 1,
      batchSize: BATCH_SIZE,
      shuffle: false,
      optimizer: OPTIMIZER[optimizer],
      loss: LOSS,
    },
  };
}

/** By the timers as they were: the program's own are held while it is paused. */
const sleep = (ms: number): Promise<void> =>
  new Promise((resolve) => native.setTimeout(() => resolve(), ms));

/** Trains by the experiment loop. */
export function ourContestant(options: ContestantOptions): Contestant {
  const { backend, variant, activationEverySteps } = options;
  const session = new Session();
  const settled = settledMemory(tf, sleep);
  let steps = 0;
  let isStarted = false;
  let startedAt = 0;
  const batches: ArrayBuffer[] = [];
  let settle: { paused: (step: number) => void; failed: (error: Error) => void } | undefined;

  overhearRuntime((overheard) => {
    const message = overheard as FromRuntime;
    if (message.type === 'started') {
      startedAt = performance.now();
      if (message.backend === backend) return;
      settle?.failed(new Error(`${backend} did not start: ${message.reason ?? 'no reason given'}`));
    } else if (message.type === 'steps') {
      // The buffer itself goes to the page.
      batches.push(message.batch.slice(0));
    } else if (message.type === 'state' && message.state === 'paused') {
      settle?.paused(message.step);
    } else if (message.type === 'failed') {
      settle?.failed(new Error(message.error.message));
    } else if (message.type === 'finished') {
      settle?.failed(new Error(`The training ended after ${message.steps} steps.`));
    }
  });

  const start = (): void => {
    isStarted = true;
    session.program(() => Promise.resolve(experimentOf(options)));
    const off = { everySteps: NEVER, activationEverySteps: NEVER };
    session.receive({
      type: 'start',
      options: {
        runId: 'bench',
        kind: 'experiment',
        seed: 1,
        backend,
        paused: true,
        sampling: variant === 'ours-off' ? off : { everySteps: 1, activationEverySteps },
        epsilon: 'keras',
        fusedUpdates: 'auto',
        probe: variant === 'ours-off' ? 'off' : 'auto',
        hyperparameters: {},
      },
    });
  };

  return {
    run: async (count) => {
      steps += count;
      const paused = new Promise<void>((resolve, reject) => {
        settle = { paused: (step) => step >= steps && resolve(), failed: reject };
      });
      const before = performance.now();
      if (!isStarted) start();
      session.receive({ type: 'step', count });
      await paused;
      // Starting the backend is not counted for the others either.
      const ms = performance.now() - Math.max(before, startedAt);
      const records = batches.splice(0).flatMap((batch) => decodeStepRecords(batch));
      // The batch that is made in advance: whether it is there already must not be a matter of chance.
      await sleep(0);
      const memory = await settled();
      return { ms, losses: records.map(({ loss }) => loss ?? Number.NaN), memory };
    },
  };
}
