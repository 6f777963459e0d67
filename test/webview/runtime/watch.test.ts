// Facts and probes in the worker: the same on every backend, in time for their records, and without a
// trace in the losses.
import assert from 'node:assert/strict';
import { parseFromRuntime } from '../../../src/shared/protocol/guards';
import { RuntimeBench, type RuntimeRun } from './harness';
import { DATA } from './programs';

type Backend = 'cpu' | 'wasm' | 'webgl';
const BACKENDS: Backend[] = ['cpu', 'wasm', 'webgl'];

/** Odd sizes, so that textures have edges; biases that make units dead, saturated and alike. */
const NET = `
import * as tf from '@tensorflow/tfjs';
const fixed = (values) => Object.assign(tf.initializers.zeros(), { apply: (shape) => tf.tensor(values, shape) });
const pixels = Float32Array.from({ length: 150 * 7 * 7 }, (_, i) => Math.sin(i * 0.37));
const images = tf.tensor4d(pixels, [150, 7, 7, 1]);
const labels = tf.oneHot(tf.tensor1d(Array.from({ length: 150 }, (_, i) => i % 3), 'int32'), 3).toFloat();
const net = () => tf.sequential({ layers: [
  tf.layers.conv2d({ name: 'conv', filters: 5, kernelSize: 3, inputShape: [7, 7, 1], activation: 'relu', biasInitializer: fixed([-20, 1, -20, 1, 1]) }),
  tf.layers.batchNormalization({ name: 'norm' }),
  tf.layers.flatten(),
  tf.layers.dropout({ rate: 0.3 }),
  tf.layers.dense({ name: 'squash', units: 7, activation: 'tanh', biasInitializer: fixed([90, -90, 0, 0, 90, 0, 0]) }),
  tf.layers.dense({ name: 'alike', units: 9, activation: 'relu', kernelInitializer: 'ones' }),
  tf.layers.dense({ name: 'end', units: 3, activation: 'softmax' }),
] });
`;

const PROGRAM = `${NET}
const model = net();
model.compile({ optimizer: tf.train.sgd(1e-3), loss: 'categoricalCrossentropy' });
await model.fit(images, labels, { epochs: 4, batchSize: 30 });
`;

const MODULE = (epochs: number, batchSize: number): string => `${NET}
export const model = net;
export const data = () => ({ train: { xs: images, ys: labels } });
export const training = { epochs: ${epochs}, batchSize: ${batchSize}, optimizer: { name: 'sgd', learningRate: 1e-3 }, loss: 'categoricalCrossentropy', clipNorm: 50 };
`;

