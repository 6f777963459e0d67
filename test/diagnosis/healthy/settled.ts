// Healthy trainings whose numbers are out of the ordinary but do not matter: scales, starts, ends.
import type { Scalar, Tensor, Tensor2D } from '@tensorflow/tfjs';
import { randomInteger, randomNormal, seededRandom } from '../../../src/shared/core/random';
import { tf } from '../harness/backend';
import { healthy } from '../harness/recipe';
import { apply } from '../models/apply';
import { denseNet } from '../models/dense';
import { blobs, linear, oneHot, smooth, table, withLabels } from '../tasks/points';
import { classifier, regression } from './points';

/** Squared error in another unit. */
const scaledError =
  (factor: number) =>
  (labels: Tensor, prediction: Tensor): Scalar =>
    tf.tidy(() => tf.mul(tf.losses.meanSquaredError(labels, prediction), factor).asScalar());

export const quietLoss = healthy('loss-times-1e-6', 'tiny gradients, which Adam does not mind', {
  ...regression,
  loss: scaledError(1e-6),
  optimizer: () => tf.train.adam(0.003, 0.9, 0.999, 1e-12),
});

export const loudLoss = healthy('loss-times-1e6', 'huge gradients, which Adam does not mind', {
  ...regression,
  loss: scaledError(1e6),
});

/** The weights that generate the labels of `linear(6, …)`. */
const trueWeights = (): number[] => {
  const random = seededRandom(5);
  return Array.from({ length: 6 }, () => randomNormal(random));
};

export const fineTuning = healthy(
  'fine-tuning',
  'weights that were trained before: the loss is low from the start',
  {
    ...regression,
    data: table(linear(6), 512, 128),
    model: () => {
      const model = denseNet({ inputs: 6, hidden: [], outputs: 1 })();
      const kernel = trueWeights().map((weight) => [weight + 0.003]);
      model.getLayer('output').setWeights([tf.tensor2d(kernel), tf.zeros([1])]);
      return model;
    },
    optimizer: () => tf.train.adam(1e-5),
    epochs: 40,
  },
);

export const decayToZero = healthy(
  'rate-decays-to-zero',
  'a schedule that ends with updates of nothing',
  {
    ...classifier,
    rate: (step) => 0.005 * 0.985 ** step,
    epochs: 30,
  },
);

export const manyClasses = healthy('100-classes', 'a first loss of ln 100', {
  ...classifier,
  data: table(blobs(16, 100, 0.5), 3000, 300),
  model: denseNet({ inputs: 16, hidden: [64], outputs: 100, output: 'softmax' }),
  epochs: 8,
});

export const ages = healthy('labels-around-40', 'years as labels, not scaled', {
  ...regression,
  data: table(
    withLabels(smooth(), (y) => y.map((value) => 40 + 10 * value)),
    1024,
    256,
  ),
  optimizer: () => tf.train.adam(0.01),
  epochs: 60,
});

export const zeroGamma = healthy(
  'residual-zero-gamma',
  'branches that start as nothing, on purpose',
  {
    ...classifier,
    model: () => {
      const input = tf.input({ shape: [8] });
      const dense = (name: string) =>
        tf.layers.dense({ name, units: 24, activation: 'relu', kernelInitializer: 'heUniform' });
      let x = apply(dense('stem'), input);
      for (let i = 1; i <= 4; i++) {
        const branch = apply(dense(`hidden${i}`), x);
        const norm = tf.layers.batchNormalization({ name: `norm${i}`, gammaInitializer: 'zeros' });
        x = apply(tf.layers.add({ name: `add${i}` }), [x, apply(norm, branch)]);
      }
      const output = tf.layers.dense({ name: 'output', units: 4, activation: 'softmax' });
      return tf.model({ inputs: input, outputs: apply(output, x) });
    },
  },
);

