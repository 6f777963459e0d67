// A program: plain JavaScript that builds a model and fits it. Nothing is wrong with it.
import * as tf from '@tensorflow/tfjs';

const model = tf.sequential({
  layers: [
    tf.layers.dense({
      units: 16,
      activation: 'relu',
      inputShape: [4],
      kernelInitializer: 'heUniform',
    }),
    tf.layers.dense({ units: 1 }),
  ],
});
model.compile({ optimizer: tf.train.sgd(0.01), loss: 'meanSquaredError' });
const xs = tf.randomUniform([512, 4], -1, 1, 'float32', 7);
const ys = xs.sum(1, true);
await model.fit(xs, ys, { epochs: 100000, batchSize: 32, shuffle: true });
