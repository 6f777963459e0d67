// The browser takes the WebGL context away in the middle of a run: an experiment goes on in a fresh
// worker as if nothing had happened, bit for bit; a program fails with a clear message.
import assert from 'node:assert/strict';
import type { StepRecord, TensorSummary } from '../../../src/shared/core/stepRecord';
import { RuntimeBench, type RuntimeRun } from './harness';

/** Long enough for a checkpoint, which is taken every two seconds, and steps enough to read it. */
const LATE = 'performance.now() - begun > 4000 && step >= 40';

/** Loses the context, once a step asks for its learning rate after `when` is true. */
const losing = (when: string): string => `
const begun = performance.now();
let isLost = false;
function lose(step) {
  if (isLost || !(${when})) return;
  isLost = true;
  tf.backend().getGPGPUContext().gl.getExtension('WEBGL_lose_context').loseContext();
}
`;

/** Everything that a checkpoint has to hold: noise, batch norm, moments, a schedule, metrics. */
const experiment = (optimizer: string, when: string): string => `
import * as tf from '@tensorflow/tfjs';
${losing(when)}
export const model = () => tf.sequential({ layers: [
  tf.layers.dense({ units: 24, activation: 'tanh', inputShape: [10] }),
  tf.layers.batchNormalization({}),
  tf.layers.dropout({ rate: 0.2 }),
  tf.layers.dense({ units: 3, activation: 'softmax' }),
] });
export const data = () => {
  const xs = tf.randomNormal([90, 10]);
  const labels = Array.from({ length: 90 }, (_, i) => i % 3);
  const samples = { xs, ys: tf.oneHot(tf.tensor1d(labels, 'int32'), 3) };
  return { train: samples, validation: { xs: tf.randomNormal([30, 10]), ys: samples.ys.slice([0, 0], [30, 3]) } };
};
export const training = {
  epochs: 1000, batchSize: 16, optimizer: ${optimizer}, loss: 'categoricalCrossentropy', metrics: ['accuracy'],
  earlyStopping: { monitor: 'loss', patience: 900 },
  schedule: (step, rate) => { lose(step); return rate / (1 + 0.001 * step); },
};
`;

const PROGRAM = `
import * as tf from '@tensorflow/tfjs';
${losing('step === 5')}
const w = tf.variable(tf.randomNormal([40, 40]));
const optimizer = tf.train.sgd(0.1);
for (let step = 1; step < 500; step++) {
  optimizer.minimize(() => w.square().mean());
  lose(step);
  await tf.nextFrame();
}
`;

/** What does not depend on the order of a sum: that follows from how a texture lies, which may differ. */
const exactOf = ({ min, max, zeros, histogram }: TensorSummary) => ({ min, max, zeros, histogram });
const numbersOf = ({ step, epoch, loss, metrics, learningRate, layers }: StepRecord) => ({
  ...{ step, epoch, loss, metrics, learningRate },
  layers: Object.values(layers).map(({ gradient, weight }) => [exactOf(gradient), exactOf(weight)]),
});

describe('a lost WebGL context', function () {
  this.timeout(120_000);
  let bench: RuntimeBench;
  before(async () => {
    bench = await RuntimeBench.open();
  });
  after(() => bench.close());

  const webgl = { backend: 'webgl', kind: 'experiment', seed: 3 } as const;

  /** Runs until the context is lost, then goes on in a fresh worker for some steps beyond. */
  async function interruptedRun(optimizer: string, when: string) {
    const first = await bench.start(experiment(optimizer, when), { options: webgl });
    const loss = await first.next('interrupted');
    await first.terminate();
    assert.equal(first.error, undefined);
    const maxSteps = loss.step + 20;
    // The same module, which loses nothing any more.
    const second = await bench.finish(experiment(optimizer, 'false'), {
      options: { ...webgl, maxSteps },
      ...(loss.checkpoint && { checkpoint: loss.checkpoint as unknown as string }),
    });
    assert.equal(second.error, undefined, JSON.stringify(second.error));
    return { loss, first, second, maxSteps };
  }

  function assertSame(found: RuntimeRun, expected: RuntimeRun, from: number): void {
    const after = expected.records.filter(({ step }) => step > from);
    assert.deepEqual(found.records.map(numbersOf), after.map(numbersOf));
    // An epoch that ended at the very step is ended once more.
    const epochs = (run: RuntimeRun) => run.epochs.filter(({ step }) => step >= from);
    assert.deepEqual(found.epochs, epochs(expected));
  }

  // What other optimizers keep is put back in the same way by a debugger, see debugRewind.test.ts.
  it('the run goes on from its last checkpoint, bit for bit', async () => {
    const optimizer = "'adam'";
    const { loss, first, second, maxSteps } = await interruptedRun(optimizer, LATE);
    assert.ok(loss.from > 0 && loss.from <= loss.step, `from ${loss.from} of ${loss.step}`);
    const undisturbed = await bench.finish(experiment(optimizer, 'false'), {
      options: { ...webgl, maxSteps },
    });
    assertSame(second, undisturbed, loss.from);
    // What came before the loss is what it should be, too.
    const known = first.records.map(numbersOf);
    assert.deepEqual(known, undisturbed.records.slice(0, known.length).map(numbersOf));
    const seconds = [...first.records, ...second.records].map((record) => record.seconds);
    assert.ok(seconds.every((time, i) => time >= (seconds[i - 1] ?? 0)));
    // On wasm, as after a second loss, only the last digits differ.
    const onWasm = await bench.finish(experiment(optimizer, 'false'), {
      options: { ...webgl, backend: 'wasm', maxSteps: loss.from + 10 },
      checkpoint: loss.checkpoint as unknown as string,
    });
    const near = undisturbed.losses.slice(loss.from, loss.from + 10);
    assert.equal(onWasm.losses.length, near.length);
    onWasm.losses.forEach((value, i) => {
      assert.ok(Math.abs(value! - near[i]!) < 1e-4, `${value} for ${near[i]}, ${i} steps on`);
    });
  });

  it('without a checkpoint yet the run starts again', async () => {
    const { loss, second } = await interruptedRun("'sgd'", 'step <= 1');
    assert.equal(loss.from, 0);
    assert.equal(loss.checkpoint, undefined);
    assert.equal(second.records[0]?.step, 1);
    assert.equal(second.all('finished')[0]?.steps, loss.step + 20);
  });

  it('a program fails and says what to do', async () => {
    const run = await bench.finish(PROGRAM, { options: { backend: 'webgl' } });
    assert.equal(run.error?.code, 'context-lost');
    assert.match(run.error.message, /Restart the run, with a smaller batch or with wasm/);
    assert.ok(run.records.length <= 6, `${run.records.length} records`);
  });
});
