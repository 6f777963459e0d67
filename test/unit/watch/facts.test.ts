// Facts say of layers, data and labels what was put into them, in time for the first record.
import assert from 'node:assert/strict';
import type { layers, LayersModel, SymbolicTensor, Tensor } from '@tensorflow/tfjs';
import type { LabelKind, ModelFacts } from '../../../src/shared/core/facts';
import { fansOf } from '../../../webview/runtime/diagnosis/layerFacts';
import { labelKindOf } from '../../../webview/runtime/diagnosis/labelFacts';
import { watched, type Bench } from './watched';

/** Facts of a one-layer net on such data. */
async function factsOf(
  inputs: number[][],
  labels: number[][],
  options: { loss?: string; units?: number; batchSize?: number } = {},
): Promise<ModelFacts> {
  const { loss = 'meanSquaredError', units = labels[0]!.length, batchSize = 4 } = options;
  const { facts } = await watched(async ({ tf }) => {
    const model = tf.sequential({
      layers: [tf.layers.dense({ units, inputShape: [inputs[0]!.length], activation: 'softmax' })],
    });
    model.compile({ optimizer: tf.train.sgd(1e-3), loss });
    await model.fit(tf.tensor2d(inputs), tf.tensor2d(labels), {
      epochs: 1,
      batchSize,
    });
  });
  return facts[0]!;
}

function functional(tf: Bench['tf'], layer: layers.Layer): LayersModel {
  const input = tf.input({ shape: [4] });
  return tf.model({ inputs: input, outputs: layer.apply(input) as SymbolicTensor });
}

