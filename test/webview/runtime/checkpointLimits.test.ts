// Where checkpoints go beyond the plain case: trainings that go on past their end, states that cannot be saved, models
// that do not fit, runs that are held, changes by hand, and steps that are taken again without being recorded.
import assert from 'node:assert/strict';
import { decodeCheckpoint } from '../../../src/shared/protocol/checkpointCodec';
import type { StepRecord } from '../../../src/shared/core/stepRecord';
import type { StartOptions } from '../../../src/shared/protocol/runtime';
import { DebuggedRun } from './debugRun';
import { RuntimeBench, type RuntimeRun } from './harness';
import { DATA, FIT } from './programs';

/** Six steps an epoch. */
const experiment = (
  training: string,
  layers = "tf.layers.dense({ units: 8, inputShape: [4], name: 'hidden' })",
) => `${DATA}
export const model = () => tf.sequential({ layers: [
  ${layers},
  tf.layers.dense({ units: 3, activation: 'softmax', name: 'out' }),
] });
export const data = () => ({ train: { xs, ys } });
export const training = { epochs: 5, batchSize: 16, optimizer: 'adam', loss: 'categoricalCrossentropy', ${training} };`;

const numbersOf = ({ step, epoch, loss, metrics, learningRate }: StepRecord) => ({
  ...{ step, epoch, loss, metrics, learningRate },
});
const encodedOf = (run: RuntimeRun) => run.all('checkpoint').at(-1)?.bytes as unknown as string;
const decoded = (text: string) =>
  decodeCheckpoint(new Uint8Array(Buffer.from(text, 'base64')).buffer);

