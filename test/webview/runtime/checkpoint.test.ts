// Checkpoints that are kept on disk: a run that goes on from one computes what it would have computed without the
// interruption, bit for bit, on each backend and wherever it was interrupted; taking them leaves nothing behind.
import assert from 'node:assert/strict';
import type { StepRecord } from '../../../src/shared/core/stepRecord';
import type { StartOptions } from '../../../src/shared/protocol/runtime';
import type { Checkpoint } from '../../../src/shared/core/checkpoint';
import { decodeCheckpoint } from '../../../src/shared/protocol/checkpointCodec';
import { DATA } from './programs';
import { RuntimeBench, type RuntimeRun } from './harness';

interface Parts {
  training?: string;
  data?: string;
  model?: string;
}

const ARRAYS = '{ train: { xs, ys }, validation: { xs: xs.slice(0, 40), ys: ys.slice(0, 40) } }';

/** Noise, moving averages, moments, shuffles, a schedule, clipping, early stopping. Six steps an epoch. */
const experiment = ({
  training = "optimizer: 'adam'",
  data = ARRAYS,
  model = '',
}: Parts = {}) => `${DATA}
export const model = () => tf.sequential({ layers: [
  tf.layers.dense({ units: 8, inputShape: [4], activation: 'relu', name: 'hidden' }),
  tf.layers.batchNormalization({}),
  tf.layers.dropout({ rate: 0.3 }),${model}
  tf.layers.dense({ units: 3, activation: 'softmax', name: 'out' }),
] });
export const data = () => (${data});
export const training = {
  epochs: 6, batchSize: 16, loss: 'categoricalCrossentropy', metrics: ['accuracy'], clipNorm: 0.5,
  schedule: { type: 'cosine' }, earlyStopping: { monitor: 'loss', patience: 3 }, ${training},
};`;

/** Shuffled anew each epoch, with noise of Math.random, and a validation that is shuffled too. */
const DATASETS = `{
  train: tf.data.zip({ xs: tf.data.array(xs.arraySync()), ys: tf.data.array(ys.arraySync()) }).shuffle(50)
    .map(({ xs, ys }) => ({ xs: xs.map((x) => x + 0.1 * Math.random()), ys })).batch(16),
  validation: tf.data.zip({ xs: tf.data.array(xs.arraySync()), ys: tf.data.array(ys.arraySync()) }).shuffle(90).batch(20),
}`;

const LAZY = `{ train: { size: 96, batch: (indices) => tf.tidy(() => {
  const index = tf.tensor1d(indices, 'int32');
  return { xs: xs.gather(index).add(0.1 * Math.random()), ys: ys.gather(index) };
}) }, validation: { xs, ys } }`;

/** What a step computes; the order of a statistic's sums may follow from how a texture lies. */
const numbersOf = ({ step, epoch, loss, metrics, learningRate }: StepRecord) => ({
  ...{ step, epoch, loss, metrics, learningRate },
});

const encodedOf = (run: RuntimeRun): string => {
  const last = run.all('checkpoint').at(-1);
  assert.ok(last, 'no checkpoint came');
  return last.bytes as unknown as string;
};
const checkpointOf = (run: RuntimeRun): Checkpoint =>
  decodeCheckpoint(new Uint8Array(Buffer.from(encodedOf(run), 'base64')).buffer);

/** All but the time that it took. */
const stateOf = (run: RuntimeRun) => {
  const { tensors, ...state } = { ...checkpointOf(run), seconds: 0 };
  return {
    ...state,
    tensors: tensors.map(({ values, ...tensor }) => ({
      ...tensor,
      values: Buffer.from(values.buffer, values.byteOffset, values.byteLength).toString('base64'),
    })),
  };
};

