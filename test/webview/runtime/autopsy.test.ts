// A training that breaks in the real worker, on every backend: the message that names the operation,
// and the line of the program that called it.
import assert from 'node:assert/strict';
import { RuntimeBench, type RuntimeRun } from './harness';
import { DATA } from './programs';

/** A loss of the program's own that divides by zero. (What log(0) gives, a GPU may choose.) */
const LOSS = `
function ownLoss(labels, predictions) {
  const odds = labels.add(1).div(predictions.sub(predictions));
  return odds.sum(-1).neg();
}`;
const PROGRAM = `${DATA}${LOSS}
const model = makeModel(false);
let step = 0;
model.compile({
  optimizer: tf.train.adam(0.01),
  loss: (labels, predictions) => ++step < 5 ? tf.metrics.categoricalCrossentropy(labels, predictions) : ownLoss(labels, predictions),
});
`;
const EXPERIMENT = `
import * as tf from '@tensorflow/tfjs';
export function model() {
  return tf.sequential({ layers: [
    tf.layers.dense({ units: 8, inputShape: [4], activation: 'relu' }),
    tf.layers.dropout({ rate: 0.5 }),
    tf.layers.dense({ units: 3, activation: 'softmax' }),
  ] });
}
export function data() {
  const xs = tf.randomNormal([64, 4], 0, 1, 'float32', 3);
  const ys = tf.oneHot(tf.tensor1d(Array.from({ length: 64 }, (_, i) => i % 3), 'int32'), 3).toFloat();
  const values = xs.dataSync().slice();
  values[133] = NaN;
  return { train: { xs: tf.tensor2d(values, [64, 4]), ys } };
}
export const training = { epochs: 1, batchSize: 16, shuffle: false, loss: 'categoricalCrossentropy' };
`;

describe('autopsies in the worker', function () {
  this.timeout(120_000);
  let bench: RuntimeBench;
  before(async () => {
    bench = await RuntimeBench.open();
  });
  after(() => bench.close());

  /** The one autopsy, which comes after the record of its step. */
  function autopsyOf(run: RuntimeRun) {
    const [message, ...more] = run.all('autopsy');
    assert.ok(message && more.length === 0);
    const at = run.messages.indexOf(message);
    const before = run.messages.slice(0, at).filter(({ type }) => type === 'steps');
    assert.ok(before.length > 0);
    assert.equal(run.messages.at(-1)?.type, 'finished');
    return message;
  }

  for (const backend of ['cpu', 'wasm', 'webgl'] as const) {
    it(`a loss of the program's own in fit, on ${backend}`, async () => {
      const source = `${PROGRAM}await model.fit(xs, ys, { epochs: 2, batchSize: 16 });`;
      const run = await bench.finish(source, { options: { backend } });
      const { autopsy, frames } = autopsyOf(run);
      assert.deepEqual(
        [autopsy.stage, autopsy.cause, autopsy.operation, autopsy.operands],
        [
          'loss',
          'division-by-zero',
          'RealDiv',
          [
            { min: 1, max: 2 },
            { min: 0, max: 0 },
          ],
        ],
      );
      assert.equal(autopsy.step, run.records.find(({ loss }) => !Number.isFinite(loss))?.step);
      assert.match(run.lineOf(frames), /odds = /);
      assert.equal(run.records.length, 12);
    });

    it(`NaN in the data of an experiment, on ${backend}`, async () => {
      const options = { backend, kind: 'experiment' } as const;
      const run = await bench.finish(EXPERIMENT, { options });
      const { autopsy, frames } = autopsyOf(run);
      // Row 33 of 64 is in the third batch of 16.
      assert.deepEqual([autopsy.step, autopsy.stage, autopsy.cause], [3, 'data', 'inputs']);
      assert.deepEqual([autopsy.nans, autopsy.count, frames], [1, 64, []]);
    });
  }

  it('none of a loop of the program, which is not computed again, and none of a sound run', async () => {
    const loop = await bench.finish(`${DATA}
      const w = tf.variable(tf.zeros([4, 3]));
      const optimizer = tf.train.sgd(0.1);
      for (let i = 0; i < 3; i++) { optimizer.minimize(() => xs.matMul(w).log().mean()); await tf.nextFrame(); }
    `);
    assert.equal(loop.records.length, 3);
    assert.equal(loop.all('autopsy').length, 0);
    const sound = await bench.finish(`${DATA}await makeModel().fit(xs, ys, { batchSize: 16 });`);
    assert.equal(sound.all('autopsy').length, 0);
  });
});
