// Every kind of program trains in the worker, unchanged, and ends when it ends.
import assert from 'node:assert/strict';
import { RuntimeBench, type RuntimeRun } from './harness';
import {
  DATA,
  FIT,
  FIT_DATASET,
  MINIMIZE,
  TRAIN_ON_BATCH,
  TWO_OPTIMIZERS,
  VARIABLE_GRADS,
} from './programs';

describe('programs in the worker', function () {
  this.timeout(60_000);
  let bench: RuntimeBench;
  before(async () => {
    bench = await RuntimeBench.open();
  });
  after(() => bench.close());

  function assertTrained(run: RuntimeRun, steps: number): void {
    assert.deepEqual(run.all('finished'), [{ type: 'finished', outcome: 'completed', steps }]);
    assert.deepEqual(
      run.records.map(({ step }) => step),
      Array.from({ length: steps }, (_, i) => i + 1),
    );
    for (const { loss } of run.records) assert.ok(loss !== undefined && Number.isFinite(loss));
    assert.equal(run.messages.at(-1)?.type, 'finished');
  }

  it('fit: epochs, metrics, validation, layers and their lines', async () => {
    const run = await bench.finish(FIT);
    assertTrained(run, 12);
    assert.deepEqual(run.all('plan'), [{ type: 'plan', epochs: 2, stepsPerEpoch: 6 }]);
    assert.deepEqual(
      run.records.map(({ epoch }) => epoch),
      [1, 1, 1, 1, 1, 1, 2, 2, 2, 2, 2, 2],
    );
    const epochs = run.epochs;
    assert.deepEqual(
      epochs.map(({ epoch, step }) => [epoch, step]),
      [
        [1, 6],
        [2, 12],
      ],
    );
    for (const { metrics } of epochs) {
      assert.deepEqual(Object.keys(metrics).sort(), ['acc', 'loss', 'val_acc', 'val_loss']);
    }
    const batchMean = (name: 'loss' | 'acc'): number => {
      const last = run.records.slice(6);
      const value = (i: number): number =>
        name === 'loss' ? last[i]!.loss! : last[i]!.metrics['acc']!;
      return last.reduce((sum, _, i) => sum + value(i), 0) / 6;
    };
    assert.ok(Math.abs(batchMean('loss') - epochs[1]!.metrics['loss']!) < 1e-5);
    assert.ok(Math.abs(batchMean('acc') - epochs[1]!.metrics['acc']!) < 1e-6);
    assert.deepEqual(
      run.layers.map(({ name, activation }) => [name, activation]),
      [
        ['dense_Dense1', 'relu'],
        ['dense_Dense2', 'softmax'],
      ],
    );
    assert.match(run.lineOf(run.layers[0]!.frames), /units: 8/);
    assert.match(run.lineOf(run.layers[1]!.frames), /units: 3/);
    assert.ok(run.records[0]!.seconds > 0 && run.records[0]!.seconds < 5);
  });

  it('fitDataset', async () => assertTrained(await bench.finish(FIT_DATASET), 12));

  it('trainOnBatch, with its metrics', async () => {
    const run = await bench.finish(TRAIN_ON_BATCH);
    assertTrained(run, 12);
    for (const { metrics } of run.records) assert.ok(metrics['acc']! >= 0 && metrics['acc']! <= 1);
  });

  it('minimize in a loop that never awaits', async () => {
    assertTrained(await bench.finish(MINIMIZE(40)), 40);
  });

  it('variableGrads and applyGradients', async () => {
    assertTrained(await bench.finish(VARIABLE_GRADS), 12);
  });

  it('two optimizers in turn', async () => {
    const run = await bench.finish(TWO_OPTIMIZERS);
    assertTrained(run, 12);
    assert.deepEqual(
      run.records.slice(0, 3).map(({ tensors }) => Object.keys(tensors)),
      [['generator'], ['critic'], ['generator']],
    );
  });

  for (const name of ['default', 'main', 'train', 'run']) {
    it(`calls an exported function ${name} where evaluating trains nothing`, async () => {
      const head = name === 'default' ? 'export default' : 'export';
      const called = name === 'default' ? '' : name;
      const run = await bench.finish(
        `${DATA}\n${head} async function ${called}() { await makeModel().fit(xs, ys, { epochs: 1, verbose: 0 }); }`,
      );
      assertTrained(run, 3);
    });
  }

  it('does not call main a second time where the module called it unawaited', async () => {
    const run = await bench.finish(
      `${DATA}
       export async function main() {
         await new Promise((resolve) => setTimeout(resolve, 300));
         await makeModel().fit(xs, ys, { epochs: 1 });
       }
       main();`,
    );
    assertTrained(run, 3);
  });

  it('does not cut off training from timers, frames and unawaited promises', async () => {
    const run = await bench.finish(
      `${DATA}
       const model = makeModel();
       let left = 3;
       const timer = setInterval(async () => {
         if (left-- > 0) await model.trainOnBatch(xs, ys);
         else { clearInterval(timer); setTimeout(() => requestAnimationFrame(() => model.fit(xs, ys, { epochs: 1 })), 700); }
       }, 100);`,
    );
    assertTrained(run, 6);
  });

  it('ends although an interval that does not train is left behind', async () => {
    const run = await bench.finish(
      `${DATA}\nsetInterval(() => {}, 100);\nawait makeModel().fit(xs, ys, { epochs: 1 });`,
    );
    assertTrained(run, 3);
  });

  it('forwards the console, bounded, and keeps user code away from the channel', async () => {
    const run = await bench.finish(
      `${DATA}
       console.warn('shape', xs.shape, { a: 1 });
       for (let i = 0; i < 1000; i++) console.log('line ' + i);
       self.postMessage({ type: 'finished', outcome: 'completed', steps: 999 });
       Object.getPrototypeOf(self).postMessage?.call(self, { type: 'finished', outcome: 'completed', steps: 999 });
       self.onmessage = () => console.log('overheard');
       await makeModel().fit(xs, ys, { epochs: 1 });`,
    );
    assertTrained(run, 3);
    const lines = run.all('console');
    assert.deepEqual(lines[0], { type: 'console', level: 'warn', text: 'shape [96, 4] { a: 1 }' });
    assert.ok(lines.length <= 202, `${lines.length} lines were forwarded`);
    assert.ok(!lines.some(({ text }) => text === 'overheard'));
  });

  it('takes another backend asked for by the program as a notice', async () => {
    const run = await bench.finish(
      `${DATA}\nawait tf.setBackend('webgl');\nawait tf.ready();\nawait makeModel().fit(xs, ys, { epochs: 1 });`,
    );
    assertTrained(run, 3);
    assert.equal(run.all('notice')[0]?.notice.code, 'backend-ignored');
  });

  /** One program per way to take a step, long enough for its updates to be fused. */
  const LOOPS = {
    fit: `${DATA}
      await makeModel().fit(xs, ys, { epochs: 5, batchSize: 16 });`,
    minimize: `${DATA}
      const w = tf.variable(tf.zeros([4, 3]), true, 'w');
      const b = tf.variable(tf.zeros([96, 3]), true, 'b');
      const optimizer = tf.train.rmsprop(0.01);
      for (let step = 0; step < 30; step++) {
        optimizer.minimize(() => tf.losses.softmaxCrossEntropy(ys, xs.matMul(w).add(b)));
        await tf.nextFrame();
      }`,
    applyGradients: VARIABLE_GRADS.replace('step < 12', 'step < 30'),
    'two optimizers': TWO_OPTIMIZERS.replace('step < 6', 'step < 30'),
  };
  for (const backend of ['webgl', 'wasm', 'cpu'] as const) {
    for (const [name, source] of Object.entries(LOOPS)) {
      // Starting and compiling takes seconds there, and what differs between loops differs on every backend.
      if (backend === 'webgl' && name !== 'fit') continue;
      it(`fused updates change no bit: ${name} on ${backend}`, async () => {
        const bits = async (fusedUpdates: 'auto' | 'off') => {
          const run = await bench.finish(source, { options: { backend, fusedUpdates } });
          assert.ok(run.records.length >= 30, run.messages.at(-1)?.type);
          return run.records.map((record) => ({ ...record, seconds: 0 }));
        };
        assert.deepEqual(await bits('auto'), await bits('off'));
      });
    }

    it(`really fuses the updates of programs on ${backend}, of one optimizer or of many`, async () => {
      const source = `${DATA}
        const w = tf.variable(tf.ones([96, 3]), true, 'w');
        const step = (optimizer) => optimizer.minimize(() => w.square().mean(), false, [w]);
        const optimizer = tf.train.adam(0.01);
        const lazy = tf.train.adam(0.01);
        for (let i = 0; i < 30; i++) { step(optimizer); step(lazy); step(tf.train.sgd(0.001 * i)); }
        // Adam of tfjs takes a square root; its fused update is no kernel of tfjs.
        const kernels = await Promise.all([await tf.profile(() => void step(optimizer)), await tf.profile(() => void step(lazy))]);
        console.log(kernels.map(({ kernelNames }) => kernelNames.includes('Sqrt')).join());`;
      const said = async (fusedUpdates: 'auto' | 'off') => {
        const run = await bench.finish(source, { options: { backend, fusedUpdates } });
        assert.equal(run.all('finished')[0]?.steps, 92);
        return run.all('console').map(({ text }) => text);
      };
      assert.deepEqual(await said('off'), ['true,true']);
      assert.deepEqual(await said('auto'), ['false,false']);
    });
  }
});
