// Faults that leave nothing to learn, or nothing to learn it with.
import { randomInteger, randomNormal } from '../../../src/shared/core/random';
import { faulty } from '../harness/recipe';
import * as points from '../healthy/points';
import { denseNet, normal } from '../models/dense';
import { recurrentNet } from '../models/recurrent';
import { blobs, oneHot, smooth, table, withInputs, withLabels } from '../tasks/points';
import * as deepNets from '../healthy/deep';
import * as labelsNets from '../healthy/labels';
import * as sequences from '../healthy/sequences';

/** A net that cannot learn anything general learns its samples by heart, if it can. */
const byHeart = {
  rules: ['overfitting'] as const,
  because: 'where the samples have nothing in common, a net can only learn them by heart',
};

export const shuffledLabels = faulty('shuffled-labels', labelsNets.overlapping, {
  fault: 'labels that have nothing to do with the inputs',
  change: {
    data: table(
      withLabels(blobs(8, 4, 2.5), (_, random) => oneHot(randomInteger(random, 4), 4)),
      4096,
      512,
    ),
  },
  rule: 'loss-plateau',
  alternatives: byHeart,
  harm: 'skill',
  quick: true,
});

export const noiseInputs = faulty('noise-for-inputs', labelsNets.noisyTargets, {
  fault: 'inputs that are pure noise',
  change: {
    data: table(
      withInputs(smooth(0.8), (x, random) => x.map(() => randomNormal(random))),
      4096,
      512,
    ),
  },
  rule: 'loss-plateau',
  alternatives: byHeart,
  harm: 'skill',
});

export const noHidden = faulty('spirals-linear', points.spiralRelu, {
  fault: 'hidden layers without an activation: a linear model of spirals',
  change: {
    model: denseNet({
      inputs: 2,
      hidden: [32, 32, 32],
      outputs: 1,
      output: 'sigmoid',
      activation: 'linear',
    }),
  },
  rule: 'loss-plateau',
  harm: 'skill',
});

export const crushed = faulty('l2-of-10', deepNets.decayed, {
  fault: 'a penalty of 10 instead of 0.001 on the weights',
  change: {
    model: denseNet({ inputs: 8, hidden: [64, 64], outputs: 4, output: 'softmax', l2: 10 }),
  },
  rule: 'loss-plateau',
  alternatives: {
    rules: ['vanishing-gradient', 'dead-units'],
    because: 'the penalty drives the weights to zero, and gradients and units with them',
  },
  harm: 'skill',
});

export const dropped = faulty('dropout-of-0.99', deepNets.dropout, {
  fault: '99 % of the units dropped instead of half',
  change: {
    model: denseNet({ inputs: 8, hidden: [128, 64], outputs: 4, output: 'softmax', dropout: 0.99 }),
  },
  rule: 'loss-plateau',
  alternatives: {
    rules: ['loss-oscillation'],
    because: 'what is left of the units differs from step to step, and the loss with it',
  },
  harm: 'skill',
});

export const forgetful = faulty('memory-simple-rnn', sequences.lstmMemory, {
  fault: 'a plain recurrent layer with small recurrent weights, which forgets the first value',
  change: {
    model: recurrentNet({
      kind: 'simpleRNN',
      steps: 10,
      units: [12],
      outputs: 1,
      output: 'sigmoid',
      recurrentInitializer: normal(0.01),
    }),
  },
  rule: 'loss-plateau',
  alternatives: {
    rules: ['vanishing-gradient'],
    because: 'gradients vanish over the steps of the sequence',
  },
  harm: 'skill',
});
