// Faults that silence units: dead or saturated.
import { tf } from '../harness/backend';
import { faulty } from '../harness/recipe';
import * as points from '../healthy/points';
import * as real from '../healthy/real';
import { convNet } from '../models/conv';
import { constant, deep, denseNet, normal } from '../models/dense';
import { spirals, table, withInputs } from '../tasks/points';
import { series, waves } from '../tasks/series';
import * as imagesNets from '../healthy/images';
import * as odd from '../healthy/odd';
import * as sequences from '../healthy/sequences';

const fromTheStart = {
  rules: ['poor-initialization'] as const,
  because: 'the values that weights or biases start from are the reason',
};

const HIDDEN = ['hidden1', 'hidden2'];

export const deadByBias = faulty('relu-bias-minus-20', points.reluAdam, {
  fault: 'biases that start at −20',
  change: {
    model: denseNet({
      inputs: 8,
      hidden: [32, 32],
      outputs: 4,
      output: 'softmax',
      biasInitializer: constant(-20),
    }),
  },
  rule: 'dead-units',
  alternatives: fromTheStart,
  layers: HIDDEN,
  harm: 'skill',
  quick: true,
});

export const deadByWeights = faulty('mnist-mlp-negative-weights', real.mnistDense, {
  fault: 'weights with a mean of −0.1, on inputs that are never negative',
  change: {
    model: denseNet({
      inputs: 784,
      hidden: [64],
      outputs: 10,
      output: 'softmax',
      initializer: normal(0.02, -0.1),
    }),
  },
  rule: 'dead-units',
  alternatives: fromTheStart,
  layers: ['hidden1'],
  harm: 'skill',
});

export const deadConv = faulty('cnn-negative-weights', imagesNets.conv, {
  fault: 'filters with a mean of −0.3, on images that are mostly positive',
  change: {
    model: convNet({
      shape: [8, 8, 1],
      filters: [8, 16],
      pooled: [1, 2],
      dense: 32,
      outputs: 4,
      initializer: normal(0.05, -0.3),
    }),
  },
  rule: 'dead-units',
  alternatives: fromTheStart,
  layers: ['conv1', 'conv2', 'hidden'],
  harm: 'skill',
});

export const deadByRate = faulty('relu-adam-rate-3', points.reluAdam, {
  fault: 'learning rate 3 instead of 0.003: the first updates silence the units',
  change: { optimizer: () => tf.train.adam(3) },
  rule: 'dead-units',
  alternatives: {
    rules: ['update-ratio', 'exploding-gradient'],
    because: 'the learning rate is the cause; the updates are seen first',
  },
  harm: 'skill',
});

export const deadDeep = faulty('relu-10-deep-bias-minus-5', points.reluTen, {
  fault: 'biases that start at −5 in ten layers',
  change: {
    model: denseNet({
      inputs: 8,
      hidden: deep(10, 32),
      outputs: 4,
      output: 'softmax',
      biasInitializer: constant(-5),
    }),
  },
  rule: 'dead-units',
  alternatives: fromTheStart,
  harm: 'skill',
});

export const saturatedByWeights = faulty('tanh-weights-50', points.spiralTanh, {
  fault: 'normal weights of deviation 50',
  change: {
    model: denseNet({
      inputs: 2,
      hidden: [32, 32],
      outputs: 1,
      output: 'sigmoid',
      activation: 'tanh',
      initializer: normal(50),
    }),
  },
  rule: 'saturated-units',
  alternatives: fromTheStart,
  layers: HIDDEN,
  harm: 'skill',
  quick: true,
});

export const saturatedByData = faulty('tanh-inputs-times-1000', points.spiralTanh, {
  fault: 'inputs a thousand times as large',
  change: {
    data: table(
      withInputs(spirals(), (x) => x.map((value) => 1000 * value)),
      1024,
      256,
    ),
  },
  rule: 'saturated-units',
  alternatives: {
    rules: ['data-range'],
    because: 'the unscaled inputs are what saturates the units',
  },
  harm: 'skill',
});

export const saturatedHard = faulty('hard-sigmoid-weights-500', odd.hardSigmoid, {
  fault: 'normal weights of deviation 500 instead of 2',
  change: {
    model: denseNet({
      inputs: 2,
      hidden: [48],
      outputs: 1,
      output: 'sigmoid',
      activation: 'hardSigmoid',
      initializer: normal(500),
    }),
  },
  rule: 'saturated-units',
  alternatives: fromTheStart,
  layers: ['hidden1'],
  harm: 'skill',
});

export const saturatedLstm = faulty('lstm-inputs-times-1000', sequences.lstm, {
  fault: 'inputs a thousand times as large: the gates are shut',
  change: {
    data: series(
      (random) => {
        const { x, y } = waves(12)(random);
        return { x: x.map((row) => row.map((value) => 1000 * value)), y };
      },
      512,
      128,
    ),
  },
  rule: 'saturated-units',
  alternatives: {
    rules: ['data-range'],
    because: 'the unscaled inputs are what saturates the gates',
  },
  harm: 'skill',
});
