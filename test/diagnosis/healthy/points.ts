// Healthy nets on tables: every usual activation, optimizer and arrangement.
import { tf } from '../harness/backend';
import { healthy, type Recipe } from '../harness/recipe';
import { deep, denseNet } from '../models/dense';
import { blobs, linear, sine, smooth, spirals, table } from '../tasks/points';

/** Four classes of eight inputs, on a net with two hidden layers. */
export const classifier: Recipe = {
  data: table(blobs(8, 4), 1024, 256),
  model: denseNet({ inputs: 8, hidden: [32, 32], outputs: 4, output: 'softmax' }),
  optimizer: () => tf.train.adam(0.003),
  loss: 'categoricalCrossentropy',
  batchSize: 32,
  epochs: 20,
  skill: 'classes',
};

const activated = (
  activation: 'tanh' | 'sigmoid' | 'elu' | 'selu',
  initializer: 'glorotUniform' | 'leCunUniform' | 'heUniform',
) =>
  denseNet({ inputs: 8, hidden: [32, 32], outputs: 4, output: 'softmax', activation, initializer });

export const reluAdam = healthy('mlp-relu-adam', 'the plainest classifier', classifier, {
  quick: true,
});

export const reluSgd = healthy('mlp-relu-sgd', 'plain gradient descent', {
  ...classifier,
  optimizer: () => tf.train.sgd(0.1),
});

export const tanhMomentum = healthy('mlp-tanh-momentum', 'tanh units that become confident', {
  ...classifier,
  model: activated('tanh', 'glorotUniform'),
  optimizer: () => tf.train.momentum(0.02, 0.9),
});

export const sigmoidShallow = healthy(
  'mlp-sigmoid-shallow',
  'sigmoid where two layers do not vanish',
  {
    ...classifier,
    model: activated('sigmoid', 'glorotUniform'),
    optimizer: () => tf.train.adam(0.01),
  },
);

export const eluRmsprop = healthy('mlp-elu-rmsprop', 'RMSProp, whose first updates are large', {
  ...classifier,
  model: activated('elu', 'heUniform'),
  optimizer: () => tf.train.rmsprop(0.002),
});

export const seluAdamax = healthy('mlp-selu-adamax', 'Adamax', {
  ...classifier,
  model: activated('selu', 'leCunUniform'),
  optimizer: () => tf.train.adamax(0.005),
});

export const reluAdagrad = healthy('mlp-relu-adagrad', 'updates that shrink by design', {
  ...classifier,
  optimizer: () => tf.train.adagrad(0.05),
});

export const longAfterConvergence = healthy(
  'mlp-converged',
  'separable classes, trained until gradients are almost zero',
  {
    ...classifier,
    data: table(blobs(8, 4, 0.4), 512, 128),
    epochs: 120,
    optimizer: () => tf.train.adam(0.01),
  },
  { quick: true },
);

export const logistic = healthy('softmax-regression', 'one layer, no depth at all', {
  ...classifier,
  model: denseNet({ inputs: 8, hidden: [], outputs: 4, output: 'softmax' }),
  optimizer: () => tf.train.sgd(0.1),
});

/** Binary classes that need hidden layers. */
export const binary: Recipe = {
  data: table(spirals(), 1024, 256),
  model: denseNet({ inputs: 2, hidden: [32, 32, 32], outputs: 1, output: 'sigmoid' }),
  optimizer: () => tf.train.adam(0.005),
  loss: 'binaryCrossentropy',
  batchSize: 32,
  epochs: 40,
  skill: 'ranking',
};

export const spiralRelu = healthy(
  'spirals-relu',
  'a long first plateau before the spirals come apart',
  binary,
  { quick: true },
);

export const spiralTanh = healthy('spirals-tanh', 'tanh units that sharpen as they learn', {
  ...binary,
  model: denseNet({
    inputs: 2,
    hidden: [32, 32],
    outputs: 1,
    output: 'sigmoid',
    activation: 'tanh',
    initializer: 'glorotUniform',
  }),
  optimizer: () => tf.train.adam(0.01),
  skill: 'sign',
});

