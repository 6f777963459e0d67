// Healthy convolutional nets, and autoencoders.
import { tf } from '../harness/backend';
import { healthy, type Recipe } from '../harness/recipe';
import { convNet } from '../models/conv';
import { apply } from '../models/apply';
import { deep, denseNet } from '../models/dense';
import { images, imagesToCopy } from '../tasks/images';
import { lowRank, table } from '../tasks/points';
import { classifier } from './points';

/** Small images. */
export const imageNet: Recipe = {
  data: images(768, 256),
  model: convNet({ shape: [8, 8, 1], filters: [8, 16], pooled: [1, 2], dense: 32, outputs: 4 }),
  optimizer: () => tf.train.adam(0.002),
  loss: 'categoricalCrossentropy',
  batchSize: 32,
  epochs: 12,
  skill: 'classes',
};

export const conv = healthy('cnn', 'the plainest convolutional net', imageNet, { quick: true });

export const convNorm = healthy('cnn-batch-norm', 'convolution, normalization, activation', {
  ...imageNet,
  model: convNet({
    shape: [8, 8, 1],
    filters: [8, 16],
    pooled: [1, 2],
    outputs: 4,
    batchNormalization: true,
  }),
});

export const convSeparable = healthy('cnn-separable', 'depthwise and pointwise weights', {
  ...imageNet,
  model: convNet({
    shape: [8, 8, 1],
    filters: [8, 16, 16],
    pooled: [1, 2],
    outputs: 4,
    separable: true,
  }),
});

export const convDeep = healthy('cnn-12-deep', 'twelve convolutions in a row', {
  ...imageNet,
  model: convNet({ shape: [8, 8, 1], filters: deep(12, 8), pooled: [4, 8], outputs: 4 }),
  optimizer: () => tf.train.adam(0.001),
});

export const convDropout = healthy('cnn-dropout-momentum', 'dropout before the classifier', {
  ...imageNet,
  model: convNet({
    shape: [8, 8, 1],
    filters: [8, 16],
    pooled: [1, 2],
    dense: 32,
    outputs: 4,
    dropout: 0.3,
  }),
  optimizer: () => tf.train.momentum(0.02, 0.9),
});

export const autoencoder = healthy('autoencoder', 'a bottleneck of three units', {
  ...classifier,
  data: table(lowRank(16, 3), 1024, 256),
  model: denseNet({
    inputs: 16,
    hidden: [16, 3, 16],
    outputs: 16,
    output: 'sigmoid',
    activation: 'tanh',
    initializer: 'glorotUniform',
  }),
  optimizer: () => tf.train.adam(0.005),
  loss: 'meanSquaredError',
  epochs: 40,
  skill: 'variance',
});

export const convAutoencoder = healthy('autoencoder-conv', 'transposed convolutions', {
  ...imageNet,
  data: imagesToCopy(512),
  model: () => {
    const input = tf.input({ shape: [8, 8, 1] });
    const common = {
      kernelSize: 3,
      padding: 'same' as const,
      activation: 'relu' as const,
      kernelInitializer: 'heUniform' as const,
    };
    let x = apply(tf.layers.conv2d({ ...common, name: 'encode1', filters: 8, strides: 2 }), input);
    x = apply(tf.layers.conv2d({ ...common, name: 'encode2', filters: 8, strides: 2 }), x);
    x = apply(tf.layers.conv2dTranspose({ ...common, name: 'decode1', filters: 8, strides: 2 }), x);
    x = apply(tf.layers.conv2dTranspose({ ...common, name: 'decode2', filters: 8, strides: 2 }), x);
    x = apply(tf.layers.conv2d({ ...common, name: 'output', filters: 1, activation: 'linear' }), x);
    return tf.model({ inputs: input, outputs: x });
  },
  loss: 'meanSquaredError',
  epochs: 20,
  skill: 'variance',
});
