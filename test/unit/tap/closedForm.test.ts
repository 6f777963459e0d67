// The tap against closed forms: a linear layer with known weights under mean squared error, whose
// gradients, update and δ can be written down by hand.
import assert from 'node:assert/strict';
import { octaveOf } from '../../../src/shared/core/histogram';
import { valuesOf, withTap } from './tapped';

function close(actual: number, expected: number, what: string): void {
  assert.ok(Math.abs(actual - expected) <= 1e-6 * Math.abs(expected) + 1e-12, `${what}: ${actual}`);
}
describe('tap: closed forms', () => {
  it('records gradient, weight, update and δ of a dense layer under SGD', () =>
    withTap(async ({ tf, layers, flushed }) => {
      const model = tf.sequential();
      model.add(tf.layers.dense({ units: 2, inputShape: [3], name: 'line', activation: 'linear' }));
      const kernel = [
        [0.5, -1],
        [2, 0.25],
        [-0.125, 1],
      ];
      model.layers[0]!.setWeights([tf.tensor2d(kernel), tf.tensor1d([0.5, -0.5])]);
      model.compile({ optimizer: tf.train.sgd(0.1), loss: 'meanSquaredError' });
      const x = [
        [1, 2, 4],
        [0, -1, 2],
      ];
      const target = [
        [1, 0],
        [0, 1],
      ];
      await model.trainOnBatch(tf.tensor2d(x), tf.tensor2d(target));

      // y = xW + b; L = mean over 4 numbers of (y − t)²; δ = (y − t) / 2; dW = xᵀδ; db = Σ δ.
      const y = x.map((row) =>
        [0, 1].map((j) => row.reduce((s, v, i) => s + v * kernel[i]![j]!, [0.5, -0.5][j]!)),
      );
      const residual = y.map((row, r) => row.map((v, j) => v - target[r]![j]!));
      const loss = residual.flat().reduce((s, v) => s + v * v, 0) / 4;
      const delta = residual.map((row) => row.map((v) => v / 2));
      const dW = [0, 1, 2].flatMap((i) =>
        [0, 1].map((j) => x.reduce((s, row, r) => s + row[i]! * delta[r]![j]!, 0)),
      );
      const db = [0, 1].map((j) => delta[0]![j]! + delta[1]![j]!);
      const norm = (v: number[]): number => Math.hypot(...v);

      const [record, ...rest] = flushed();
      assert.equal(rest.length, 0);
      assert.equal(record!.step, 1);
      close(record!.loss!, loss, 'loss');
      close(record!.learningRate!, 0.1, 'learning rate');
      const tensor = record!.tensors['line/kernel']!;
      close(tensor.gradient.norm, norm(dW), 'kernel gradient norm');
      close(tensor.gradient.mean, dW.reduce((s, v) => s + v, 0) / 6, 'kernel gradient mean');
      assert.equal(tensor.gradient.count, 6);
      const expected = {
        negative: new Array<number>(48).fill(0),
        positive: new Array<number>(48).fill(0),
      };
      for (const v of dW) if (v !== 0) expected[v < 0 ? 'negative' : 'positive'][octaveOf(v)]!++;
      assert.deepEqual(tensor.gradient.histogram, expected);
      const after = kernel.flat().map((v, i) => v - 0.1 * dW[i]!);
      close(tensor.weight.norm, norm(after), 'kernel norm after');
      const ratio = (0.1 * norm(dW)) / norm(after);
      assert.ok(Math.abs(tensor.updateRatio - ratio) < 1e-6 * ratio);
      const layer = record!.layers.line!;
      close(layer.gradient.norm, norm([...dW, ...db]), 'layer gradient norm');
      assert.equal(layer.gradient.count, 8);
      close(layer.activation!.norm, norm(y.flat()), 'activation norm');
      close(layer.activationGradient!.norm, norm(delta.flat()), 'δ norm');
      assert.deepEqual(
        layers.map(({ name, className, activation, tensors }) => ({
          name,
          className,
          activation,
          tensors,
        })),
        [
          {
            name: 'line',
            className: 'Dense',
            activation: 'linear',
            tensors: [
              { name: 'line/kernel', shape: [3, 2] },
              { name: 'line/bias', shape: [2] },
            ],
          },
        ],
      );
      assert.match(layers[0]!.site!.stack, /closedForm\.test/);
    }));

  it('δ equals the gradient of a zero probe added to the output', () =>
    withTap(({ tf, flushed }) => {
      const dense = tf.layers.dense({ units: 4, inputShape: [5], activation: 'tanh' });
      const x = tf.randomNormal([6, 5], 0, 1, 'float32', 7);
      const head = tf.randomNormal([6, 4], 0, 1, 'float32', 8);
      dense.apply(x);
      const optimizer = tf.train.sgd(0);
      optimizer.minimize(() => (dense.apply(x) as typeof x).mul(head).square().sum().asScalar());
      const probe = tf.variable(tf.zeros([6, 4]), true, 'probe');
      const { grads } = tf.variableGrads(
        () => (dense.apply(x) as typeof x).add(probe).mul(head).square().sum().asScalar(),
        [probe],
      );
      const expected = valuesOf(grads['probe']!);
      const { activationGradient } = Object.values(flushed()[0]!.layers)[0]!;
      assert.equal(activationGradient!.max, Math.max(...expected));
      assert.equal(activationGradient!.min, Math.min(...expected));
      const norm = Math.sqrt(expected.reduce((s, v) => s + v * v, 0));
      close(activationGradient!.norm, norm, 'δ norm');
    }));
});
