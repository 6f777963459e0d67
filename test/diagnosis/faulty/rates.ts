// Faults of the step size: too small, too large, growing, or in the wrong direction.
import { tf } from '../harness/backend';
import { faulty } from '../harness/recipe';
import * as points from '../healthy/points';
import * as imagesNets from '../healthy/images';
import * as ownLoops from '../healthy/ownLoops';
import * as sequences from '../healthy/sequences';

/** Where hardly anything moves, the loss does not either. */
const standsStill = {
  rules: ['loss-plateau'] as const,
  because: 'with updates this small the loss stays where it was',
};

export const adamSlow = faulty('adam-rate-1e-7', points.reluAdam, {
  fault: 'learning rate 1e-7 instead of 0.003',
  change: { optimizer: () => tf.train.adam(1e-7) },
  rule: 'update-ratio',
  alternatives: standsStill,
  harm: 'skill',
  quick: true,
});

export const sgdSlow = faulty('sgd-rate-1e-6', points.reluSgd, {
  fault: 'learning rate 1e-6 instead of 0.1',
  change: { optimizer: () => tf.train.sgd(1e-6) },
  rule: 'update-ratio',
  alternatives: standsStill,
  harm: 'skill',
});

export const convSlow = faulty('cnn-momentum-rate-1e-7', imagesNets.convDropout, {
  fault: 'learning rate 1e-7 instead of 0.02',
  change: { optimizer: () => tf.train.momentum(1e-7, 0.9) },
  rule: 'update-ratio',
  alternatives: standsStill,
  harm: 'skill',
});

export const lstmSlow = faulty('lstm-adam-rate-1e-6', sequences.lstm, {
  fault: 'learning rate 1e-6 instead of 0.01',
  change: { optimizer: () => tf.train.adam(1e-6) },
  rule: 'update-ratio',
  alternatives: standsStill,
  harm: 'skill',
});

export const regressionSlow = faulty('regression-sgd-rate-1e-6', ownLoops.ownDescent, {
  fault: 'learning rate 1e-6 instead of 0.03',
  change: { optimizer: () => tf.train.sgd(1e-6) },
  rule: 'update-ratio',
  alternatives: standsStill,
  harm: 'skill',
});

/** Steps that are too large are seen in the updates, in the loss, or in gradients that grow. */
const tooFast = {
  rules: ['loss-oscillation', 'exploding-gradient', 'loss-divergence'] as const,
  because: 'the learning rate is the cause, seen in the loss or the gradients as well',
};

export const adamFast = faulty('tanh-adam-rate-1', points.sineTanh, {
  fault: 'learning rate 1 instead of 0.01',
  change: { optimizer: () => tf.train.adam(1) },
  rule: 'update-ratio',
  alternatives: tooFast,
  harm: 'skill',
});

export const rmspropFast = faulty('elu-rmsprop-rate-1', points.eluRmsprop, {
  fault: 'learning rate 1 instead of 0.002',
  change: { optimizer: () => tf.train.rmsprop(1) },
  rule: 'update-ratio',
  alternatives: tooFast,
  harm: 'skill',
});

export const lstmFast = faulty('lstm-adam-rate-1', sequences.lstm, {
  fault: 'learning rate 1 instead of 0.01',
  change: { optimizer: () => tf.train.adam(1) },
  rule: 'update-ratio',
  alternatives: tooFast,
  harm: 'skill',
});

const swings = {
  rules: ['update-ratio', 'exploding-gradient', 'loss-divergence'] as const,
  because: 'the step size is the cause, seen in the updates or in gradients that grow as well',
};

export const fullBatchSwing = faulty('full-batch-rate-20', points.fullBatch, {
  fault: 'learning rate 20 instead of 0.3: the loss swings without any noise',
  change: { optimizer: () => tf.train.sgd(20) },
  rule: 'loss-oscillation',
  alternatives: swings,
  harm: 'skill',
});

export const adamSwing = faulty('regression-adam-rate-0.5', points.smoothRelu, {
  fault: 'learning rate 0.5 instead of 0.003',
  change: { optimizer: () => tf.train.adam(0.5) },
  rule: 'loss-oscillation',
  alternatives: swings,
  harm: 'skill',
});

export const sineSwing = faulty('sine-full-batch-rate-0.35', points.sineSteady, {
  fault: 'learning rate 0.35 instead of 0.05: the loss swings without any noise',
  change: { optimizer: () => tf.train.sgd(0.35) },
  rule: 'loss-oscillation',
  alternatives: swings,
  harm: 'skill',
});

export const oneSampleSwing = faulty('batch-size-1-rate-1', points.batchOfOne, {
  fault: 'learning rate 1 instead of 0.01, on single samples',
  change: { optimizer: () => tf.train.sgd(1) },
  rule: 'loss-oscillation',
  alternatives: swings,
  harm: 'skill',
});

const rises = {
  rules: ['exploding-gradient', 'update-ratio', 'non-finite'] as const,
  because:
    'the loss rises because each step makes the next one larger, in the end beyond any number',
};

export const ascent = faulty('own-loop-ascent', ownLoops.ownDescent, {
  fault: 'the gradient is added instead of subtracted',
  change: { loop: ownLoops.byHand(-1) },
  rule: 'loss-divergence',
  alternatives: rises,
  harm: 'skill',
  quick: true,
});

export const creepingRate = faulty('growing-rate', points.linearSgd, {
  fault: 'a schedule that raises the learning rate by 1 % a step',
  change: { rate: (step) => 0.02 * 1.01 ** step },
  rule: 'loss-divergence',
  alternatives: rises,
  harm: 'skill',
});

export const justTooFast = faulty('linear-sgd-rate-1', points.linearSgd, {
  fault: 'learning rate 1 instead of 0.02: a little beyond the limit of stability',
  change: { optimizer: () => tf.train.sgd(1) },
  rule: 'loss-divergence',
  alternatives: rises,
  harm: 'skill',
});
