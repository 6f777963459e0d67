// Faults by which gradients grow: steps or weights that are too large.
import { tf } from '../harness/backend';
import { faulty } from '../harness/recipe';
import * as points from '../healthy/points';
import { constant, deep, denseNet, normal } from '../models/dense';
import { recurrentNet } from '../models/recurrent';
import * as deepNets from '../healthy/deep';
import * as odd from '../healthy/odd';

/** A step that is too large is seen in the update, in the gradients that grow, and in the loss. */
const tooFast = {
  rules: ['update-ratio', 'loss-divergence'] as const,
  because:
    'the learning rate is the cause: too large an update, gradients that grow, a loss that rises',
};

export const linearFast = faulty('linear-sgd-rate-1.5', points.linearSgd, {
  fault: 'learning rate 1.5 instead of 0.02, beyond the stability limit',
  change: { optimizer: () => tf.train.sgd(1.5) },
  rule: 'exploding-gradient',
  alternatives: tooFast,
  harm: 'skill',
  quick: true,
});

export const regressionFast = faulty('regression-one-sample-rate-2', points.regressionOfOne, {
  fault: 'learning rate 2 instead of 0.01',
  change: { optimizer: () => tf.train.sgd(2) },
  rule: 'exploding-gradient',
  alternatives: tooFast,
  harm: 'skill',
});

export const reluFast = faulty('mlp-relu-sgd-rate-30', points.reluSgd, {
  fault: 'learning rate 30 instead of 0.1',
  change: { optimizer: () => tf.train.sgd(30) },
  rule: 'exploding-gradient',
  alternatives: tooFast,
  harm: 'skill',
});

/** Too large weights are both a bad start and what explodes. */
const tooLargeWeights = {
  rules: ['poor-initialization'] as const,
  because: 'the weights as initialized are the reason that outputs and gradients grow',
};

export const reluLarge = faulty('relu-20-deep-large-weights', deepNets.reluTwenty, {
  fault: 'normal weights of deviation 1 instead of He weights',
  change: {
    model: denseNet({
      inputs: 8,
      hidden: deep(20, 48),
      outputs: 4,
      output: 'softmax',
      initializer: normal(1),
    }),
  },
  rule: 'exploding-gradient',
  alternatives: tooLargeWeights,
  harm: 'skill',
  quick: true,
});

export const reluTenLarge = faulty('relu-10-deep-large-weights', points.reluTen, {
  fault: 'normal weights of deviation 1.5 instead of He weights',
  change: {
    model: denseNet({
      inputs: 8,
      hidden: deep(10, 32),
      outputs: 4,
      output: 'softmax',
      initializer: normal(1.5),
    }),
  },
  rule: 'exploding-gradient',
  alternatives: tooLargeWeights,
  harm: 'skill',
});

export const rnnExploding = faulty('rnn-relu-large-recurrence', odd.identityRnn, {
  fault: 'recurrent weights of deviation 1.5 instead of the identity',
  change: {
    model: recurrentNet({
      kind: 'simpleRNN',
      steps: 12,
      units: [16],
      outputs: 1,
      activation: 'relu',
      recurrentInitializer: normal(1.5),
    }),
  },
  rule: 'exploding-gradient',
  alternatives: tooLargeWeights,
  harm: 'skill',
});

export const rnnDoubling = faulty('rnn-relu-doubling', odd.identityRnn, {
  fault: 'recurrent weights of 0.5 throughout: the state grows eightfold in each step',
  change: {
    model: recurrentNet({
      kind: 'simpleRNN',
      steps: 12,
      units: [16],
      outputs: 1,
      activation: 'relu',
      recurrentInitializer: constant(0.5),
    }),
  },
  rule: 'exploding-gradient',
  alternatives: tooLargeWeights,
  harm: 'skill',
});
