// Healthy nets, trained for real: not one warning or error, at no step. A false alarm is a bug; what is
// merely worth knowing is none.
import assert from 'node:assert/strict';
import type { Trial } from './nets';
import {
  blobs,
  convNet,
  denseNet,
  heUniform,
  images,
  linearTarget,
  normalWeights,
  tf,
  train,
} from './nets';

/** More seeds were tried when the thresholds were set; two keep the suite short. */
const SEEDS = [1, 2];
const CROSS_ENTROPY = 'categoricalCrossentropy';
const SQUARED_ERROR = 'meanSquaredError';
const classes = blobs(8, 4, 32);
const softmaxNet = { inputs: 8, units: 24, outputs: 4, outputActivation: 'softmax' } as const;
const regressionNet = { inputs: 8, units: 16, outputs: 1, activation: 'relu' } as const;
const relu = { ...softmaxNet, activation: 'relu', initializer: heUniform } as const;

/** `learns`: final loss (mean of the last tenth) must be below this share of the first ones. */
const trials: Record<string, Omit<Trial, 'seed'> & { learns?: number }> = {
  'fifty ReLU layers with He weights': {
    steps: 40,
    model: denseNet({ ...relu, units: 20, depth: 50 }),
    batch: classes,
    optimizer: () => tf.train.sgd(0.01),
    loss: CROSS_ENTROPY,
  },
  'fifty residual layers with Adam': {
    steps: 30,
    model: denseNet({
      ...relu,
      units: 16,
      depth: 50,
      residual: true,
      initializer: normalWeights(0.05),
    }),
    batch: classes,
    optimizer: () => tf.train.adam(0.001),
    loss: CROSS_ENTROPY,
    learns: 0.9,
  },
  'twenty tanh layers': {
    steps: 60,
    model: denseNet({ ...softmaxNet, depth: 20, activation: 'tanh' }),
    batch: classes,
    optimizer: () => tf.train.adam(0.002),
    loss: CROSS_ENTROPY,
    learns: 0.5,
  },
  'a classifier that has converged': {
    steps: 300,
    model: denseNet({ ...relu, depth: 3 }),
    batch: blobs(8, 4, 32, 0.2),
    optimizer: () => tf.train.sgd(0.1),
    loss: CROSS_ENTROPY,
    learns: 0.02,
  },
  'four sigmoid layers that learn in the end': {
    steps: 250,
    model: denseNet({ ...softmaxNet, depth: 4, activation: 'sigmoid' }),
    batch: classes,
    optimizer: () => tf.train.adam(0.01),
    loss: CROSS_ENTROPY,
    learns: 0.5,
  },
  'one weight, converged to zero loss': {
    steps: 400,
    model: denseNet({ inputs: 1, units: 1, depth: 0, outputs: 1, activation: 'linear' }),
    batch: linearTarget(1, 16, 1, 0),
    optimizer: () => tf.train.sgd(0.1),
    loss: SQUARED_ERROR,
    learns: 1e-6,
  },
  'batch size 1, classification': {
    steps: 400,
    model: denseNet({ ...relu, units: 16, depth: 4 }),
    batch: blobs(8, 4, 1),
    optimizer: () => tf.train.sgd(0.01),
    loss: CROSS_ENTROPY,
    learns: 0.7,
  },
  'batch size 1, regression with SGD': {
    steps: 400,
    model: denseNet({ ...regressionNet, depth: 4, initializer: heUniform }),
    batch: linearTarget(8, 1),
    optimizer: () => tf.train.sgd(0.003),
    loss: SQUARED_ERROR,
    learns: 0.7,
  },
  'batch size 1, regression with Adam': {
    steps: 400,
    model: denseNet({ ...regressionNet, depth: 4, initializer: heUniform }),
    batch: linearTarget(8, 1),
    optimizer: () => tf.train.adam(0.003),
    loss: SQUARED_ERROR,
    learns: 0.7,
  },
  'regression with huge targets that learns': {
    steps: 200,
    model: denseNet({ ...regressionNet, units: 32, depth: 4, initializer: heUniform }),
    batch: linearTarget(8, 32, 1e5, 0.1, 3e5),
    optimizer: () => tf.train.adam(0.05),
    loss: SQUARED_ERROR,
    learns: 0.3,
  },
  'regression with huge targets that are mostly noise': {
    steps: 150,
    model: denseNet({ ...regressionNet, units: 32, depth: 4, initializer: heUniform }),
    batch: linearTarget(8, 32, 1e6, 5),
    optimizer: () => tf.train.adam(0.3),
    loss: SQUARED_ERROR,
  },
  'inputs that nobody scaled (0 … 255)': {
    steps: 200,
    model: denseNet({ ...regressionNet, depth: 4, initializer: heUniform }),
    batch: (random) => {
      const { xs, ys } = linearTarget(8, 32)(random);
      return { xs: tf.tidy(() => tf.mul(xs, 255)), ys };
    },
    optimizer: () => tf.train.adam(0.001),
    loss: SQUARED_ERROR,
    learns: 0.5,
  },
  'labels that cannot be learnt': {
    steps: 150,
    model: denseNet({ ...relu, outputs: 2, depth: 6 }),
    batch: blobs(8, 2, 32, 30),
    optimizer: () => tf.train.sgd(0.001),
    loss: CROSS_ENTROPY,
  },
  'a learning rate so small that nothing moves': {
    steps: 60,
    model: denseNet({ ...relu, depth: 10 }),
    batch: classes,
    optimizer: () => tf.train.sgd(1e-7),
    loss: CROSS_ENTROPY,
  },
  'ten layers with batch normalization': {
    steps: 60,
    model: denseNet({ ...relu, depth: 10, batchNormalization: true }),
    batch: classes,
    optimizer: () => tf.train.adam(0.003),
    loss: CROSS_ENTROPY,
    learns: 0.7,
  },
  'a high rate that still works': {
    steps: 200,
    model: denseNet({ ...relu, depth: 3 }),
    batch: classes,
    optimizer: () => tf.train.sgd(0.3),
    loss: CROSS_ENTROPY,
    learns: 0.5,
  },
  RMSProp: {
    steps: 200,
    model: denseNet({ ...relu, depth: 3 }),
    batch: classes,
    optimizer: () => tf.train.rmsprop(0.005),
    loss: CROSS_ENTROPY,
    learns: 0.5,
  },
  'a convolutional net with ReLU': {
    steps: 60,
    model: convNet(),
    batch: images(16),
    optimizer: () => tf.train.adam(0.005),
    loss: CROSS_ENTROPY,
    learns: 0.7,
  },
};

const mean = (values: readonly number[]) => values.reduce((s, x) => s + x, 0) / values.length;

describe('healthy nets', () => {
  for (const [name, trial] of Object.entries(trials)) {
    for (const seed of SEEDS) {
      it(`${name} (seed ${String(seed)})`, async () => {
        const { findings, losses } = await train({ ...trial, seed });
        const alarms = findings.filter(({ severity }) => severity !== 'information');
        assert.deepEqual(alarms, []);
        if (trial.learns === undefined) return;
        const tail = mean(losses.slice(-Math.ceil(losses.length / 10)));
        const head = mean(losses.slice(0, 5));
        assert.ok(tail < trial.learns * head, `loss ${head.toFixed(4)} to ${tail.toFixed(4)}`);
      });
    }
  }

  it('cost a few microseconds per step and layer', async () => {
    const trial = trials['a convolutional net with ReLU'];
    assert.ok(trial);
    const { cost } = await train({ ...trial, seed: 9 });
    assert.ok(cost < 100, `${cost.toFixed(1)} microseconds`);
  });
});
