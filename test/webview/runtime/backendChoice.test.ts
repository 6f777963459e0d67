// The backend chosen by a measurement on the model: what follows from which times, in which words, how
// little is run for it, and that the run is the same as on a backend that was forced.
import assert from 'node:assert/strict';
import * as tf from '@tensorflow/tfjs';
import { decide, explain, type Comparison } from '../../../webview/runtime/backends/comparison';
import { layerCalls } from '../../../webview/runtime/backends/layerCalls';
import { compareBackends } from '../../../webview/runtime/backends/measure';
import { RuntimeBench, type RuntimeRun } from './harness';
import { FIT } from './programs';

const measured: Comparison = {
  ...{ layers: 3, of: 3, rows: 32, batch: 32 },
  ...{ wasm: 10, webgl: 12, stopped: false },
};

/** A model with a shared layer and two inputs: five calls. */
function branched(): tf.LayersModel {
  const [a, b] = [tf.input({ shape: [6] }), tf.input({ shape: [6] })];
  const shared = tf.layers.dense({ units: 4 });
  const [left, right] = [shared.apply(a), shared.apply(b)] as tf.SymbolicTensor[];
  const sum = tf.layers.add().apply([left!, right!]) as tf.SymbolicTensor;
  const normal = tf.layers.batchNormalization({}).apply(sum) as tf.SymbolicTensor;
  const outputs = tf.layers.dense({ units: 1 }).apply(normal) as tf.SymbolicTensor;
  return tf.model({ inputs: [a, b], outputs });
}

/** A clock that only moves when a layer runs: so long for each call, by backend. Milliseconds. */
function timed(ms: Record<'wasm' | 'webgl', number>, isSoftware: boolean, batch = 32) {
  let now = 0;
  let backend: 'wasm' | 'webgl' = 'wasm';
  const runs = { wasm: 0, webgl: 0 };
  const comparison = compareBackends(
    {
      tf,
      now: () => now,
      use: (name) => (backend = name),
      // One call, or a whole pass of five.
      wait: () => {
        runs[backend] += 1;
        now += ms[backend];
      },
      isOwn: () => true,
      isSoftware,
    },
    branched(),
    batch,
  );
  return { comparison: comparison!, runs };
}

describe('the choice of the backend', () => {
  before(() => tf.setBackend('cpu'));

  it('takes the faster one, and in a near draw the usual one', () => {
    assert.equal(decide(measured, 'wasm'), 'wasm');
    assert.equal(decide(measured, 'webgl'), 'webgl');
    assert.equal(decide({ ...measured, wasm: 9 }, 'webgl'), 'wasm');
    assert.equal(decide({ ...measured, webgl: 7 }, 'wasm'), 'webgl');
    assert.equal(decide({ ...measured, stopped: true, webgl: 7 }, 'webgl'), 'wasm');
  });

  it('says why in plain words with numbers', () => {
    const software = { renderer: 'ANGLE (…)', software: 'SwiftShader' };
    assert.equal(
      explain('wasm', { ...measured, wasm: 34.2, webgl: 204, stopped: true }, software),
      'WebAssembly trains: a forward pass of this model takes 34 ms there, and over 204 ms in WebGL (software: SwiftShader).',
    );
    assert.equal(
      explain('webgl', { ...measured, layers: 2, rows: 8, webgl: 1.25 }, { renderer: 'Some GPU' }),
      'WebGL (Some GPU) trains: a forward pass through 2 of the 3 layers of this model, with 8 of 32 samples, takes 1.3 ms there, and 10 ms in WebAssembly.',
    );
  });

  it('calls every layer of a branched model once a pass, and changes nothing of it', () => {
    const model = branched();
    const before = model.getWeights().map((weight) => [...weight.dataSync()]);
    const { numTensors } = tf.memory();
    const calls = layerCalls(tf, model, 3, () => true);
    const shapes = calls.map((call) => tf.tidy(() => call.run().map(({ shape }) => shape)));
    assert.deepEqual(shapes, [[[3, 4]], [[3, 4]], [[3, 4]], [[3, 4]], [[3, 1]]]);
    assert.equal(tf.memory().numTensors, numTensors);
    assert.deepEqual(
      model.getWeights().map((weight) => [...weight.dataSync()]),
      before,
    );
  });

  it('stops WebGL as soon as it is slower than the whole pass on wasm', () => {
    const { comparison, runs } = timed({ wasm: 1, webgl: 8 }, true);
    assert.deepEqual(
      { stopped: comparison.stopped, wasm: comparison.wasm, webgl: comparison.webgl },
      { stopped: true, wasm: 5, webgl: 7 },
    );
    // The first layer: once to compile, once to measure.
    assert.equal(runs.webgl, 2);
  });

  it('measures what was reached when compiling takes too long', () => {
    const { comparison, runs } = timed({ wasm: 60, webgl: 100 }, true);
    // Wasm: two layers of one sample in time. WebGL: two of them until its time was over.
    assert.deepEqual(comparison.layers, 2);
    assert.deepEqual(comparison.rows, 1);
    assert.equal(comparison.of, 5);
    assert.ok(runs.webgl <= 4 + 3, `${runs.webgl}`);
  });

  it('does not ask WebGL where wasm takes next to no time', () => {
    const { comparison, runs } = timed({ wasm: 0.05, webgl: 0.01 }, false, 4);
    assert.deepEqual(runs, { wasm: 15, webgl: 0 });
    assert.equal(comparison.webgl, undefined);
    assert.equal(decide(comparison, 'webgl'), 'wasm');
    assert.equal(
      explain('wasm', comparison, { renderer: 'Some GPU' }),
      'WebAssembly trains: a forward pass of this model takes 0.3 ms there, less than WebGL (Some GPU) takes to be called.',
    );
  });

  it('measures a whole pass on both where WebGL keeps up', () => {
    const { comparison } = timed({ wasm: 4, webgl: 1.5 }, false);
    assert.deepEqual(comparison, {
      ...{ layers: 5, of: 5, rows: 6, batch: 32 },
      ...{ wasm: 4, webgl: 1.5, stopped: false },
    });
  });
});

