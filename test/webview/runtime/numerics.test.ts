// The worker computes what plain tfjs computes, bit for bit, with the tap on; the same seed gives the
// same losses; backends agree; no tensor is left behind.
import assert from 'node:assert/strict';
import { RuntimeBench } from './harness';
import { DATA } from './programs';

const DATA_2D = `
import * as tf from '@tensorflow/tfjs';
const pixels = Float32Array.from({ length: 24 * 8 * 8 }, (_, i) => (Math.sin(i * 0.37) + 1) / 2);
const images = tf.tensor4d(pixels, [24, 8, 8, 1]);
const labels = tf.tensor2d(Array.from({ length: 24 }, (_, i) => [i % 3]));
`;

/** Programs that leave their losses, read by themselves, in \`result\`. */
const PROGRAMS = {
  'mlp with dropout, fit, Adam': `${DATA}
    const model = tf.sequential({ layers: [
      tf.layers.dense({ units: 16, inputShape: [4], activation: 'tanh' }),
      tf.layers.dropout({ rate: 0.3 }),
      tf.layers.dense({ units: 3, activation: 'softmax' }),
    ] });
    model.compile({ optimizer: 'adam', loss: 'categoricalCrossentropy', metrics: ['accuracy'] });
    const losses = [];
    await model.fit(xs, ys, { epochs: 3, batchSize: 16, callbacks: { onBatchEnd: (_, logs) => void losses.push(logs.loss, logs.acc) } });
    globalThis.result = losses;`,
  'cnn, trainOnBatch, momentum': `${DATA_2D}
    const model = tf.sequential({ layers: [
      tf.layers.conv2d({ filters: 4, kernelSize: 3, inputShape: [8, 8, 1], activation: 'relu' }),
      tf.layers.batchNormalization(),
      tf.layers.maxPooling2d({ poolSize: 2 }),
      tf.layers.flatten(),
      tf.layers.dense({ units: 3, activation: 'softmax' }),
    ] });
    model.compile({ optimizer: tf.train.momentum(0.05, 0.9), loss: 'sparseCategoricalCrossentropy' });
    const losses = [];
    for (let step = 0; step < 15; step++) losses.push(await model.trainOnBatch(images, labels));
    globalThis.result = losses;`,
  'lstm, minimize, rmsprop': `${DATA}
    const model = tf.sequential({ layers: [
      tf.layers.lstm({ units: 6, inputShape: [4, 1] }),
      tf.layers.dense({ units: 3 }),
    ] });
    const optimizer = tf.train.rmsprop(0.01);
    const series = xs.reshape([96, 4, 1]);
    const losses = [];
    for (let step = 0; step < 10; step++) {
      const loss = optimizer.minimize(() => tf.losses.softmaxCrossEntropy(ys, model.apply(series, { training: true })), true);
      losses.push((await loss.data())[0]);
      loss.dispose();
    }
    globalThis.result = losses;`,
};

describe('numbers of the worker', function () {
  this.timeout(90_000);
  let bench: RuntimeBench;
  before(async () => {
    bench = await RuntimeBench.open();
  });
  after(() => bench.close());

  type Backend = 'cpu' | 'wasm' | 'webgl';
  const BACKENDS: Backend[] = ['cpu', 'wasm', 'webgl'];

  /** What the program itself saw, in the worker. */
  async function inWorker(
    source: string,
    backend: Backend,
    seed = 7,
    epsilon: 'keras' | 'as-shipped' = 'keras',
  ): Promise<{ result: number[]; losses: (number | undefined)[] }> {
    const run = await bench.finish(`${source}\nconsole.log(JSON.stringify(globalThis.result));`, {
      options: { backend, seed, epsilon },
    });
    assert.equal(run.error, undefined, run.error?.message);
    return { result: JSON.parse(run.all('console').at(-1)!.text) as number[], losses: run.losses };
  }

  for (const [name, source] of Object.entries(PROGRAMS)) {
    const ofBackend = new Map<Backend, number[]>();
    for (const backend of BACKENDS) {
      it(`bit-identical to plain tfjs: ${name}, ${backend}`, async () => {
        const plain = await bench.plain<number[]>(source, { backend, seed: 7 });
        const { result, losses } = await inWorker(source, backend);
        assert.ok(plain.length >= 10 && plain.every(Number.isFinite));
        assert.deepEqual(result, plain);
        const own = name.startsWith('mlp') ? plain.filter((_, i) => i % 2 === 0) : plain;
        assert.deepEqual(losses, own, 'the records hold the same losses');
        ofBackend.set(backend, result);
      });
    }
    it(`backends agree to 1e-4: ${name}`, () => {
      const reference = ofBackend.get('cpu')!;
      for (const backend of ['wasm', 'webgl'] as const) {
        const other = ofBackend.get(backend)!;
        reference.forEach((loss, i) => {
          const gap = Math.abs(loss - other[i]!) / Math.max(1, Math.abs(loss));
          assert.ok(gap < 1e-4, `${backend} step ${i}: ${other[i]} instead of ${loss}`);
        });
      }
    });
  }

  it('as-shipped leaves the epsilon of WebGL as tfjs has it', async () => {
    const source = PROGRAMS['mlp with dropout, fit, Adam'];
    const shipped = await inWorker(source, 'webgl', 7, 'as-shipped');
    const plain = await bench.plain(source, { backend: 'webgl', seed: 7, epsilon: 'as-shipped' });
    assert.deepEqual(shipped.result, plain);
    assert.notDeepEqual(shipped.result, (await inWorker(source, 'webgl')).result);
  });

  it('the same seed gives the same run, another seed another', async () => {
    const source = PROGRAMS['mlp with dropout, fit, Adam'];
    const first = await inWorker(source, 'wasm', 3);
    assert.deepEqual(await inWorker(source, 'wasm', 3), first);
    assert.notDeepEqual((await inWorker(source, 'wasm', 4)).result, first.result);
  });

  it('tf.data shuffles by the seed where the program gives none', async () => {
    const source = `${DATA}
      const list = await tf.data.array(Array.from({ length: 20 }, (_, i) => i)).shuffle(20).toArray();
      console.log(JSON.stringify(list));
      await makeModel().fit(xs, ys, { epochs: 1 });`;
    const order = async (seed: number): Promise<string> =>
      (await bench.finish(source, { options: { seed } })).all('console')[0]!.text;
    assert.equal(await order(5), await order(5));
    assert.notEqual(await order(5), await order(6));
  });

  for (const backend of BACKENDS) {
    it(`leaves no tensor behind over 200 steps: ${backend}`, async () => {
      const run = await bench.finish(
        `${DATA}
         const model = makeModel();
         for (let i = 0; i <= 230; i++) {
           await model.trainOnBatch(xs, ys);
           if (i % 50 === 30) console.log(tf.memory().numTensors);
         }`,
        { options: { backend } },
      );
      assert.equal(run.all('finished')[0]?.steps, 231);
      const counts = run.all('console').map(({ text }) => Number(text));
      assert.equal(counts.length, 5);
      assert.deepEqual(
        counts,
        counts.map(() => counts[0]),
      );
      // Messages may leave in the middle of a step, while its own tensors are alive.
      for (const { memory } of run.all('steps').slice(-5)) {
        assert.ok(memory.numTensors >= counts[0]! && memory.numTensors < counts[0]! + 60);
      }
    });
  }
});
