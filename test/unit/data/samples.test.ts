// Samples and synthetic data: order, cuts, splits, batches, determinism, memory.
import assert from 'node:assert/strict';
import * as tf from '@tensorflow/tfjs';
import {
  createGradientLensModule,
  isBatchSource,
  type Samples,
} from '../../../webview/runtime/data';
import { FloatRows } from '../../../webview/runtime/data/rows';
import { LazySamples } from '../../../webview/runtime/data/samples';
import { MemoryWorkspace } from './workspace';

const { synthetic, DataError } = createGradientLensModule(new MemoryWorkspace({}), tf);

/** Sample i has feature i and label 10 · i. */
function counting(count: number): LazySamples {
  const values = Float32Array.from({ length: count }, (_, i) => i);
  return new LazySamples({
    tf,
    features: new FloatRows(values, count, [1]),
    labels: new FloatRows(
      values.map((x) => 10 * x),
      count,
      [1],
    ),
  });
}

async function features(samples: Samples): Promise<number[]> {
  const { xs, ys } = await samples.all();
  const values = Array.from(await xs.data());
  const labels = Array.from(await ys.data());
  assert.deepEqual(
    labels,
    values.map((x) => 10 * x),
    'labels stay with their features',
  );
  tf.dispose([xs, ys]);
  return values;
}

describe('samples', () => {
  it('cuts from both ends', async () => {
    assert.deepEqual(await features(counting(5).take(2)), [0, 1]);
    assert.deepEqual(await features(counting(5).take(99)), [0, 1, 2, 3, 4]);
    assert.deepEqual(await features(counting(5).slice(1, -1)), [1, 2, 3]);
    assert.deepEqual(await features(counting(5).slice(2).slice(1)), [3, 4]);
  });

  it('shuffles by the seed, keeping every sample', async () => {
    const one = await features(counting(50).shuffle(1));
    assert.deepEqual(one, await features(counting(50).shuffle(1)));
    assert.notDeepEqual(one, await features(counting(50).shuffle(2)));
    assert.deepEqual(
      one.sort((a, b) => a - b),
      await features(counting(50)),
    );
  });

  it('splits into disjoint parts, also of a shuffled part', async () => {
    const { train, validation } = counting(50).shuffle(3).take(20).split(0.25, 7);
    assert.deepEqual([train.size, validation.size], [15, 5]);
    const both = [...(await features(train)), ...(await features(validation))];
    assert.equal(new Set(both).size, 20);
    assert.deepEqual(new Set(both), new Set(await features(counting(50).shuffle(3).take(20))));
  });

  it('loops in order, or shuffled within windows', async () => {
    const walk = async (...options: Parameters<Samples['batches']>): Promise<number[][]> => {
      const batches: number[][] = [];
      for await (const { xs, ys } of counting(10).batches(...options)) {
        batches.push(Array.from(await xs.data()));
        tf.dispose([xs, ys]);
      }
      return batches;
    };
    assert.deepEqual(await walk(4), [
      [0, 1, 2, 3],
      [4, 5, 6, 7],
      [8, 9],
    ]);
    assert.equal((await walk(4, { dropRemainder: true })).length, 2);
    const windowed = (await walk(5, { seed: 1, window: 5 })).map((batch) => new Set(batch));
    assert.deepEqual(windowed, [new Set([0, 1, 2, 3, 4]), new Set([5, 6, 7, 8, 9])]);
    const free = await walk(5, { seed: 1, window: Infinity });
    assert.deepEqual(free, await walk(5, { seed: 1 }));
    assert.notDeepEqual(new Set(free[0]), new Set([0, 1, 2, 3, 4]));
  });

  it('refuses what makes no sense, with a typed error', async () => {
    const refused: [() => unknown, RegExp][] = [
      [() => counting(3).take(0), /take\(0\)/],
      [() => counting(3).split(0), /validation share of 0/],
      [() => counting(3).split(0.01), /one part would be empty/],
      [() => counting(3).batch([3]), /sample 3 does not exist.*from 0 to 2/],
      [() => counting(3).batches(0).next(), /batch size of 0/],
      [() => synthetic.blobs({ samples: 1 }), /samples: 1 is not possible/],
      [() => synthetic.xor({ labels: 'onehot' as 'one-hot' }), /labels: 'onehot' is not known/],
    ];
    for (const [attempt, message] of refused) {
      await assert.rejects(
        async () => await attempt(),
        (error) => error instanceof DataError && message.test(error.message),
      );
    }
  });

  it('is recognised as a batch source, as objects of the user are', () => {
    assert.ok(isBatchSource(counting(3)));
    assert.ok(
      isBatchSource({
        size: 1,
        featureShape: [1],
        labelShape: [1],
        batch: () => Promise.resolve({ xs: tf.zeros([1, 1]), ys: tf.zeros([1, 1]) }),
      }),
    );
    assert.ok(!isBatchSource({ xs: [1], ys: [1] }));
    assert.ok(!isBatchSource(undefined));
  });
});

