// Going back: the training is put back to an earlier step in the same worker, and computes the same bits
// from there on; or it says that it cannot.
import assert from 'node:assert/strict';
import type { StepRecord } from '../../../src/shared/core/stepRecord';
import { DATA, FIT, FIT_DATASET } from './programs';
import { DebuggedRun } from './debugRun';
import { RuntimeBench } from './harness';

/** Everything that has to be put back: noise, moving averages, moments, shuffles, a schedule, clipping. */
const experiment = (training = "optimizer: 'adam'", rest = ''): string => `${DATA}
export const model = () => tf.sequential({ layers: [
  tf.layers.dense({ units: 8, inputShape: [4], activation: 'relu', name: 'hidden' }),
  tf.layers.batchNormalization({}),
  tf.layers.dropout({ rate: 0.3 }),
  tf.layers.dense({ units: 3, activation: 'softmax', name: 'out' }),
] });
export const data = () => ({ train: { xs, ys }, validation: { xs: xs.slice(0, 40), ys: ys.slice(0, 40) } });
export const training = { epochs: 9, batchSize: 16, loss: 'categoricalCrossentropy', metrics: ['accuracy'], ${training} };
${rest}`;

/** Six steps an epoch. A batch takes numbers from Math.random, as one that augments does. */
const LAZY = experiment().replace(
  '{ train: { xs, ys }, ',
  `{ train: { size: 96, batch: (indices) => tf.tidy(() => {
      const index = tf.tensor1d(indices, 'int32');
      return { xs: xs.gather(index).add(0.1 * Math.random()), ys: ys.gather(index) };
    }) }, `,
);

/** What a step computes, but for the time that it took and what was looked at beside it, now and then. */
const numbersOf = (records: readonly StepRecord[]) =>
  records.map(({ step, epoch, loss, metrics, learningRate, layers }) => ({
    ...{ step, epoch, loss, metrics, learningRate },
    layers: Object.entries(layers).map(([name, layer]) => {
      const { gradient, weight, updateRatio, activation, activationGradient } = layer;
      return { name, gradient, weight, updateRatio, activation, activationGradient };
    }),
  }));