/** Layers that change nothing, with a gradient that wasm lacks: what software computes is measured. */
const POOLED = (units: number): string => `
  tf.layers.reshape({ targetShape: [${units}, 1, 1, 1] }),
  tf.layers.maxPooling3d({ poolSize: 1, strides: 1 }),
  tf.layers.flatten(),`;

const IMPORT = `
import * as tf from '@tensorflow/tfjs';`;

/** A kernel that every dense layer uses, made slow on wasm: there WebGL is the faster backend. */
const SLOW_WASM = `${IMPORT}
const kernel = tf.getKernel('_FusedMatMul', 'wasm');
tf.unregisterKernel('_FusedMatMul', 'wasm');
tf.registerKernel({ ...kernel, kernelFunc: (parameters) => {
  for (const end = performance.now() + 60; performance.now() < end; );
  return kernel.kernelFunc(parameters);
} });
`;

const EXPERIMENT = `
${SLOW_WASM}
export const model = () => tf.sequential({ layers: [
  tf.layers.dense({ units: 40, activation: 'tanh', inputShape: [30] }),${POOLED(40)}
  tf.layers.batchNormalization({}),
  tf.layers.dropout({ rate: 0.2 }),
  tf.layers.dense({ units: 3, activation: 'softmax' }),
] });
export const data = () => {
  const xs = tf.randomNormal([96, 30]);
  return { train: { xs, ys: tf.oneHot(xs.slice([0, 0], [96, 3]).argMax(1), 3) } };
};
export const training = { epochs: 3, batchSize: 16, optimizer: 'adam', loss: 'categoricalCrossentropy', metrics: ['accuracy'] };
`;

const PROGRAM = `
${SLOW_WASM}
const model = tf.sequential({ layers: [
  tf.layers.dense({ units: 20, activation: 'relu', inputShape: [12] }),${POOLED(20)}
  tf.layers.dense({ units: 1 }),
] });
model.compile({ loss: 'meanSquaredError', optimizer: tf.train.momentum(0.01, 0.9) });
// Data that no backend computes: their last digits would be those of the backend before the choice.
const ys = tf.randomUniform([16, 1]);
// Numbers are drawn between the steps: the measurement must leave their sequence alone.
for (let i = 0; i < 20; i++) {
  const batch = tf.randomNormal([16, 12], Math.random());
  await model.trainOnBatch(batch, ys);
  batch.dispose();
}
`;

const OWN_LAYER = `
import * as tf from '@tensorflow/tfjs';
let calls = 0;
class Counting extends tf.layers.Layer {
  call(inputs) { calls += 1; return tf.mul(Array.isArray(inputs) ? inputs[0] : inputs, 2); }
  static className = 'Counting';
}
tf.serialization.registerClass(Counting);
const model = tf.sequential({ layers: [tf.layers.dense({ units: 4, inputShape: [3] }), new Counting(), tf.layers.dense({ units: 1 })] });
model.compile({ loss: 'meanSquaredError', optimizer: 'sgd' });
await model.trainOnBatch(tf.ones([8, 3]), tf.ones([8, 1]));
console.log('calls', calls);
`;

const BARE = `
import * as tf from '@tensorflow/tfjs';
const w = tf.variable(tf.scalar(1));
tf.train.sgd(0.1).minimize(() => w.square());
const model = tf.sequential({ layers: [tf.layers.dense({ units: 1, inputShape: [3] })] });
model.compile({ loss: 'meanSquaredError', optimizer: 'sgd' });
await model.trainOnBatch(tf.ones([8, 3]), tf.ones([8, 1]));
`;

