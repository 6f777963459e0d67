// Which layer a tensor belongs to: names, order, and place of construction of every kind of layer.
import assert from 'node:assert/strict';
import type * as tfjs from '@tensorflow/tfjs';
import type { StepRecord } from '../../../src/shared/core/stepRecord';
import type { TfNamespace } from '../../../src/shared/tap/types';
import { numbers, withTap, type Tapped } from './tapped';

/** Trains a model for one step on noise. */
async function trainOnce({ tf, flushed }: Tapped, model: tfjs.LayersModel): Promise<StepRecord> {
  const tensorFor = (shape: tfjs.Shape, seed: number): tfjs.Tensor => {
    const full = shape.map((size) => size ?? 4);
    return tf.tensor(
      numbers(
        full.reduce((a, b) => a * b, 1),
        seed,
      ),
      full,
    );
  };
  model.compile({ optimizer: tf.train.sgd(0.01), loss: 'meanSquaredError' });
  const inputs = model.inputs.map(({ shape }, i) => tensorFor(shape, i + 1));
  const outputs = model.outputs.map(({ shape }, i) => tensorFor(shape, i + 100));
  await model.trainOnBatch(inputs, outputs);
  tf.dispose([inputs, outputs]);
  return flushed().at(-1)!;
}

const summaryOf = ({ layers }: Tapped): [string, string, number][] =>
  layers.map(({ name, className, tensors }) => [name, className, tensors.length]);

/** A layer with two dense layers inside, as users compose them. */
function blockOf(tf: TfNamespace): new () => tfjs.layers.Layer {
  return class Block extends tf.layers.Layer {
    static className = 'Block';
    readonly first = tf.layers.dense({ units: 4, name: 'inner_first' });
    readonly second = tf.layers.dense({ units: 4, name: 'inner_second' });
    override call(inputs: tfjs.Tensor | tfjs.Tensor[]): tfjs.Tensor {
      return this.second.apply(this.first.apply(inputs)) as tfjs.Tensor;
    }
    override computeOutputShape(shape: tfjs.Shape): tfjs.Shape {
      return shape;
    }
  };
}

