// A fault on purpose: sixteen layers whose weights are drawn too large.
//
// What to look at: each layer multiplies what passes it, forward and backward, so the gradients
// grow from layer to layer. The first update is larger than the weights, the second one meets
// far larger gradients, and a few steps later everything is NaN.
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
  optimizer: { name: 'sgd', learningRate: 0.005 },
  loss: 'meanSquaredError',
};
