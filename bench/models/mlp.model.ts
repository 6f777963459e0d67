// The bench's `mlp` as a user would write it: 784-10-10 on seeded random data.
import * as tf from '@tensorflow/tfjs';

const SAMPLES = 512;

export const model = () =>
  tf.sequential({
    layers: [
      tf.layers.dense({ units: 10, activation: 'relu', inputShape: [784] }),
      tf.layers.dense({ units: 10, activation: 'softmax' }),
    ],
  });

export const data = () => {
  const labels = tf.tensor1d(
    [...Array(SAMPLES).keys()].map((i) => i % 10),
    'int32',
  );
  return {
    train: { xs: tf.randomUniform([SAMPLES, 784], 0, 1, 'float32', 1), ys: tf.oneHot(labels, 10) },
  };
};

export const training = {
  epochs: 100_000,
  batchSize: 32,
  optimizer: 'adam',
  loss: 'categoricalCrossentropy',
};
