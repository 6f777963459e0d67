// Faults by which gradients vanish on their way to the first layers.
import { faulty } from '../harness/recipe';
import * as points from '../healthy/points';
import { convNet } from '../models/conv';
import { deep, denseNet, normal } from '../models/dense';
import * as deepNets from '../healthy/deep';
import * as imagesNets from '../healthy/images';

const FIRST = ['hidden1', 'hidden2', 'hidden3'];

/** Too small weights are both a bad start and the vanishing that follows from it. */
const fromTheStart = {
  rules: ['poor-initialization'] as const,
  because: 'the weights as initialized are the reason that gradients vanish',
};

export const sigmoidTen = faulty('sigmoid-10-deep', points.reluTen, {
  fault: 'sigmoid instead of ReLU in ten hidden layers',
  change: {
    model: denseNet({
      inputs: 8,
      hidden: deep(10, 32),
      outputs: 4,
      output: 'softmax',
      activation: 'sigmoid',
    }),
  },
  rule: 'vanishing-gradient',
  layers: FIRST,
  harm: 'skill',
  quick: true,
});

export const sigmoidTwenty = faulty('sigmoid-20-deep', deepNets.reluTwenty, {
  fault: 'sigmoid instead of ReLU in twenty hidden layers',
  change: {
    model: denseNet({
      inputs: 8,
      hidden: deep(20, 48),
      outputs: 4,
      output: 'softmax',
      activation: 'sigmoid',
    }),
  },
  rule: 'vanishing-gradient',
  layers: FIRST,
  harm: 'skill',
});

export const sigmoidUnnormalized = faulty(
  'sigmoid-8-deep-without-batch-norm',
  deepNets.batchNormSigmoid,
  {
    fault: 'batch normalization left out of eight sigmoid layers',
    change: {
      model: denseNet({
        inputs: 8,
        hidden: deep(8, 32),
        outputs: 4,
        output: 'softmax',
        activation: 'sigmoid',
        initializer: 'glorotUniform',
      }),
    },
    rule: 'vanishing-gradient',
    layers: FIRST,
    harm: 'skill',
  },
);

export const tanhSmall = faulty('tanh-50-deep-small-weights', deepNets.tanhOrthogonal, {
  fault: 'normal weights of deviation 0.05 instead of orthogonal ones',
  change: {
    model: denseNet({
      inputs: 8,
      hidden: deep(50, 24),
      outputs: 4,
      output: 'softmax',
      activation: 'tanh',
      initializer: normal(0.05),
    }),
  },
  rule: 'vanishing-gradient',
  alternatives: fromTheStart,
  harm: 'skill',
});

export const reluSmall = faulty('relu-20-deep-small-weights', deepNets.reluTwenty, {
  fault: 'normal weights of deviation 0.05 instead of He weights',
  change: {
    model: denseNet({
      inputs: 8,
      hidden: deep(20, 48),
      outputs: 4,
      output: 'softmax',
      initializer: normal(0.05),
    }),
  },
  rule: 'vanishing-gradient',
  alternatives: fromTheStart,
  harm: 'skill',
});

export const noShortcuts = faulty('tanh-30-deep-without-shortcuts', deepNets.residualThirty, {
  fault: 'the shortcuts of thirty residual layers left out',
  change: {
    model: denseNet({
      inputs: 8,
      hidden: deep(30, 16),
      outputs: 4,
      output: 'softmax',
      activation: 'tanh',
      initializer: normal(0.05),
    }),
  },
  rule: 'vanishing-gradient',
  alternatives: fromTheStart,
  harm: 'skill',
  quick: true,
});

export const sigmoidConv = faulty('cnn-12-deep-sigmoid', imagesNets.convDeep, {
  fault: 'sigmoid instead of ReLU in twelve convolutions',
  change: {
    model: convNet({
      shape: [8, 8, 1],
      filters: deep(12, 8),
      pooled: [4, 8],
      outputs: 4,
      activation: 'sigmoid',
    }),
  },
  rule: 'vanishing-gradient',
  layers: ['conv1', 'conv2', 'conv3'],
  harm: 'skill',
});