export const siamese = healthy('shared-layer', 'one layer applied to two inputs', {
  ...classifier,
  data: (random) => {
    const draw = blobs(6, 3, 0.7);
    const pairs = Array.from({ length: 1024 }, () => [draw(random), draw(random)] as const);
    const same = pairs.map(([a, b]) => [a.y.indexOf(1) === b.y.indexOf(1) ? 1 : 0]);
    const inputs = [0, 1].map((i) => tf.tensor2d(pairs.map((pair) => pair[i as 0 | 1].x)));
    return { train: { xs: inputs, ys: tf.tensor2d(same) } };
  },
  model: () => {
    const a = tf.input({ shape: [6], name: 'left' });
    const b = tf.input({ shape: [6], name: 'right' });
    const config = {
      units: 16,
      activation: 'relu' as const,
      kernelInitializer: 'heUniform' as const,
    };
    const shared = tf.layers.dense({ ...config, name: 'shared' });
    const pair = apply(tf.layers.multiply({}), [apply(shared, a), apply(shared, b)]);
    const hidden = apply(tf.layers.dense({ ...config, name: 'hidden' }), pair);
    const output = tf.layers.dense({ name: 'output', units: 1, activation: 'sigmoid' });
    return tf.model({ inputs: [a, b], outputs: apply(output, hidden) });
  },
  loss: 'binaryCrossentropy',
  optimizer: () => tf.train.adam(0.01),
  skill: 'sign',
});

export const bagOfWords = healthy('bag-of-words', 'inputs that are almost all zero', {
  ...classifier,
  data: table(
    (random) => {
      const label = randomInteger(random, 4);
      const x = new Array<number>(200).fill(0);
      for (let i = 0; i < 6; i++) x[50 * label + randomInteger(random, 50)] = 1;
      for (let i = 0; i < 6; i++) x[randomInteger(random, 200)] = 1;
      return { x, y: oneHot(label, 4) };
    },
    1024,
    256,
  ),
  model: denseNet({ inputs: 200, hidden: [32], outputs: 4, output: 'softmax' }),
  epochs: 10,
});

export const clipped = healthy('own-loop-clipped', 'gradients clipped by hand to a norm of 1', {
  ...classifier,
  model: denseNet({ inputs: 8, hidden: [32, 32], outputs: 4 }),
  optimizer: () => tf.train.momentum(0.05, 0.9),
  loop: async ({ model, optimizer, eachBatch }) =>
    eachBatch((xs, ys) => {
      const { value, grads } = tf.variableGrads(() => {
        const prediction = model.apply(xs, { training: true }) as Tensor;
        return tf.losses.softmaxCrossEntropy<Tensor, Scalar>(ys, prediction);
      });
      const applied = tf.tidy(() => {
        const squares = Object.values(grads).map((grad) => tf.sum(tf.square(grad)));
        const factor = tf.minimum(1, tf.div(1, tf.sqrt(tf.addN(squares))));
        return Object.entries(grads).map(([name, grad]) => ({
          name,
          tensor: tf.mul(grad, factor),
        }));
      });
      optimizer.applyGradients(applied);
      tf.dispose([value, grads, applied.map(({ tensor }) => tensor)]);
    }),
});

export const bandit = healthy('policy-gradient', 'a loss that is no measure of success', {
  ...classifier,
  model: denseNet({ inputs: 8, hidden: [32], outputs: 4 }),
  optimizer: () => tf.train.adam(0.01),
  batchSize: 64,
  loop: async ({ model, optimizer, eachBatch }) =>
    eachBatch((xs, ys) => {
      // One action per state, drawn from the policy; it pays 1 where it hits the label.
      const taken = tf.tidy(() => {
        const logits = model.predict(xs) as Tensor2D;
        const seed = Math.floor(1e6 * Math.random());
        return tf.oneHot(tf.multinomial(logits, 1, seed).flatten().toInt(), 4);
      });
      optimizer.minimize(() => {
        const logits = model.apply(xs, { training: true }) as Tensor;
        const advantage = tf.sub(tf.sum(tf.mul(taken, ys), -1), 0.5);
        const likelihood = tf.sum(tf.mul(taken, tf.logSoftmax(logits)), -1);
        return tf.neg(tf.mean(tf.mul(likelihood, advantage))).asScalar();
      });
      taken.dispose();
    }),
  epochs: 40,
});
