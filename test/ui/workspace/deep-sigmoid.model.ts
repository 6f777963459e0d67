// Twelve sigmoid layers: the gradient shrinks about fourfold in each, and the first ones do not learn.
// Trains for long, so that it can be paused, stepped and stopped at leisure.
import * as tf from '@tensorflow/tfjs';

const WIDTH = 16;
const SAMPLES = 256;

export const model = tf.sequential();
model.add(tf.layers.dense({ units: WIDTH, activation: 'sigmoid', inputShape: [2] }));
for (let i = 0; i < 10; i++) {
  model.add(tf.layers.dense({ units: WIDTH, activation: 'sigmoid' }));
}
model.add(tf.layers.dense({ units: 1, activation: 'sigmoid' }));

/** Points of a square, and whether both coordinates have the same sign. */
export function data() {
  const points = Array.from({ length: SAMPLES }, (_, i) => [Math.sin(i * 7.1), Math.cos(i * 3.7)]);
  const xs = tf.tensor2d(points);
  const ys = tf.tensor2d(points.map(([x = 0, y = 0]) => [x * y > 0 ? 1 : 0]));
  return { train: { xs, ys }, validation: { xs, ys } };
}

export const training = {
  epochs: 100_000,
  batchSize: 32,
  optimizer: 'sgd',
  loss: 'binaryCrossentropy',
  metrics: ['accuracy'],
};
