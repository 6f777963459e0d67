// Probes give what can be computed by hand, at the right steps, of the right samples.
import assert from 'node:assert/strict';
import type { Sequential } from '@tensorflow/tfjs';
import { finiteCount } from '../../../src/shared/core/summary';
import type { TfNamespace } from '../../../src/shared/tap/types';
import { countUnits } from '../../../webview/runtime/diagnosis/probe/units';
import { ProbeSchedule } from '../../../webview/runtime/diagnosis/probe/schedule';
import { exactly, layerProbe, probesOf, watched } from './watched';

/** 160 samples of four features from −1 to 1, and labels of one column. */
function data(tf: TfNamespace, size = 160) {
  const values = Float32Array.from({ length: size * 4 }, (_, i) => Math.sin(i * 1.7 + 0.3));
  return {
    xs: tf.tensor2d(values, [size, 4]),
    ys: tf.tensor2d(
      Float32Array.from({ length: size }, (_, i) => Math.cos(i)),
      [size, 1],
    ),
  };
}

/** One hidden layer of known biases, then one linear unit; trained for `epochs` of one step. */
async function trainHidden(
  tf: TfNamespace,
  activation: Parameters<typeof tf.layers.dense>[0]['activation'],
  biases: readonly number[],
  kernel = (unit: number) => 0.1 * (unit + 1),
): Promise<void> {
  const units = biases.length;
  const model = tf.sequential({
    layers: [
      tf.layers.dense({
        name: 'hidden',
        inputShape: [4],
        units,
        ...(activation && { activation }),
        kernelInitializer: exactly(
          tf,
          Array.from({ length: 4 * units }, (_, i) => kernel(i % units) * (1 + (i >> 3))),
        ),
        biasInitializer: exactly(tf, biases),
      }),
      tf.layers.dense({ name: 'end', units: 1 }),
    ],
  });
  model.compile({ optimizer: tf.train.sgd(1e-4), loss: 'meanSquaredError' });
  const { xs, ys } = data(tf);
  await model.fit(xs, ys, { epochs: 1, batchSize: 160 });
}