describe('checkpoints for the disk', function () {
  this.timeout(180_000);
  let bench: RuntimeBench;
  before(async () => {
    bench = await RuntimeBench.open();
  });
  after(() => bench.close());

  const common = { kind: 'experiment', seed: 4, checkpoints: { seconds: 3600 } } as const;

  /** Trains to `to` without and with interruptions after the steps `at`; both have to end alike. */
  async function compare(
    source: string,
    at: readonly number[],
    to: number | undefined,
    more: Partial<StartOptions> = {},
  ): Promise<RuntimeRun> {
    const options = { ...common, ...more };
    const limit = to === undefined ? {} : { maxSteps: to };
    const straight = await bench.finish(source, { options: { ...options, ...limit } });
    assert.equal(straight.error, undefined, JSON.stringify(straight.error));
    let checkpoint: string | undefined;
    const parts: RuntimeRun[] = [];
    for (const step of [...at, to]) {
      const part = await bench.finish(source, {
        options: { ...options, ...(step !== undefined && { maxSteps: step }) },
        ...(checkpoint !== undefined && { checkpoint }),
      });
      assert.equal(part.error, undefined, JSON.stringify(part.error));
      checkpoint = encodedOf(part);
      parts.push(part);
    }
    const records = parts.flatMap((part) => part.records);
    assert.deepEqual(records.map(numbersOf), straight.records.map(numbersOf));
    // An epoch that ended at the very step is ended once more.
    const epochs = new Map(straight.epochs.map((epoch) => [epoch.epoch, epoch]));
    const found = parts.flatMap((part) => part.epochs);
    for (const epoch of found) assert.deepEqual(epoch, epochs.get(epoch.epoch));
    assert.equal(new Set(found.map(({ epoch }) => epoch)).size, epochs.size);
    assert.deepEqual(stateOf(parts.at(-1)!), stateOf(straight));
    return straight;
  }

  for (const backend of ['cpu', 'wasm', 'webgl'] as const) {
    it(`go on with the same bits on ${backend}, within epochs and between them, several times`, () =>
      compare(experiment(), [1, 4, 6, 9, 12, 13, 25], 32, { backend }));

    it(`go on within a dataset that is shuffled anew, on ${backend}`, () =>
      compare(experiment({ data: DATASETS }), [2, 6, 9, 19], 26, { backend }));
  }

  for (const optimizer of [
    "{ name: 'sgd', momentum: 0.9 }",
    "{ name: 'rmsprop', centered: true }",
    "'adamax'",
    "'adagrad'",
    "'adadelta'",
  ]) {
    it(`hold what ${optimizer} keeps`, () =>
      compare(experiment({ training: `optimizer: ${optimizer}` }), [3, 11], 20, {
        backend: 'cpu',
      }));
  }

  for (const [backend, least] of [
    ['cpu', 3],
    ['wasm', 3],
    ['webgl', 1],
  ] as const) {
    it(`are taken while it trains without a change of its numbers, and leave nothing behind, on ${backend}`, async () => {
      const training = "optimizer: 'adam', epochs: 10000, earlyStopping: { patience: 1e6 }";
      const source = experiment({ training });
      const often = { ...common, backend, checkpoints: { seconds: 0.01 } };
      const run = await bench.start(source, { options: often });
      await run.until(() => (run.all('checkpoint').length >= least ? true : undefined));
      await run.send({ type: 'stop' });
      await run.ended();
      await run.terminate();
      const taken = run.all('checkpoint').map(({ step }) => step);
      assert.deepEqual(
        taken,
        [...new Set(taken)].sort((a, b) => a - b),
      );
      const last = run.records.at(-1)!.step;
      const never = { kind: common.kind, seed: common.seed, backend };
      const plain = await bench.finish(source, { options: { ...never, maxSteps: last } });
      assert.equal(plain.all('checkpoint').length, 0);
      assert.deepEqual(run.records.map(numbersOf), plain.records.map(numbersOf));
      // The batch that is taken in advance, and records on their way, come and go.
      const counts = run.all('steps').map(({ memory }) => memory.numTensors);
      const fewest = (from: number, to: number): number => Math.min(...counts.slice(from, to));
      const half = Math.floor(counts.length / 2);
      assert.ok(fewest(half, counts.length) <= fewest(1, half), counts.join(', '));
    });
  }

  it('hold where batches are made as they are asked for', () =>
    compare(experiment({ data: LAZY }), [5, 7, 12], 15));

  it('are of the end, too, early or not', async () => {
    const whole = await compare(experiment(), [35, 36], undefined);
    assert.equal(checkpointOf(whole).origin?.ended, 'epochs');
    const stops = experiment({
      training:
        "optimizer: { name: 'sgd', learningRate: 1e-6 }, earlyStopping: { monitor: 'loss', patience: 2, minDelta: 5 }",
    });
    const early = await compare(stops, [7, 17], undefined);
    assert.equal(checkpointOf(early).origin?.ended, 'early-stopping');
    assert.equal(early.records.length, 18);
  });
});