describe('synthetic', () => {
  const sets = {
    blobs: () => synthetic.blobs({ classes: 4, features: 3 }),
    spirals: () => synthetic.spirals({ classes: 3 }),
    circles: () => synthetic.circles(),
    xor: () => synthetic.xor(),
    linear: () => synthetic.linear({ features: 2 }),
    sine: () => synthetic.sine(),
  };
  for (const [name, make] of Object.entries(sets)) {
    it(`${name} is the same for the same seed and holds a fifth back`, async () => {
      const [a, b] = [make(), make()];
      assert.deepEqual([a.train.size, a.validation.size], [800, 200]);
      const [first, second] = [await a.train.all(), await b.train.all()];
      assert.deepEqual(await first.xs.data(), await second.xs.data());
      assert.deepEqual(await first.ys.data(), await second.ys.data());
      assert.ok((await first.xs.data()).every(Number.isFinite));
      tf.dispose([first, second].map(({ xs, ys }) => [xs, ys]));
    });
  }

  it('xor without noise is the exclusive or of the signs', async () => {
    const { xs, ys } = await synthetic.xor({ noise: 0, labels: 'integer' }).train.all();
    const points = (await xs.array()) as number[][];
    const labels = Array.from(await ys.data());
    points.forEach(([x, y], i) => assert.equal(labels[i], x! * y! < 0 ? 1 : 0));
    assert.deepEqual(new Set(labels), new Set([0, 1]));
    tf.dispose([xs, ys]);
  });

  it('circles, sine and linear without noise obey their formulas', async () => {
    const rings = await synthetic.circles({ noise: 0, labels: 'integer' }).train.all();
    const radius = Array.from(await rings.ys.data(), (label) => (label ? 1 : 0.5));
    ((await rings.xs.array()) as number[][]).forEach(([x, y], i) =>
      assert.ok(Math.abs(Math.hypot(x!, y!) - radius[i]!) < 1e-6),
    );
    const wave = await synthetic.sine({ noise: 0 }).train.all();
    const heights = await wave.ys.data();
    (await wave.xs.data()).forEach((x, i) =>
      assert.ok(Math.abs(heights[i]! - Math.sin(2 * Math.PI * x)) < 1e-5),
    );
    // Four samples of y = w · x + b in one dimension lie on a line.
    const line = await synthetic.linear({ noise: 0, samples: 10 }).train.all();
    const [x, y] = [await line.xs.data(), await line.ys.data()];
    const slope = (i: number): number => (y[i]! - y[0]!) / (x[i]! - x[0]!);
    for (let i = 2; i < 8; i++) assert.ok(Math.abs(slope(i) - slope(1)) < 1e-3);
    tf.dispose([rings, wave, line].map(({ xs, ys }) => [xs, ys]));
  });
});
