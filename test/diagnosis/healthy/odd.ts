// Healthy nets whose inputs, outputs or activations are out of the ordinary.
import { randomInteger } from '../../../src/shared/core/random';
import { tf } from '../harness/backend';
import { healthy } from '../harness/recipe';
import { apply } from '../models/apply';
import { convNet } from '../models/conv';
import { denseNet, normal } from '../models/dense';
import { recurrentNet } from '../models/recurrent';
import { images } from '../tasks/images';
import { halves, oneHot, smooth, table, withInputs } from '../tasks/points';
import { mnist } from '../tasks/real';
import { binary, classifier, regression } from './points';
import { digitsFlat } from './real';
import { imageNet } from './images';
import { forecaster } from './sequences';

export const oneHotInputs = healthy('one-hot-inputs', 'inputs of zeros and ones', {
  ...classifier,
  data: table(
    (random) => {
      const a = randomInteger(random, 10);
      const b = randomInteger(random, 10);
      return { x: [...oneHot(a, 10), ...oneHot(b, 10)], y: [(a + b) % 3 === 0 ? 1 : 0] };
    },
    1024,
    256,
  ),
  model: denseNet({ inputs: 20, hidden: [32], outputs: 1, output: 'sigmoid' }),
  optimizer: () => tf.train.adam(0.01),
  loss: 'binaryCrossentropy',
  skill: 'ranking',
});

/** Lengths, prices and shares in one table. */
const mixedUnits = withInputs(halves(6), (x) => x.map((value, i) => value * 10 ** i + 10 ** i));

export const normalizedInside = healthy(
  'unscaled-behind-batch-norm',
  'raw columns, normalized by the net',
  {
    ...classifier,
    data: table(mixedUnits, 1024, 256),
    model: denseNet({
      inputs: 6,
      hidden: [16],
      outputs: 1,
      output: 'sigmoid',
      inputNormalization: true,
    }),
    optimizer: () => tf.train.adam(0.01),
    loss: 'binaryCrossentropy',
    skill: 'ranking',
  },
);

export const rawPixels = healthy(
  'raw-pixels-batch-norm',
  'images of 0 … 255, normalized by the net',
  {
    ...imageNet,
    data: images(768, 256, { scale: 255 }),
    model: convNet({
      shape: [8, 8, 1],
      filters: [8, 16],
      pooled: [1, 2],
      outputs: 4,
      batchNormalization: true,
    }),
  },
);

export const twoInputs = healthy('two-inputs', 'a functional model of two branches', {
  ...regression,
  data: (random) => {
    const rows = Array.from({ length: 1024 }, () => smooth()(random));
    const columns = (from: number, to: number) =>
      tf.tensor2d(rows.map(({ x }) => x.slice(from, to)));
    return {
      train: { xs: [columns(0, 2), columns(2, 5)], ys: tf.tensor2d(rows.map(({ y }) => y)) },
    };
  },
  model: () => {
    const a = tf.input({ shape: [2], name: 'first' });
    const b = tf.input({ shape: [3], name: 'second' });
    const branch = (name: string, x: typeof a) =>
      apply(
        tf.layers.dense({ name, units: 16, activation: 'relu', kernelInitializer: 'heUniform' }),
        x,
      );
    const joined = apply(tf.layers.concatenate({}), [branch('branch1', a), branch('branch2', b)]);
    const merged = branch('merged', joined);
    const output = apply(tf.layers.dense({ name: 'output', units: 1 }), merged);
    return tf.model({ inputs: [a, b], outputs: output });
  },
});

export const twoOutputs = healthy('two-outputs', 'a class and a number from one trunk', {
  ...regression,
  data: (random) => {
    const rows = Array.from({ length: 1024 }, () => smooth()(random));
    return {
      train: {
        xs: tf.tensor2d(rows.map(({ x }) => x)),
        ys: [
          tf.tensor2d(rows.map(({ y }) => y)),
          tf.tensor2d(rows.map(({ y: [y = 0] }) => [y > 0 ? 1 : 0])),
        ],
      },
    };
  },
  model: () => {
    const input = tf.input({ shape: [5] });
    const hidden = {
      units: 32,
      activation: 'relu' as const,
      kernelInitializer: 'heUniform' as const,
    };
    const trunk = apply(tf.layers.dense({ ...hidden, name: 'trunk' }), input);
    const value = apply(tf.layers.dense({ name: 'value', units: 1 }), trunk);
    const sign = apply(tf.layers.dense({ name: 'sign', units: 1, activation: 'sigmoid' }), trunk);
    return tf.model({ inputs: input, outputs: [value, sign] });
  },
  loss: ['meanSquaredError', 'binaryCrossentropy'],
});

export const mnistSgd = healthy('mnist-mlp-sgd', 'gradient descent on pixels of 0 … 1', {
  ...digitsFlat,
  data: mnist({ train: 2000, validation: 500, flatten: true }),
  optimizer: () => tf.train.sgd(0.1),
});

export const hardSigmoid = healthy(
  'spirals-hard-sigmoid',
  'an activation that is flat outside −2.5 … 2.5',
  {
    ...binary,
    model: denseNet({
      inputs: 2,
      hidden: [48],
      outputs: 1,
      output: 'sigmoid',
      activation: 'hardSigmoid',
      initializer: normal(2),
    }),
    optimizer: () => tf.train.adam(0.03),
    epochs: 60,
    skill: 'sign',
  },
);

export const identityRnn = healthy(
  'rnn-relu-identity',
  'ReLU in a loop, kept stable by the identity',
  {
    ...forecaster,
    model: recurrentNet({
      kind: 'simpleRNN',
      steps: 12,
      units: [16],
      outputs: 1,
      activation: 'relu',
      recurrentInitializer: 'identity',
    }),
  },
);

export const conv1d = healthy('cnn-1d', 'convolutions over time', {
  ...forecaster,
  model: () =>
    tf.sequential({
      layers: [
        tf.layers.conv1d({
          name: 'conv1',
          inputShape: [12, 1],
          filters: 8,
          kernelSize: 3,
          activation: 'relu',
          kernelInitializer: 'heUniform',
        }),
        tf.layers.conv1d({
          name: 'conv2',
          filters: 8,
          kernelSize: 3,
          activation: 'relu',
          kernelInitializer: 'heUniform',
        }),
        tf.layers.flatten({}),
        tf.layers.dense({ name: 'output', units: 1 }),
      ],
    }),
});

export const smallNet = healthy('cnn-batch-of-2', 'images in pairs', {
  ...imageNet,
  data: images(512, 128),
  model: convNet({ shape: [8, 8, 1], filters: [8], pooled: [1], outputs: 4 }),
  optimizer: () => tf.train.sgd(0.02),
  batchSize: 2,
  epochs: 4,
});
