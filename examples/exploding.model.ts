// A fault on purpose: sixteen layers whose weights are drawn too large.
//
// What to look at: each layer doubles what passes it, the signal on its way forward and its
// gradient on its way back, so after sixteen layers both are about 2^16 times too large. A weight's
// gradient is the product of the two: in the first step every layer shows norms around 1e9, where
// the healthy twin shows about 10. The first update throws the weights far off, and within a
// handful of steps the loss is infinite, then NaN.
// The cure is in healthy-deep.model.ts, which differs in one line: the initializer.
import * as tf from '@tensorflow/tfjs';
import { synthetic, type Data, type Training } from 'gradient-lens';

const DEPTH = 16;

export function model(): tf.LayersModel {
  const net = tf.sequential();
  net.add(tf.layers.inputLayer({ inputShape: [8] }));
  for (let i = 0; i < DEPTH; i++) {
    net.add(
      tf.layers.dense({
        units: 64,
        activation: 'relu',
        // Twice the deviation that keeps the signal's size: sqrt(2 / 64) = 0.18.
        kernelInitializer: tf.initializers.randomNormal({ stddev: 0.36 }),
      }),
    );
  }
  net.add(tf.layers.dense({ units: 1, kernelInitializer: 'glorotUniform' }));
  return net;
}

export function data(): Data {
  return synthetic.linear({ features: 8, samples: 4000 });
}

export const training: Training = {
  epochs: 10,
  batchSize: 32,
  optimizer: { name: 'sgd', learningRate: 0.001 },
  loss: 'meanSquaredError',
};