describe('probes', () => {
  it('count dead units of a rectifier, layer by layer', async () => {
    const { records } = await watched(({ tf }) =>
      trainHidden(tf, 'relu', [-100, 0, 1, -100, 100, -100, 0.5, 0]),
    );
    const probe = layerProbe(records, 'hidden');
    assert.equal(probe.units, 8);
    assert.equal(probe.deadUnits, 3);
    assert.equal(probe.saturatedUnits, undefined, 'a rectifier does not saturate');
    assert.equal(probe.activation.zeros >= 3 * 128, true);
    assert.ok(probe.preActivation!.min < -90, 'the pre-activation is seen though tfjs fuses it');
    assert.equal(records[0]!.layers['hidden']!.deadUnits, 3 / 8);
  });

  for (const [activation, far, near] of [
    ['sigmoid', 7, 5],
    ['tanh', 4, 2],
    ['hardSigmoid', 3.5, 1],
    ['softsign', 11, 5],
  ] as const) {
    it(`count saturated units of ${activation}`, async () => {
      const { records } = await watched(({ tf }) =>
        trainHidden(tf, activation, [far, -far, near, -near, 0, far], () => 0.02),
      );
      const probe = layerProbe(records, 'hidden');
      assert.equal(probe.saturatedUnits, 3);
      assert.equal(probe.deadUnits, undefined);
      assert.equal(records[0]!.layers['hidden']!.saturatedUnits, 0.5);
    });
  }

  it('tell both ends of relu6, and the lower end of elu', async () => {
    const six = await watched(({ tf }) => trainHidden(tf, 'relu6', [-9, 9, 9, 3], () => 0.02));
    assert.equal(layerProbe(six.records, 'hidden').deadUnits, 1);
    assert.equal(layerProbe(six.records, 'hidden').saturatedUnits, 2);
    const elu = await watched(({ tf }) => trainHidden(tf, 'elu', [-9, -2, 9, -9], () => 0.02));
    assert.equal(layerProbe(elu.records, 'hidden').deadUnits, 2);
  });

  it('see the layers that are nothing but an activation, and what goes into them', async () => {
    const { records } = await watched(async ({ tf }) => {
      const model = tf.sequential({
        layers: [
          tf.layers.dense({
            units: 4,
            inputShape: [4],
            biasInitializer: exactly(tf, [-50, 50, -50, 0]),
          }),
          tf.layers.reLU({ name: 'rectifier' }),
          tf.layers.dense({ units: 1 }),
          tf.layers.activation({ name: 'squash', activation: 'tanh' }),
        ],
      });
      model.compile({ optimizer: 'sgd', loss: 'meanSquaredError' });
      const { xs, ys } = data(tf);
      await model.fit(xs, ys, { epochs: 1, batchSize: 160 });
    });
    assert.equal(layerProbe(records, 'rectifier').deadUnits, 2);
    assert.ok(layerProbe(records, 'rectifier').preActivation!.min < -40);
    assert.equal(typeof layerProbe(records, 'squash').saturatedUnits, 'number');
  });

  it('count units that are copies of the first, dead or not', async () => {
    const same = await watched(({ tf }) => trainHidden(tf, 'relu', [0, 0, 0, 0], () => 0.3));
    assert.equal(layerProbe(same.records, 'hidden').identicalUnits, 3);
    const two = await watched(({ tf }) =>
      trainHidden(tf, 'relu', [0, 0, 0, 0], (unit) => (unit === 2 ? 0.3 : 0.1 * unit + 0.3)),
    );
    assert.equal(layerProbe(two.records, 'hidden').identicalUnits, 1);
    const dead = await watched(({ tf }) => trainHidden(tf, 'relu', [-99, -98, -97, -96]));
    assert.equal(layerProbe(dead.records, 'hidden').deadUnits, 4);
    assert.equal(layerProbe(dead.records, 'hidden').identicalUnits, 0, 'dead units are not equal');
  });

  it('leave classes at the end alone, and judge a softmax within', async () => {
    const { records } = await watched(async ({ tf }) => {
      const model = tf.sequential({
        layers: [
          tf.layers.dense({
            name: 'within',
            units: 3,
            inputShape: [4],
            activation: 'softmax',
            biasInitializer: exactly(tf, [30, 0, 0]),
          }),
          tf.layers.dense({
            name: 'end',
            units: 3,
            activation: 'softmax',
            biasInitializer: exactly(tf, [30, 0, 0]),
          }),
        ],
      });
      model.compile({ optimizer: 'sgd', loss: 'meanSquaredError' });
      const { xs } = data(tf);
      await model.fit(xs, tf.zeros([160, 3]), { epochs: 1, batchSize: 160 });
    });
    assert.equal(layerProbe(records, 'within').saturatedUnits, 3);
    assert.equal(layerProbe(records, 'end').saturatedUnits, undefined);
  });

  it('δ and the loss are those of the mean over the samples', async () => {
    const { records, result } = await watched(async ({ tf }) => {
      const model = tf.sequential({
        layers: [
          tf.layers.dense({ name: 'first', units: 3, inputShape: [4], kernelInitializer: 'ones' }),
          tf.layers.dense({ name: 'end', units: 1, kernelInitializer: 'ones' }),
        ],
      });
      model.compile({ optimizer: tf.train.sgd(0), loss: 'meanSquaredError' });
      const { xs, ys } = data(tf, 128);
      const error = tf.sub(model.predict(xs) as typeof ys, ys);
      const expected = {
        loss: tf.mean(tf.square(error)).dataSync()[0]!,
        delta: (2 / 128) * tf.norm(error).dataSync()[0]!,
      };
      await model.fit(xs, ys, { epochs: 2, batchSize: 64 });
      return expected;
    });
    const [first] = probesOf(records);
    assert.equal(first?.step, 1);
    assert.equal(first.samples, 128);
    assert.ok(Math.abs(first.loss! / result.loss - 1) < 1e-5);
    const delta = first.layers['end']!.delta!;
    assert.ok(Math.abs(delta.norm / result.delta - 1) < 1e-5);
    // Every unit of the layer before passes the same on.
    const before = first.layers['first']!.delta!;
    assert.ok(Math.abs(before.norm / (result.delta * Math.sqrt(3)) - 1) < 1e-5);
  });

  it('go before the first step, then ever more seldom; only the first go backward', async () => {
    const { records } = await watched(async ({ tf }) => {
      const model = tf.sequential({ layers: [tf.layers.dense({ units: 1, inputShape: [4] })] });
      model.compile({ optimizer: 'sgd', loss: 'meanSquaredError' });
      const { xs, ys } = data(tf, 128);
      for (let i = 0; i < 500; i++) await model.trainOnBatch(xs, ys);
    });
    const probes = probesOf(records);
    assert.deepEqual(
      probes.map(({ step }) => step),
      [1, 10, 20, 40, 80, 160, 320, 480],
    );
    const backward = probes.map(({ layers }) => Object.values(layers)[0]!.delta !== undefined);
    assert.deepEqual(backward, [true, true, true, true, false, false, false, false]);
  });

  it('are never dearer than a tenth, and in the long run 1.5 %, of the steps between', () => {
    const schedule = new ProbeSchedule();
    const steps = Array.from({ length: 30_000 }, (_, i) => i + 1).filter(() => schedule.isDue(45));
    const gaps = steps.slice(1).map((step, i) => step - steps[i]!);
    assert.ok(gaps.every((gap) => gap >= 450));
    assert.equal(gaps.at(-1), 3000);
  });

  it('collect 128 samples of batches of one, and look at 256 for the facts', async () => {
    const { records, facts } = await watched(async ({ tf }) => {
      const model = tf.sequential({
        layers: [
          tf.layers.dense({ name: 'hidden', units: 3, inputShape: [4], activation: 'relu' }),
          tf.layers.dense({ units: 1 }),
        ],
      });
      model.compile({ optimizer: 'sgd', loss: 'meanSquaredError' });
      for (let i = 0; i < 260; i++) {
        const { xs, ys } = data(tf, 1);
        await model.trainOnBatch(xs, ys);
      }
    });
    const probes = probesOf(records);
    assert.deepEqual(
      probes.slice(0, 2).map(({ step, samples }) => [step, samples]),
      [
        [1, 1],
        [128, 128],
      ],
    );
    assert.equal(probes[0]!.layers['hidden']!.deadUnits, undefined, 'one sample tells of no unit');
    assert.equal(typeof probes[1]!.layers['hidden']!.deadUnits, 'number');
    assert.deepEqual(
      facts.map(({ step, sampled, batchSize }) => [step, sampled, batchSize]),
      [
        [1, 1, 1],
        [256, 256, 1],
      ],
    );
  });

  it('judge units by a whole set that is smaller', async () => {
    const { records } = await watched(async ({ tf }) => {
      const model = tf.sequential({
        layers: [
          tf.layers.dense({
            name: 'hidden',
            units: 4,
            inputShape: [4],
            activation: 'relu',
            biasInitializer: exactly(tf, [-9, 0, 9, -9]),
          }),
          tf.layers.dense({ units: 1 }),
        ],
      });
      model.compile({ optimizer: 'sgd', loss: 'meanSquaredError' });
      const { xs, ys } = data(tf, 6);
      await model.fit(xs, ys, { epochs: 1, batchSize: 2 });
    });
    assert.equal(layerProbe(records, 'hidden').deadUnits, 2);
    assert.equal(probesOf(records)[0]!.samples, 6);
  });

  it('wait for a record that the sampling keeps', async () => {
    const { records } = await watched(
      async ({ tf }) => {
        const model = tf.sequential({
          layers: [tf.layers.dense({ name: 'only', units: 1, inputShape: [4] })],
        });
        model.compile({ optimizer: 'sgd', loss: 'meanSquaredError' });
        const { xs, ys } = data(tf, 128);
        for (let i = 0; i < 30; i++) await model.trainOnBatch(xs, ys);
      },
      'auto',
      { everySteps: 7, activationEverySteps: 7 },
    );
    const probes = probesOf(records);
    assert.deepEqual(
      probes.map(({ step }) => step),
      [1, 15, 22],
    );
    for (const { step } of probes) assert.ok(records[step - 1]!.layers['only']);
  });

  it('see layers of nested models and of convolutions, positions counted as samples', async () => {
    const { records, facts } = await watched(async ({ tf }) => {
      const features: Sequential = tf.sequential({
        layers: [
          tf.layers.conv2d({
            name: 'conv',
            inputShape: [6, 6, 1],
            filters: 5,
            kernelSize: 3,
            activation: 'relu',
            biasInitializer: exactly(tf, [-80, 0.5, -80, 0.5, 0.5]),
          }),
          tf.layers.flatten({ name: 'flat' }),
        ],
      });
      const input = tf.input({ shape: [6, 6, 1], name: 'image' });
      const end = tf.layers.dense({ name: 'end', units: 1 });
      const output = end.apply(features.apply(input)) as ReturnType<typeof tf.input>;
      const model = tf.model({ inputs: input, outputs: output });
      model.compile({ optimizer: 'sgd', loss: 'meanSquaredError' });
      const xs = tf.tensor4d(
        Float32Array.from({ length: 10 * 36 }, (_, i) => Math.sin(i)),
        [10, 6, 6, 1],
      );
      await model.fit(xs, tf.ones([10, 1]), { epochs: 1, batchSize: 10 });
    });
    const conv = layerProbe(records, 'conv');
    assert.equal(conv.units, 5);
    assert.equal(conv.deadUnits, 2);
    assert.equal(finiteCount(conv.activation), 10 * 16 * 5);
    assert.deepEqual(
      facts[0]!.layers.map(({ name, inbound }) => [name, ...inbound]),
      [
        ['conv', 'image'],
        ['flat', 'conv'],
        ['end', 'flat'],
      ],
    );
  });
});

describe('counts of units', () => {
  it('count rows beyond limits, NaN beyond none, and unequal ones', () => {
    const values = [0, 1, NaN, 2, 1, 1, -1, 1, 5, 3, 3.00001, 3.1];
    const counts = countUnits(values, 4, { dead: 0, low: -0.5, high: 3 });
    assert.equal(counts.rows, 3);
    assert.deepEqual([...counts.dead], [1, 0, 1, 0]);
    assert.deepEqual([...counts.flat], [1, 1, 2, 1]);
    assert.deepEqual([...counts.differing], [0, 2, 3, 2]);
  });
});
