// Faults by which weights never change.
import { tf } from '../harness/backend';
import { faulty } from '../harness/recipe';
import * as points from '../healthy/points';
import * as ownLoops from '../healthy/ownLoops';
import { narrowNet } from '../models/narrow';

export const otherVariables = faulty('own-loop-output-only', ownLoops.namedVariables, {
  fault: 'only the variables of the last layer are handed to minimize',
  change: { loop: ownLoops.ownVariables(false) },
  rule: 'unchanged-weights',
  alternatives: {
    rules: ['loss-plateau'],
    because: 'a last layer alone cannot learn it: the loss stays where it was',
  },
  harm: 'skill',
});

export const rateOfZero = faulty('adam-rate-0', points.reluAdam, {
  fault: 'learning rate 0',
  change: { optimizer: () => tf.train.adam(0) },
  rule: 'unchanged-weights',
  alternatives: {
    rules: ['update-ratio', 'loss-plateau'],
    because: 'updates of exactly zero are both',
  },
  harm: 'skill',
});

export const stopped = faulty('narrow-gradient-stopped', ownLoops.narrow, {
  fault: 'an operation without a gradient behind the first layer',
  change: { model: narrowNet(40, { stopped: true }) },
  rule: 'unchanged-weights',
  layers: ['hidden1'],
  harm: 'skill',
  quick: true,
});
