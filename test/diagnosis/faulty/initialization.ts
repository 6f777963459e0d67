// Faults of the values that weights and biases start from.
import { faulty } from '../harness/recipe';
import * as points from '../healthy/points';
import * as real from '../healthy/real';
import { convNet } from '../models/conv';
import { constant, denseNet, normal } from '../models/dense';
import * as imagesNets from '../healthy/images';

export const allZero = faulty('relu-zero-weights', points.reluAdam, {
  fault: 'all hidden weights start at zero',
  change: {
    model: denseNet({
      inputs: 8,
      hidden: [32, 32],
      outputs: 4,
      output: 'softmax',
      initializer: 'zeros',
    }),
  },
  rule: 'poor-initialization',
  layers: ['hidden1', 'hidden2'],
  harm: 'skill',
  quick: true,
});

export const allSame = faulty('relu-constant-weights', points.spiralRelu, {
  fault: 'all hidden weights start at 0.1: units that stay alike',
  change: {
    model: denseNet({
      inputs: 2,
      hidden: [32, 32, 32],
      outputs: 1,
      output: 'sigmoid',
      initializer: constant(0.1),
      outputInitializer: constant(0.1),
    }),
  },
  rule: 'poor-initialization',
  layers: ['hidden1', 'hidden2', 'hidden3'],
  harm: 'skill',
});

export const allOnes = faulty('tanh-weights-one', points.tanhMomentum, {
  fault: 'all hidden weights start at one',
  change: {
    model: denseNet({
      inputs: 8,
      hidden: [32, 32],
      outputs: 4,
      output: 'softmax',
      activation: 'tanh',
      initializer: 'ones',
    }),
  },
  rule: 'poor-initialization',
  alternatives: {
    rules: ['saturated-units'],
    because: 'sums of equal weights saturate the second layer',
  },
  harm: 'skill',
});

export const zeroConv = faulty('cnn-zero-weights', imagesNets.conv, {
  fault: 'all filters start at zero',
  change: {
    model: convNet({
      shape: [8, 8, 1],
      filters: [8, 16],
      pooled: [1, 2],
      dense: 32,
      outputs: 4,
      initializer: 'zeros',
    }),
  },
  rule: 'poor-initialization',
  layers: ['conv1', 'conv2', 'hidden'],
  harm: 'skill',
});

export const constantConv = faulty('mnist-cnn-constant-weights', real.mnistConv, {
  fault: 'all filters and weights before the output start at 0.02',
  change: {
    model: convNet({
      shape: [28, 28, 1],
      filters: [8, 16],
      pooled: [1, 2],
      dense: 32,
      outputs: 10,
      initializer: constant(0.02),
    }),
  },
  rule: 'poor-initialization',
  layers: ['conv1', 'conv2', 'hidden'],
  harm: 'skill',
});

export const loudOutput = faulty('output-weights-100', points.reluSgd, {
  fault: 'output weights of deviation 100: the first loss is far above ln 4',
  change: {
    model: denseNet({
      inputs: 8,
      hidden: [32, 32],
      outputs: 4,
      output: 'softmax',
      outputInitializer: normal(100),
    }),
  },
  rule: 'poor-initialization',
  alternatives: {
    rules: ['exploding-gradient'],
    because: 'gradients are as large as the output weights',
  },
  harm: 'skill',
});

export const hugeBias = faulty('relu-bias-1000', points.reluSgd, {
  fault: 'biases that start at 1000',
  change: {
    model: denseNet({
      inputs: 8,
      hidden: [32, 32],
      outputs: 4,
      output: 'softmax',
      biasInitializer: constant(1000),
    }),
  },
  rule: 'poor-initialization',
  alternatives: { rules: ['exploding-gradient'], because: 'gradients grow with the outputs' },
  harm: 'skill',
});