describe('tap: layers', () => {
  it('cells and wrapped layers count to the layer that the user wrote', () =>
    withTap(async (tapped) => {
      const { tf } = tapped;
      const model = tf.sequential({
        layers: [
          tf.layers.timeDistributed({
            layer: tf.layers.dense({ units: 3, activation: 'tanh' }),
            inputShape: [5, 2],
            name: 'each',
          }),
          tf.layers.lstm({ units: 4, returnSequences: true, name: 'recur' }),
          tf.layers.bidirectional({
            layer: tf.layers.gru({ units: 3, returnSequences: true }),
            mergeMode: 'concat',
            name: 'both',
          }),
          tf.layers.rnn({
            cell: [tf.layers.simpleRNNCell({ units: 2 }), tf.layers.lstmCell({ units: 3 })],
            name: 'stack',
          }),
          tf.layers.dense({ units: 1, name: 'out' }),
        ],
      });
      const record = await trainOnce(tapped, model);
      assert.deepEqual(summaryOf(tapped), [
        ['each', 'TimeDistributed', 2],
        ['recur', 'LSTM', 3],
        ['both', 'Bidirectional', 6],
        ['stack', 'RNN', 6],
        ['out', 'Dense', 2],
      ]);
      assert.deepEqual(
        tapped.layers.map(({ activation }) => activation),
        ['tanh', 'tanh', 'tanh', 'tanh', 'linear'],
      );
      assert.deepEqual(Object.keys(record.layers), ['each', 'recur', 'both', 'stack', 'out']);
      assert.equal(record.layers['both']!.activation!.count, 4 * 5 * 6);
      assert.equal(record.layers['recur']!.activationGradient!.count, 4 * 5 * 4);
      for (const { site } of tapped.layers) assert.match(site!.stack, /layers\.test/);
    }));

  it('built directly, without apply, cells still count to their layer', () =>
    withTap((tapped) => {
      const { tf, flushed } = tapped;
      const lstm = tf.layers.lstm({ units: 2, name: 'direct' });
      lstm.build([null, 3, 2]);
      lstm.built = true; // which tfjs leaves to apply
      const x = tf.tensor3d(numbers(12, 1), [2, 3, 2]);
      tf.train.sgd(0.1).minimize(() => (lstm.apply(x) as tfjs.Tensor).square().mean().asScalar());
      assert.deepEqual(summaryOf(tapped), [['direct', 'LSTM', 3]]);
      assert.equal(flushed()[0]!.layers['direct']!.activation!.count, 4);
    }));

  it('batch normalization, embedding, shared, residual and frozen layers; functional order', () =>
    withTap(async (tapped) => {
      const { tf } = tapped;
      // Constructed in another order than they are connected in.
      const out = tf.layers.dense({ units: 2, name: 'out' });
      const shared = tf.layers.dense({ units: 4, name: 'shared', activation: 'relu' });
      const frozen = tf.layers.dense({ units: 4, name: 'frozen', trainable: false });
      const input = tf.input({ shape: [4] });
      const once = shared.apply(input) as tfjs.SymbolicTensor;
      const normal = tf.layers.batchNormalization({ name: 'normal' });
      const twice = shared.apply(normal.apply(once)) as tfjs.SymbolicTensor;
      const sum = tf.layers.add().apply([once, twice]) as tfjs.SymbolicTensor;
      const model = tf.model({
        inputs: input,
        outputs: out.apply(frozen.apply(sum)) as tfjs.SymbolicTensor,
      });
      const record = await trainOnce(tapped, model);
      assert.deepEqual(summaryOf(tapped), [
        ['shared', 'Dense', 2],
        ['normal', 'BatchNormalization', 2],
        ['out', 'Dense', 2],
      ]);
      // Both calls of the shared layer are in its record.
      assert.equal(record.layers['shared']!.activation!.count, 2 * 4 * 4);
      assert.equal(record.layers['shared']!.activationGradient!.count, 2 * 4 * 4);
      assert.equal('frozen' in record.layers, false);
    }));

  it('containers never count, nested models included', () =>
    withTap(async (tapped) => {
      const { tf } = tapped;
      const encoder = tf.sequential({
        layers: [tf.layers.dense({ units: 3, inputShape: [4], name: 'encode' })],
      });
      const model = tf.sequential();
      model.add(encoder);
      model.add(tf.layers.dense({ units: 2, name: 'decode' }));
      const record = await trainOnce(tapped, model);
      assert.deepEqual(Object.keys(record.layers), ['encode', 'decode']);
      assert.equal(record.layers['encode']!.activation!.count, 4 * 3);
    }));

  it('layers inside a custom layer are named themselves', () =>
    withTap((tapped) => {
      const { tf, flushed } = tapped;
      const block = new (blockOf(tf))();
      const x = tf.tensor2d(numbers(12, 1), [3, 4]);
      block.apply(x); // builds the layers inside
      tf.train.sgd(0.1).minimize(() => (block.apply(x) as tfjs.Tensor).square().mean().asScalar());
      assert.deepEqual(summaryOf(tapped), [
        ['inner_first', 'Dense', 2],
        ['inner_second', 'Dense', 2],
      ]);
      assert.equal(flushed()[0]!.layers['inner_first']!.activationGradient!.count, 12);
    }));

  it('names that collide become unique, and bare variables are layers of their own', () =>
    withTap(async (tapped) => {
      const { tf, flushed } = tapped;
      const models = [1, 2].map(() =>
        tf.sequential({ layers: [tf.layers.dense({ units: 1, inputShape: [2], name: 'twin' })] }),
      );
      for (const model of models) await trainOnce(tapped, model);
      const named = tf.variable(tf.scalar(2), true, 'temperature');
      const unnamed = tf.variable(tf.scalar(3));
      tf.train.sgd(0.1).minimize(() => named.mul(unnamed).asScalar());
      assert.deepEqual(summaryOf(tapped), [
        ['twin', 'Dense', 2],
        ['twin_2', 'Dense', 2],
        ['temperature', 'Variable', 1],
        [`variable_${unnamed.name}`, 'Variable', 1],
      ]);
      assert.match(tapped.layers[2]!.site!.stack, /layers\.test/);
      const record = flushed().at(-1)!;
      assert.equal(record.layers['temperature']!.gradient.mean, 3);
      assert.equal(record.tensors[unnamed.name]!.gradient.mean, 2);
      assert.deepEqual(Object.keys(flushed()[1]!.layers), ['twin_2']);
    }));

  it('models loaded from their JSON are tapped too', () =>
    withTap(async (tapped) => {
      const { tf } = tapped;
      const saved = tf
        .sequential({
          layers: [
            tf.layers.conv1d({ filters: 3, kernelSize: 2, inputShape: [6, 2], name: 'convolve' }),
            tf.layers.flatten(),
            tf.layers.dense({ units: 1, name: 'regress' }),
          ],
        })
        .toJSON(null, false) as unknown as tfjs.io.ModelJSON['modelTopology'];
      const model = await tf.loadLayersModel(tf.io.fromMemory({ modelTopology: saved }));
      const record = await trainOnce(tapped, model);
      assert.deepEqual(Object.keys(record.layers), ['convolve', 'regress']);
      assert.ok(record.layers['convolve']!.activationGradient!.norm > 0);
    }));

  it('layers and variables that are older than the tap are recorded without a site', async () => {
    const { freshNamespace } = await import('./tapped');
    const tf = freshNamespace();
    const older = tf.variable(tf.scalar(2), true, 'older');
    await withTap(({ tf: tapped, layers, flushed }) => {
      tapped.train.sgd(0.1).minimize(() => older.square().asScalar(), false, [older]);
      assert.equal(flushed()[0]!.layers['older']!.gradient.mean, 4);
      assert.equal(layers[0]!.site, undefined);
    });
    older.dispose();
  });
});