describe('facts and probes in the worker', function () {
  this.timeout(180_000);
  let bench: RuntimeBench;
  before(async () => {
    bench = await RuntimeBench.open();
  });
  after(() => bench.close());

  const run = async (
    kind: 'program' | 'experiment',
    backend: Backend,
    probe: 'auto' | 'off' = 'auto',
  ): Promise<RuntimeRun> => {
    const source = kind === 'program' ? PROGRAM : MODULE(4, 30);
    const result = await bench.finish(source, { options: { kind, backend, probe, seed: 5 } });
    assert.equal(result.error, undefined, result.error?.message);
    assert.equal(result.records.length, 20);
    return result;
  };

  for (const kind of ['program', 'experiment'] as const) {
    for (const backend of BACKENDS) {
      it(`${kind}, ${backend}: facts first, units counted, losses as without`, async () => {
        const result = await run(kind, backend);
        const types = result.messages.map(({ type }) => type);
        assert.ok(types.indexOf('facts') >= 0 && types.indexOf('facts') < types.indexOf('steps'));
        const sent = result.all('facts');
        assert.equal(sent.length, 1);
        assert.deepEqual(parseFromRuntime(sent[0]), sent[0], 'the guard passes it unchanged');
        const { facts } = sent[0]!;
        assert.deepEqual([facts.samples, facts.sampled, facts.batchSize], [150, 150, 30]);
        assert.deepEqual(facts.outputs[0]!.classCounts, [50, 50, 50]);
        assert.equal(facts.epsilon, 1e-7);
        assert.equal(facts.shippedEpsilon, backend === 'webgl' ? 1e-4 : undefined);
        assert.deepEqual(
          [...facts.trainedLayers].sort(),
          Object.keys(result.records[0]!.layers).sort(),
        );

        const probed = result.records.filter(({ probe }) => probe);
        assert.equal(probed.length, 2);
        assert.equal(probed[0]!.step, 1);
        // On WebGL in batches of the training's size, whose programs are compiled anyway.
        const samples = backend === 'webgl' ? 120 : 128;
        for (const { probe } of probed) {
          const { conv, squash, alike, end } = probe!.layers;
          assert.equal(probe!.samples, samples);
          assert.deepEqual([conv!.units, conv!.deadUnits, conv!.saturatedUnits], [5, 2, undefined]);
          assert.deepEqual([squash!.units, squash!.saturatedUnits], [7, 3]);
          assert.equal(end!.saturatedUnits, undefined);
          assert.ok(conv!.preActivation!.min < -15 && conv!.activation.min === 0);
          assert.ok(conv!.delta!.norm > 0 && end!.delta!.norm > 0);
          assert.equal(conv!.activation.count, samples * 25 * 5);
          if (probe === probed[0]!.probe) assert.equal(alike!.identicalUnits, 8);
        }
        assert.equal(result.records[0]!.layers['conv']!.deadUnits, 2 / 5);
        assert.equal(result.records[14]!.layers['squash']!.saturatedUnits, 3 / 7);

        const without = await run(kind, backend, 'off');
        assert.deepEqual(result.losses, without.losses);
        assert.ok(without.records.every(({ probe }) => probe === undefined));
        assert.equal(without.all('facts').length, 1);
      });
    }
  }

  it('backends agree on what a probe measures', async () => {
    const [cpu, ...others] = await Promise.all(
      BACKENDS.map(async (backend) => {
        // Batches too small for WebGL to send the samples in.
        const { error, records } = await bench.finish(MODULE(1, 8), {
          options: { kind: 'experiment', backend, seed: 5 },
        });
        assert.equal(error, undefined, error?.message);
        return records[0]!.probe!;
      }),
    );
    for (const other of others) {
      assert.ok(Math.abs(other.loss! / cpu!.loss! - 1) < 1e-4);
      for (const [name, layer] of Object.entries(cpu!.layers)) {
        const same = other.layers[name]!;
        for (const part of ['activation', 'preActivation', 'delta'] as const) {
          const [a, b] = [layer[part]?.norm, same[part]?.norm];
          assert.equal(a === undefined, b === undefined, `${name} ${part}`);
          if (a && b) assert.ok(Math.abs(a / b - 1) < 1e-3, `${name} ${part}: ${a}, ${b}`);
        }
      }
    }
  });

  for (const backend of BACKENDS) {
    it(`leaves no tensor behind: ${backend}`, async () => {
      const result = await bench.finish(
        `${DATA}
         const model = makeModel();
         for (let i = 1; i <= 100; i++) {
           await model.trainOnBatch(xs, ys);
           if (i % 10 === 0) console.log(JSON.stringify([tf.memory().numTensors, tf.memory().numDataBuffers]));
         }`,
        { options: { backend } },
      );
      assert.ok(result.records.filter(({ probe }) => probe).length >= 5);
      const seen = result.all('console').map(({ text }) => JSON.parse(text) as [number, number]);
      assert.equal(seen.length, 10);
      const tensors = seen.map(([count]) => count);
      assert.deepEqual(new Set(tensors).size, 1, tensors.join());
      // Statistics that are on their way hold the data of a step: fewer than probes that leave one each.
      const buffers = seen.map(([, count]) => count);
      assert.ok(Math.max(...buffers) - Math.min(...buffers) < 5, buffers.join());
    });
  }
});
