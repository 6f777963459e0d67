// Its loss is NaN from the seventh step on: batches come in order, and the seventh holds an infinity.
import * as tf from '@tensorflow/tfjs';

const BATCH = 8;
const BATCHES = 12;
const BROKEN = 7;

export function model() {
  return tf.sequential({
    layers: [
      tf.layers.dense({ name: 'hidden', units: 6, activation: 'tanh', inputShape: [3] }),
      tf.layers.dense({ name: 'output', units: 1 }),
    ],
  });
}

export function data() {
  const xs = tf.randomNormal([BATCH * BATCHES, 3], 0, 1, 'float32', 1);
  const labels = xs.arraySync().map(([a, b, c]) => [a * b - c]);
  labels[BATCH * (BROKEN - 1)] = [Infinity];
  return { train: { xs, ys: tf.tensor2d(labels) } };
}

export const training = {
  epochs: 2,
  batchSize: BATCH,
  shuffle: false,
  optimizer: { name: 'adam', learningRate: 0.01 },
  loss: 'meanSquaredError',
};
