// Healthy nets on real data.
import { tf } from '../harness/backend';
import { healthy, type Recipe } from '../harness/recipe';
import { convNet } from '../models/conv';
import { denseNet } from '../models/dense';
import { cifar10, iris, mnist } from '../tasks/real';

/** MNIST as small as training lasts a few seconds. */
export const digits: Recipe = {
  data: mnist({ train: 2000, validation: 500 }),
  model: convNet({ shape: [28, 28, 1], filters: [8, 16], pooled: [1, 2], dense: 32, outputs: 10 }),
  optimizer: () => tf.train.adam(0.002),
  loss: 'categoricalCrossentropy',
  batchSize: 32,
  epochs: 5,
  skill: 'classes',
};

export const mnistConv = healthy('mnist-cnn', 'the classic, on the first 2,000 digits', digits);

export const mnistSparse = healthy('mnist-cnn-sparse-rmsprop', 'class numbers as labels', {
  ...digits,
  data: mnist({ train: 2000, validation: 500, labels: 'integer' }),
  loss: 'sparseCategoricalCrossentropy',
  optimizer: () => tf.train.rmsprop(0.001),
  epochs: 4,
});

/** MNIST for dense layers. */
export const digitsFlat: Recipe = {
  ...digits,
  data: mnist({ train: 2000, validation: 500, flatten: true }),
  model: denseNet({ inputs: 784, hidden: [64], outputs: 10, output: 'softmax' }),
  optimizer: () => tf.train.adam(0.001),
  epochs: 8,
};

export const mnistDense = healthy('mnist-mlp', 'most pixels are zero', digitsFlat, { quick: true });

export const mnistAutoencoder = healthy(
  'mnist-autoencoder',
  'cross-entropy on pixels, which never reaches 0',
  {
    ...digitsFlat,
    data: async () => {
      const { train, validation } = await mnist({ train: 1000, validation: 1, flatten: true })();
      tf.dispose([train.ys, validation?.xs ?? [], validation?.ys ?? []].flat());
      const xs = [train.xs].flat()[0]!;
      return { train: { xs, ys: xs.clone() } };
    },
    model: denseNet({ inputs: 784, hidden: [64, 16, 64], outputs: 784, output: 'sigmoid' }),
    loss: 'binaryCrossentropy',
    optimizer: () => tf.train.adam(0.002),
    epochs: 16,
    skill: 'variance',
  },
);

export const cifarConv = healthy('cifar10-cnn', 'momentum with time-based decay; slow to learn', {
  ...digits,
  data: cifar10({ train: 1500, validation: 200 }),
  model: convNet({ shape: [32, 32, 3], filters: [8, 8], pooled: [1, 2], outputs: 10 }),
  optimizer: () => tf.train.momentum(0.01, 0.9),
  rate: (step) => 0.02 / (1 + 0.002 * step),
  epochs: 12,
});

/** Iris, as it comes: lengths in centimetres. */
export const flowers: Recipe = {
  data: iris,
  model: denseNet({ inputs: 4, hidden: [16], outputs: 3, output: 'softmax' }),
  optimizer: () => tf.train.adam(0.01),
  loss: 'categoricalCrossentropy',
  batchSize: 16,
  epochs: 60,
  skill: 'classes',
};

export const irisAdam = healthy('iris-adam', 'few samples, inputs that are not centred', flowers, {
  quick: true,
});

export const irisFullBatch = healthy(
  'iris-sgd-full-batch',
  'plain descent on all flowers at once',
  {
    ...flowers,
    optimizer: () => tf.train.sgd(0.05),
    batchSize: 120,
    epochs: 500,
  },
);