describe('facts', () => {
  for (const kind of ['sequential', 'functional'] as const) {
    it(`call the layers of a frozen ${kind} model frozen, as transfer learning leaves them`, async () => {
      const { facts, records } = await watched(async ({ tf }) => {
        const hidden = tf.layers.dense({ name: 'hidden', inputShape: [4], units: 3 });
        const features =
          kind === 'sequential' ? tf.sequential({ layers: [hidden] }) : functional(tf, hidden);
        features.trainable = false;
        // In front of a tf.sequential it would not stay a model of its own, and would train.
        const input = tf.input({ shape: [4] });
        const end = tf.layers.dense({ name: 'end', units: 1 });
        const outputs = end.apply(features.apply(input)) as SymbolicTensor;
        const model = tf.model({ inputs: input, outputs });
        model.compile({ optimizer: 'sgd', loss: 'meanSquaredError' });
        await model.fit(tf.ones([8, 4]), tf.ones([8, 1]), { epochs: 1, batchSize: 4 });
      });
      assert.deepEqual(Object.keys(records[0]!.layers), ['end']);
      assert.deepEqual(
        facts[0]!.layers.map(({ name, trainable }) => [name, trainable]),
        [
          ['hidden', false],
          ['end', true],
        ],
      );
    });
  }

  it('of layers: order, inputs, initializers, fans, first weights', async () => {
    const { facts, order, records } = await watched(async ({ tf }) => {
      const left = tf.input({ shape: [4], name: 'left' });
      const right = tf.input({ shape: [4], name: 'right' });
      const inner = tf.sequential({
        name: 'inner',
        layers: [
          tf.layers.dense({
            name: 'shared',
            inputShape: [4],
            units: 3,
            activation: 'tanh',
            kernelInitializer: tf.initializers.heNormal({ seed: 3 }),
            kernelRegularizer: 'l1l2',
          }),
          tf.layers.dropout({ name: 'drop', rate: 0.25 }),
        ],
      });
      const a = inner.apply(left) as SymbolicTensor;
      const b = tf.layers
        .dense({ name: 'frozen', units: 3, useBias: false, trainable: false })
        .apply(right) as SymbolicTensor;
      const sum = tf.layers.add({ name: 'sum' }).apply([a, b]) as SymbolicTensor;
      const end = tf.layers
        .dense({ name: 'end', units: 1, activation: 'sigmoid', kernelInitializer: 'ones' })
        .apply(sum) as SymbolicTensor;
      const model = tf.model({ inputs: [left, right], outputs: end });
      model.compile({ optimizer: tf.train.adam(0.02), loss: 'binaryCrossentropy' });
      const xs = tf.ones([10, 4]);
      await model.fit([xs, xs], tf.ones([10, 1]), { epochs: 2, batchSize: 5 });
    });
    assert.equal(facts.length, 1);
    assert.deepEqual(order.slice(0, 2), ['facts', 1]);
    const [known] = facts as [ModelFacts];
    assert.deepEqual([...known.trainedLayers].sort(), Object.keys(records[0]!.layers).sort());
    const byName = Object.fromEntries(known.layers.map((layer) => [layer.name, layer]));
    const names = known.layers.map(({ name }) => name);
    assert.deepEqual([...names].sort(), ['drop', 'end', 'frozen', 'shared', 'sum']);
    assert.ok(names.indexOf('shared') < names.indexOf('drop'));
    assert.deepEqual(names.slice(-2), ['sum', 'end']);
    assert.deepEqual(byName['shared']!.inbound, ['left']);
    assert.deepEqual(byName['sum']!.inbound, ['drop', 'frozen']);
    const { shared, frozen, end } = byName;
    assert.deepEqual(
      [shared!.className, shared!.activation, shared!.useBias, shared!.regularized],
      ['Dense', 'tanh', true, true],
    );
    assert.deepEqual([shared!.fanIn, shared!.fanOut, shared!.outputShape], [4, 3, [3]]);
    assert.deepEqual(shared!.kernelInitializer, {
      className: 'HeNormal',
      config: { scale: 2, mode: 'fanIn', distribution: 'normal', seed: 3 },
    });
    assert.equal(byName['drop']!.dropoutRate, 0.25);
    assert.deepEqual([frozen!.trainable, frozen!.useBias], [false, false]);
    assert.equal(frozen!.initialBias, undefined);
    assert.deepEqual([end!.initialKernel!.mean, end!.initialKernel!.std], [1, 0]);
    assert.equal(end!.initialBias!.zeros, 1);
    assert.deepEqual(
      known.inputs.map(({ name }) => name),
      ['left', 'right'],
    );
    assert.deepEqual(known.optimizer, { className: 'Adam', learningRate: 0.02 });
    assert.deepEqual([known.batchSize, known.samples, known.sampled], [5, 10, 10]);
    assert.deepEqual([known.backend, known.epsilon, known.step], ['cpu', 1e-7, 1]);
    assert.equal(known.shippedEpsilon, undefined);
  });

  it('of inputs: ranges of columns, constant ones, whole numbers', async () => {
    const inputs = Array.from({ length: 8 }, (_, i) => [i, 1000 * i, 5, i % 2]);
    const { inputs: seen } = await factsOf(inputs, inputs);
    const [input] = seen;
    assert.equal(input!.constantFeatures, 1);
    assert.deepEqual(input!.narrowest, { index: 3, mean: 0.5, std: 0.5 }, 'constants aside');
    assert.equal(input!.widest!.index, 1);
    assert.ok(Math.abs(input!.widest!.std - 1000 * Math.sqrt(5.25)) < 1e-6);
    assert.equal(input!.integers, true);
    assert.equal(input!.summary.max, 7000);
  });

  it('of labels: classes counted over the whole set', async () => {
    const labels = Array.from({ length: 300 }, (_, i) => (i % 10 === 0 ? [0, 1] : [1, 0]));
    const known = await factsOf(
      labels.map((_, i) => [i / 300]),
      labels,
      { loss: 'categoricalCrossentropy', batchSize: 100 },
    );
    const [output] = known.outputs;
    assert.equal(known.sampled, 256);
    assert.equal(output!.labelKind, 'one-hot');
    assert.deepEqual(output!.classCounts, [270, 30]);
    assert.deepEqual(
      [output!.loss, output!.activation, output!.shape, output!.labelShape],
      ['categoricalCrossentropy', 'softmax', [2], [2]],
    );
    const numbers = await factsOf([[1], [2], [3], [4]], [[0], [2], [2], [1]], {
      loss: 'sparseCategoricalCrossentropy',
      units: 3,
    });
    assert.equal(numbers.outputs[0]!.labelKind, 'class-number');
    assert.deepEqual(numbers.outputs[0]!.classCounts, [1, 1, 2]);
  });

  for (const [kind, shape, values, loss] of [
    ['binary', [1], [0, 1, 1, 0], 'binaryCrossentropy'],
    ['binary', [2], [1, 1, 0, 1], 'binaryCrossentropy'],
    ['one-hot', [2], [1, 0, 0, 1], 'meanSquaredError'],
    ['class-number', [1], [0, 3, 1, 2], 'categoricalCrossentropy'],
    ['real', [1], [0, 30, 10, 20], 'meanSquaredError'],
    ['real', [1], [-1, 1, 1, -1], 'hinge'],
    ['real', [1], [0.5, NaN, 0.1, 1], 'meanSquaredError'],
    ['probabilities', [2], [0.3, 0.7, 0.5, 0.5], 'categoricalCrossentropy'],
    ['probabilities', [2], [0.3, 0.1, 0.5, 0.9], 'binaryCrossentropy'],
    ['real', [2], [0.3, 0.1, 0.5, 0.9], 'meanSquaredError'],
  ] as [LabelKind, number[], number[], string][]) {
    it(`labels [${values.join(', ')}] of ${shape.join('×')} with ${loss} are ${kind}`, () => {
      const samples = { shape, dtype: 'float32' as const, values: Float32Array.from(values) };
      assert.equal(labelKindOf(samples, loss), kind);
    });
  }

  it('fans are those by which tfjs scales', async () => {
    const { result } = await watched(({ tf }) =>
      [
        [7, 5],
        [3, 3, 4, 6],
        [3, 4, 6],
      ].map((shape) => {
        const uniform = tf.initializers.glorotUniform({ seed: 1 }).apply(shape);
        const limit = Math.max(...uniform.dataSync().map(Math.abs));
        const { fanIn, fanOut } = fansOf(shape);
        return limit / Math.sqrt(6 / (fanIn + fanOut));
      }),
    );
    for (const share of result) assert.ok(share > 0.85 && share <= 1, String(share));
  });

  it('of every model of a GAN, and anew after another compile', async () => {
    const program = async ({ tf }: Bench): Promise<void> => {
      const make = (name: string) => {
        const model = tf.sequential({
          layers: [tf.layers.dense({ name, units: 2, inputShape: [2] })],
        });
        model.compile({ optimizer: 'sgd', loss: 'meanSquaredError' });
        return model;
      };
      const [a, b] = [make('same'), make('same')];
      const xs: Tensor = tf.ones([4, 2]);
      await a.trainOnBatch(xs, xs);
      await b.trainOnBatch(xs, xs);
      b.compile({ optimizer: 'adam', loss: 'meanAbsoluteError' });
      await b.trainOnBatch(xs, xs);
    };
    const { facts, records } = await watched(program);
    assert.deepEqual(
      facts.map(({ step, trainedLayers, outputs }) => [step, ...trainedLayers, outputs[0]!.loss]),
      [
        [1, 'same', 'meanSquaredError'],
        [2, 'same_2', 'meanSquaredError'],
        [3, 'same_2', 'meanAbsoluteError'],
      ],
    );
    assert.deepEqual(Object.keys(records[1]!.probe!.layers), ['same_2']);
  });

  describe('of labels that do not stay what they were', () => {
    /** Trains by one call of `fit` per batch, with labels around `level(call)`. */
    const bursts = async (calls: number, level: (call: number) => number) =>
      watched(async ({ tf }) => {
        const model = tf.sequential({ layers: [tf.layers.dense({ units: 1, inputShape: [2] })] });
        model.compile({ optimizer: tf.train.sgd(1e-3), loss: 'meanSquaredError' });
        for (let call = 0; call < calls; call++) {
          const xs = tf.randomNormal([16, 2]);
          const ys = tf.randomNormal([16, 1], level(call));
          await model.fit(xs, ys, { epochs: 1, batchSize: 16 });
          tf.dispose([xs, ys]);
        }
      });

    it('tell so once, as those of an agent that learns from its own estimates', async () => {
      const { facts } = await bursts(300, (call) => call / 50);
      // The first set, that it is not the only one, and that the labels have moved.
      assert.deepEqual(
        facts.map(({ samples, labelsMove }) => [samples, labelsMove]),
        [
          [16, undefined],
          [undefined, undefined],
          [undefined, true],
        ],
      );
      const [first, , last] = facts;
      assert.ok(last!.step > 64 && last!.step < 140, String(last!.step));
      assert.deepEqual(
        { ...last, step: 1, samples: 16, labelsMove: undefined },
        {
          ...first,
          labelsMove: undefined,
        },
      );
    });

    it('are not suspected of it for chance, nor of a set that is trained on again', async () => {
      const { facts } = await bursts(1200, () => 0.5);
      assert.deepEqual(
        facts.map(({ labelsMove }) => labelsMove),
        [undefined, undefined],
      );
      const again = await watched(async ({ tf }) => {
        const model = tf.sequential({ layers: [tf.layers.dense({ units: 1, inputShape: [2] })] });
        model.compile({ optimizer: tf.train.sgd(1e-3), loss: 'meanSquaredError' });
        const [xs, ys] = [tf.randomNormal([64, 2]), tf.randomNormal([64, 1])];
        for (let call = 0; call < 3; call++) await model.fit(xs, ys, { epochs: 40 });
      });
      assert.deepEqual(
        again.facts.map(({ samples }) => samples),
        [64],
      );
    });
  });
});