describe('going back', function () {
  this.timeout(180_000);
  let bench: RuntimeBench;
  before(async () => {
    bench = await RuntimeBench.open();
  });
  after(() => bench.close());

  const options = { kind: 'experiment', seed: 4 } as const;

  /** Trains to step `to` with and without a detour to each of `steps`; both have to be the same. */
  async function compare(
    source: string,
    steps: readonly number[],
    to: number,
    more: { backend?: 'cpu' | 'wasm' | 'webgl' } = {},
  ): Promise<void> {
    const straight = await DebuggedRun.start(bench, source, { ...options, ...more });
    await straight.step(to - 1);
    await straight.record();
    const expected = await straight.weights();
    const there = await DebuggedRun.start(bench, source, { ...options, ...more });
    await there.step(to);
    const before = there.run.records.length;
    for (const step of steps) {
      const from = there.run.messages.length;
      assert.equal(await there.rewind(step), step);
      const recording = there.run.messages.slice(from).find(({ type }) => type === 'recording');
      if (step === 0) assert.equal(recording, undefined);
      else assert.equal(recording?.type === 'recording' && recording.recording.step, step);
      if (to - step > 1) await there.step(to - step - 1);
      assert.equal((await there.record()).step, to);
      assert.deepEqual(await there.weights(), expected, `back to ${step}`);
    }
    assert.ok(there.run.records.length > before, 'steps taken again are told again');
    assert.deepEqual(
      straight.run.records.map(({ step }) => step),
      Array.from({ length: to }, (_, i) => i + 1),
    );
    const known = new Map(numbersOf(straight.run.records).map((record) => [record.step, record]));
    for (const again of numbersOf(there.run.records)) {
      const once = known.get(again.step);
      // On WebGL the order of a statistic's sums follows from how its tensor lies.
      if (more.backend === 'webgl')
        assert.deepEqual({ ...again, layers: 0 }, { ...once, layers: 0 });
      else assert.deepEqual(again, once);
    }
    const epochs = new Map(straight.run.epochs.map((epoch) => [epoch.epoch, epoch]));
    for (const epoch of there.run.epochs) assert.deepEqual(epoch, epochs.get(epoch.epoch));
    await straight.run.terminate();
    await there.run.terminate();
  }

  for (const optimizer of [
    "'adam'",
    "{ name: 'sgd', learningRate: 0.1 }",
    "{ name: 'sgd', learningRate: 0.05, momentum: 0.9 }",
    "{ name: 'rmsprop', momentum: 0.5 }",
  ]) {
    it(`and forward gives the same bits, with ${optimizer}`, () =>
      compare(experiment(`optimizer: ${optimizer}`), [19, 12, 6, 1, 0, 13], 20));
  }

  it('over schedules and clipping, on wasm', () =>
    compare(
      experiment(
        "optimizer: 'adam', clipNorm: 0.5, schedule: { type: 'exponential', decayRate: 0.9, decaySteps: 3 }",
      ),
      [10, 2],
      15,
      { backend: 'wasm' },
    ));

  it('with fused updates, on WebGL', () =>
    compare(experiment(), [10, 3, 0], 13, { backend: 'webgl' }));

  it('with batches that are made as they are asked for', () => compare(LAZY, [7, 0, 12], 14));

  it('without shuffles', () => compare(experiment('shuffle: false'), [7], 9));

  it('to the very step that the run is held at records it', async () => {
    const debugged = await DebuggedRun.start(bench, experiment(), options);
    await debugged.step(9);
    assert.equal(await debugged.rewind(9), 9);
    assert.equal(debugged.run.all('recording').at(-1)?.recording.step, 9);
    await debugged.run.terminate();
  });

  it('leaves nothing behind', async () => {
    const debugged = await DebuggedRun.start(bench, experiment(), options);
    await debugged.step(10);
    const counts: number[] = [];
    for (let i = 0; i < 6; i++) {
      await debugged.rewind(4 + (i % 2));
      await debugged.step(10 - 4 - (i % 2));
      counts.push(debugged.run.all('steps').at(-1)!.memory.numTensors);
    }
    // The batch that is taken in advance may be there or not: two tensors. What is left behind adds up.
    const least = (from: number): number => Math.min(...counts.slice(from, from + 3));
    assert.ok(least(3) <= least(0), counts.join(', '));
    await debugged.run.terminate();
  });

  it('while the run goes, and during validation', async () => {
    const debugged = await DebuggedRun.start(
      bench,
      experiment().replace('epochs: 9', 'epochs: 100000'),
      options,
    );
    const { run } = debugged;
    await run.send({ type: 'resume' });
    for (let i = 0; i < 5; i++) {
      const step = 20 + 3 * i;
      const seen = run.messages.length;
      await run.until(() => ((run.records.at(-1)?.step ?? 0) > step ? true : undefined));
      assert.equal(await debugged.rewind(step), step, `asked after ${seen} messages`);
      await run.send({ type: 'resume' });
      await run.until(() => ((run.records.at(-1)?.step ?? 0) > 60 ? true : undefined));
    }
    const straight = await bench.finish(experiment(), { options: { ...options, maxSteps: 54 } });
    const losses = new Map(straight.records.map(({ step, loss }) => [step, loss]));
    for (const { step, loss } of run.records) if (step <= 54) assert.equal(loss, losses.get(step));
    await run.terminate();
  });

  it('does not disturb early stopping and the end of the run', async () => {
    const source = experiment(
      "optimizer: { name: 'sgd', learningRate: 0.000001 }, earlyStopping: { monitor: 'loss', patience: 2, minDelta: 5 }",
    );
    const straight = await bench.finish(source, { options });
    const debugged = await DebuggedRun.start(bench, source, options);
    await debugged.step(14);
    await debugged.rewind(3);
    await debugged.run.send({ type: 'resume' });
    assert.deepEqual(await debugged.run.ended(), straight.all('finished')[0]);
    assert.deepEqual(debugged.run.epochs.at(-1), straight.epochs.at(-1));
    await debugged.run.terminate();
  });

  it('holds after the last step of all, which can be looked at', async () => {
    const debugged = await DebuggedRun.start(bench, experiment(), options);
    const recording = await debugged.record(54);
    assert.equal(recording.step, 54);
    assert.equal(debugged.run.all('finished').length, 0);
    assert.equal(await debugged.rewind(53), 53);
    await debugged.run.send({ type: 'resume' });
    assert.deepEqual(await debugged.run.ended(), {
      type: 'finished',
      outcome: 'completed',
      steps: 54,
    });
    await debugged.run.terminate();
  });

  for (const [what, source, kind] of [
    ['a program', FIT, 'program'],
    ['a program of datasets', FIT_DATASET, 'program'],
    ['a callback of the user', experiment('onEpochEnd: () => {}'), 'experiment'],
    [
      'data of a dataset',
      experiment().replace(
        '{ train: { xs, ys },',
        '{ train: tf.data.zip({ xs: tf.data.array(xs.arraySync()), ys: tf.data.array(ys.arraySync()) }).batch(16),',
      ),
      'experiment',
    ],
  ] as const) {
    it(`is for a fresh worker: ${what}`, async () => {
      const debugged = await DebuggedRun.start(bench, source, { kind });
      await debugged.step(4);
      await debugged.run.send({ type: 'rewind', step: 2 });
      assert.equal((await debugged.run.next('cannotRewind')).step, 2);
      // It is where it was, and the fresh worker gets there.
      assert.equal(await debugged.step(), 5);
      const fresh = await DebuggedRun.start(bench, source, { kind }, { replayTo: 2, changes: [] });
      assert.equal(fresh.run.all('recording').at(-1)?.recording.step, 2);
      await fresh.step(3);
      assert.deepEqual(fresh.run.losses, debugged.run.losses);
      await fresh.run.terminate();
      await debugged.run.terminate();
    });
  }

  it('works on in a worker that took over after a lost device, not beyond where it began', async () => {
    const source = (when: string) => `
      let isLost = false;
      ${experiment("optimizer: 'adam', schedule: (step, rate) => { lose(step); return rate; }")}
      function lose(step) {
        if (isLost || !(${when})) return;
        isLost = true;
        tf.backend().getGPGPUContext().gl.getExtension('WEBGL_lose_context').loseContext();
      }`;
    const webgl = { ...options, backend: 'webgl' } as const;
    const first = await DebuggedRun.start(bench, source('step === 8'), webgl);
    await first.step(5);
    await first.run.send({ type: 'step', count: 9 });
    const { from, checkpoint } = await first.run.next('interrupted');
    assert.ok(from >= 5 && from <= 8);
    await first.run.terminate();
    const state = checkpoint as unknown as string;
    const second = await DebuggedRun.start(bench, source('false'), webgl, { changes: [] }, state);
    await second.step(7);
    const losses = second.run.losses.slice();
    assert.equal(await second.rewind(from + 2), from + 2);
    await second.step(5);
    assert.deepEqual(second.run.losses.slice(-5), losses.slice(-5));
    await second.run.send({ type: 'rewind', step: from });
    assert.equal((await second.run.next('cannotRewind')).step, from);
    await second.run.terminate();
  });

  it('to a step that lies ahead is refused', async () => {
    const debugged = await DebuggedRun.start(bench, experiment(), options);
    await debugged.step(3);
    await debugged.run.send({ type: 'rewind', step: 4 });
    assert.equal((await debugged.run.next('cannotRewind')).step, 4);
    await debugged.run.terminate();
  });
});