export const spiralMse = healthy(
  'spirals-sigmoid-mse',
  'squared error on binary labels, which trains',
  {
    ...binary,
    loss: 'meanSquaredError',
  },
);

/** A smooth function of five inputs. */
export const regression: Recipe = {
  data: table(smooth(), 1024, 256),
  model: denseNet({ inputs: 5, hidden: [32, 32], outputs: 1 }),
  optimizer: () => tf.train.adam(0.003),
  loss: 'meanSquaredError',
  batchSize: 32,
  epochs: 30,
  skill: 'variance',
};

export const smoothRelu = healthy(
  'regression-relu',
  'a loss that ends at the noise of the labels',
  regression,
  { quick: true },
);

export const smoothMae = healthy('regression-mae', 'gradients that keep their size to the end', {
  ...regression,
  loss: 'meanAbsoluteError',
});

export const smoothHuber = healthy('regression-huber', 'a loss of tfjs core', {
  ...regression,
  loss: (labels, prediction) => tf.losses.huberLoss(labels, prediction).asScalar(),
});

export const sineTanh = healthy('sine-tanh', 'one input, one output', {
  ...regression,
  data: table(sine(), 512, 128),
  model: denseNet({
    inputs: 1,
    hidden: [24, 24],
    outputs: 1,
    activation: 'tanh',
    initializer: 'glorotUniform',
  }),
  optimizer: () => tf.train.adam(0.01),
  epochs: 60,
});

/** All samples in each step, by plain descent. */
const sineFullBatch = (rate: number): Recipe => ({
  ...sineTanh.recipe,
  optimizer: () => tf.train.sgd(rate),
  batchSize: 512,
  epochs: 1200,
});

export const sineSteady = healthy(
  'sine-full-batch',
  'plain descent without noise: a long first plateau, then a smooth fall',
  sineFullBatch(0.05),
);

export const sineEdge = healthy(
  'sine-full-batch-edge',
  'a rate at the edge of stability: the loss leaps now and then, and falls all the same',
  sineFullBatch(0.1),
);

export const linearSgd = healthy('linear-sgd', 'converged to the noise floor and trained on', {
  ...regression,
  data: table(linear(6), 512, 128),
  model: denseNet({ inputs: 6, hidden: [], outputs: 1 }),
  optimizer: () => tf.train.sgd(0.02),
  epochs: 60,
});

export const oneWeight = healthy(
  'one-weight',
  'a single weight, without noise: the loss goes to zero',
  {
    ...regression,
    data: table(linear(1, 0), 64),
    model: () =>
      tf.sequential({
        layers: [
          tf.layers.dense({
            name: 'output',
            inputShape: [1],
            units: 1,
            useBias: false,
            kernelInitializer: 'glorotUniform',
          }),
        ],
      }),
    optimizer: () => tf.train.sgd(0.1),
    batchSize: 16,
    epochs: 100,
  },
  { quick: true },
);

export const batchOfOne = healthy(
  'batch-size-1',
  'batches of one sample: gradients and losses that leap',
  { ...classifier, optimizer: () => tf.train.sgd(0.01), batchSize: 1, epochs: 2 },
  { quick: true },
);

export const regressionOfOne = healthy(
  'batch-size-1-regression',
  'squared errors of single samples',
  {
    ...regression,
    optimizer: () => tf.train.sgd(0.01),
    batchSize: 1,
    epochs: 3,
  },
);

export const fullBatch = healthy('full-batch', 'gradient descent without any noise', {
  ...classifier,
  data: table(blobs(8, 4), 256),
  optimizer: () => tf.train.sgd(0.3),
  batchSize: 256,
  epochs: 600,
});

/** Ten hidden layers, ReLU with He weights. */
export const tenDeep: Recipe = {
  ...classifier,
  model: denseNet({ inputs: 8, hidden: deep(10, 32), outputs: 4, output: 'softmax' }),
  optimizer: () => tf.train.adam(0.001),
};

export const reluTen = healthy('relu-10-deep', 'ten hidden layers', tenDeep, { quick: true });