describe('the choice of the backend in the worker', function () {
  this.timeout(90_000);
  let bench: RuntimeBench;
  before(async () => {
    bench = await RuntimeBench.open();
  });
  after(() => bench.close());

  const run = (
    source: string,
    backend: 'auto' | 'webgl' | 'wasm',
    kind: 'program' | 'experiment' = 'program',
  ): Promise<RuntimeRun> => bench.finish(source, { options: { backend, kind, seed: 5 } });
  const choices = (of: RuntimeRun) =>
    of.all('started').map(({ backend, reason }) => ({ backend, reason: reason ?? '' }));

  it('a software WebGL is not started where wasm has every kernel, and the reason says so', async () => {
    const auto = await run(FIT, 'auto');
    assert.equal(auto.error, undefined, JSON.stringify(auto.error));
    const [usual, chosen, ...more] = auto.all('started');
    assert.equal(usual?.backend, 'wasm');
    assert.equal(
      chosen?.reason,
      'WebAssembly trains: it has every operation of this model, and WebGL is computed in software here (SwiftShader), which is slower.',
    );
    assert.deepEqual([usual.lasting, chosen.lasting, more.length], [undefined, true, 0]);
    assert.ok(auto.all('progress').every(({ message }) => !/Measuring/.test(message)));
    const forced = await run(FIT, 'wasm');
    assert.deepEqual(auto.losses, forced.losses);
  });

  it('it is measured where wasm lacks one, and the reason gives the numbers', async () => {
    const auto = await run(EXPERIMENT.replace(SLOW_WASM, IMPORT), 'auto', 'experiment');
    assert.equal(auto.error, undefined, JSON.stringify(auto.error));
    assert.ok(auto.all('progress').some(({ message }) => /Measuring/.test(message)));
    const chosen = auto.all('started').at(-1);
    assert.equal(chosen?.backend, 'wasm');
    assert.match(
      chosen.reason ?? '',
      /^WebAssembly trains: a forward pass .*takes [\d.]+ ms there, (and (over )?[\d.]+ ms in|less than) WebGL \(software: SwiftShader\)/,
    );
    assert.equal(chosen.lasting, true);
  });

  it('what was measured on a software WebGL before is not measured again', async () => {
    const options = { backend: 'auto', seed: 5, measured: 'As measured before.' } as const;
    const known = await bench.finish(FIT, { options });
    assert.equal(known.error, undefined, JSON.stringify(known.error));
    assert.deepEqual(choices(known), [{ backend: 'wasm', reason: 'As measured before.' }]);
    assert.ok(known.all('progress').every(({ message }) => !/Measuring/.test(message)));
    const forced = await run(FIT, 'wasm');
    assert.deepEqual(known.losses, forced.losses);
  });

  for (const [name, source, kind] of [
    ['an experiment', EXPERIMENT, 'experiment'],
    ['a program', PROGRAM, 'program'],
  ] as const) {
    it(`${name} that is faster on WebGL trains there, bit for bit as if that was forced`, async () => {
      const auto = await run(source, 'auto', kind);
      assert.equal(auto.error, undefined, JSON.stringify(auto.error));
      const chosen = choices(auto).at(-1);
      assert.equal(chosen?.backend, 'webgl');
      assert.match(
        chosen.reason,
        /^WebGL \(software: SwiftShader\) trains: .* ms in WebAssembly\.$/,
      );
      const forced = await run(source, 'webgl', kind);
      assert.equal(choices(forced).length, 1);
      assert.ok(forced.losses.length >= 18);
      assert.deepEqual(auto.losses, forced.losses);
      assert.deepEqual(
        auto.records.map(({ layers }) => layers),
        forced.records.map(({ layers }) => layers),
      );
      const tensors = (of: RuntimeRun) => of.all('steps').at(-1)?.memory.numTensors;
      assert.equal(tensors(auto), tensors(forced));
    });
  }

  it('layers of the user\u2019s own classes are not called for it', async () => {
    // Probes do call them, and put back what they keep in their fields.
    const { error, messages } = await bench.finish(OWN_LAYER, {
      options: { backend: 'auto', kind: 'program', seed: 5, probe: 'off' },
    });
    assert.equal(error, undefined, JSON.stringify(error));
    assert.ok(
      messages.some((message) => message.type === 'console' && message.text === 'calls 1'),
      JSON.stringify(messages.filter(({ type }) => type === 'console')),
    );
  });

  it('a program that began with bare steps stays where it is', async () => {
    const bare = await run(BARE, 'auto');
    assert.equal(bare.error, undefined, JSON.stringify(bare.error));
    assert.deepEqual(
      choices(bare).map(({ backend }) => backend),
      ['wasm'],
    );
  });
});
