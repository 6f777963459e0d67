// The healthy twin of exploding.model.ts: the same sixteen layers, data, optimizer and learning rate,
// with weights drawn so that each layer keeps the size of what passes it (He initialization).
//
// What to look at: the gradients of all sixteen layers lie within about one decade, in the first
// step as in the last, and the loss falls from the first steps on.
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
        kernelInitializer: 'heUniform',
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