describe('checkpoints in odd cases', function () {
  this.timeout(120_000);
  let bench: RuntimeBench;
  before(async () => {
    bench = await RuntimeBench.open();
  });
  after(() => bench.close());

  const common = { kind: 'experiment', seed: 4, checkpoints: { seconds: 3600 } } as const;
  const finish = (source: string, options: Partial<StartOptions> = {}, checkpoint?: string) =>
    bench.finish(source, {
      options: { ...common, ...options },
      ...(checkpoint !== undefined && { checkpoint }),
    });

  it('more epochs than the module says give what a longer module would have given', async () => {
    const short = await finish(experiment(''));
    const longer = await finish(experiment(''), { epochs: 8 }, encodedOf(short));
    const straight = await finish(experiment('').replace('epochs: 5', 'epochs: 8'));
    assert.deepEqual(
      [...short.records, ...longer.records].map(numbersOf),
      straight.records.map(numbersOf),
    );
    assert.equal(longer.all('plan')[0]?.epochs, 8);
    const nothing = await finish(experiment(''), {}, encodedOf(short));
    assert.deepEqual([nothing.records.length, nothing.error], [0, undefined]);
  });

  it('a training that had stopped early goes on, and its patience begins anew', async () => {
    const training = "earlyStopping: { monitor: 'loss', patience: 2, minDelta: 100 }";
    const early = await finish(experiment(training));
    // The first epoch is an improvement over nothing; then two without one.
    assert.equal(early.records.length, 18);
    const on = await finish(experiment(training), { epochs: 9 }, encodedOf(early));
    assert.equal(on.records[0]?.step, 19);
    assert.equal(on.records.length, 12);
    assert.equal(decoded(encodedOf(on)).origin?.ended, 'early-stopping');
    const again = await finish(experiment(training), { epochs: 6 }, encodedOf(on));
    assert.deepEqual(
      again.records.map(({ step }) => step),
      [31, 32, 33, 34, 35, 36],
    );
  });

  it('name the first layer that does not fit, and the optimizer', async () => {
    const text = encodedOf(await finish(experiment(''), { maxSteps: 4 }));
    const refused = async (source: string, why: RegExp) => {
      const run = await finish(source, {}, text);
      assert.equal(run.error?.code, 'checkpoint-mismatch');
      assert.match(run.error.message, why);
      assert.match(
        run.error.message,
        /checkpoint of step 4: .*Resume with the file as it was then/,
      );
    };
    await refused(
      experiment('').replaceAll('units: 8', 'units: 7'),
      /hidden\/kernel has the shape \[4, 7\], and had \[4, 8\]/,
    );
    await refused(
      experiment(
        '',
        "tf.layers.dense({ units: 8, inputShape: [4], name: 'hidden' }), tf.layers.dense({ units: 3, name: 'more' })",
      ),
      /: out\/kernel is new\./,
    );
    await refused(experiment("optimizer: 'sgd'"), /its optimizer is SGD, and was Adam/);
  });

  it('are no checkpoints of what cannot be saved: own optimizers, layers that remember batches', async () => {
    const own =
      `class Own extends tf.SGDOptimizer {}\n${experiment('optimizer: new Own(0.1)')}`.replace(
        DATA,
        '',
      );
    const optimizer = await finish(`${DATA}${own}`, { maxSteps: 4 });
    assert.deepEqual([optimizer.error, encodedOf(optimizer)], [undefined, undefined]);
    const stateful = experiment('').replace(
      "tf.layers.dense({ units: 8, inputShape: [4], name: 'hidden' })",
      'tf.layers.reshape({ targetShape: [4, 1], batchInputShape: [16, 4] }), tf.layers.simpleRNN({ units: 4, stateful: true })',
    );
    const recurrent = await finish(stateful, { maxSteps: 4 });
    assert.deepEqual([recurrent.error, encodedOf(recurrent)], [undefined, undefined]);
  });

  it('a callback of the user is told that it begins anew', async () => {
    const source = experiment('onEpochEnd: () => {}');
    const text = encodedOf(await finish(source, { maxSteps: 8 }));
    const run = await finish(source, { maxSteps: 14 }, text);
    assert.deepEqual(
      run.all('notice').map(({ notice }) => notice.code),
      ['callback-begins-anew'],
    );
  });

  it('come once where a run is held, and when it stays so', async () => {
    const run = await bench.start(experiment(''), { options: { ...common, paused: true } });
    await run.next('state');
    for (let i = 0; i < 3; i++) {
      const seen = run.messages.length;
      await run.send({ type: 'step', count: 2 });
      await run.next('state', seen);
    }
    await run.next('checkpoint');
    assert.deepEqual(
      run.all('checkpoint').map(({ step }) => step),
      [6],
    );
    await run.send({ type: 'stop' });
    await run.ended();
    assert.equal(run.all('checkpoint').length, 1);
    await run.terminate();
  });

  it('hold what a debugger has changed', async () => {
    const debugged = await DebuggedRun.start(bench, experiment(''), common);
    await debugged.step(4);
    await debugged.change({ type: 'learningRate', value: 0.05 });
    await debugged.change({ type: 'trainable', layer: 'hidden', value: false });
    await debugged.step(3);
    await debugged.change({ type: 'batch', batch: 5 });
    await debugged.run.send({ type: 'stop' });
    await debugged.run.ended();
    await debugged.run.terminate();
    const text = encodedOf(debugged.run);
    const changes = decoded(text).origin?.changes ?? [];
    assert.deepEqual(
      changes.map(({ step, change }) => [step, change.type]),
      [
        [4, 'learningRate'],
        [4, 'trainable'],
        [7, 'batch'],
      ],
    );
    const straight = await finish(experiment(''), { debug: { changes }, maxSteps: 20 });
    const on = await finish(experiment(''), { debug: { changes }, maxSteps: 20 }, text);
    assert.deepEqual(on.records.map(numbersOf), straight.records.slice(7).map(numbersOf));
    assert.equal(encodedOf(on).length, encodedOf(straight).length);
    const weights = (run: RuntimeRun) => decoded(encodedOf(run)).tensors;
    assert.deepEqual(weights(on), weights(straight));
  });

  for (const [what, source, kind] of [
    ['an experiment', experiment("metrics: ['accuracy']"), 'experiment'],
    ['a program', FIT, 'program'],
  ] as const) {
    it(`steps of ${what} that are taken again are the same, with their loss alone`, async () => {
      const plain = { seed: common.seed };
      const straight = await finish(source, { ...plain, kind });
      const again = await finish(source, { ...plain, kind, recordFrom: 9 });
      assert.deepEqual(again.records.map(numbersOf), straight.records.map(numbersOf));
      assert.deepEqual(again.epochs, straight.epochs);
      const known = (run: RuntimeRun) =>
        run.records.map(({ layers }) => Object.keys(layers).length);
      assert.deepEqual(known(again).slice(0, 8), Array<number>(8).fill(0));
      assert.deepEqual(known(again).slice(8), known(straight).slice(8));
      const recorded = ({ records }: RuntimeRun) =>
        records.slice(8).map(({ layers }) => Object.values(layers).map(({ gradient }) => gradient));
      assert.deepEqual(recorded(again), recorded(straight));
    });
  }
});
