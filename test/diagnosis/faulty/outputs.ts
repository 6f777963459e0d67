// Faults of the output: activations that do not fit the loss or the labels.
import { tf } from '../harness/backend';
import { faulty } from '../harness/recipe';
import * as points from '../healthy/points';
import * as real from '../healthy/real';
import { denseNet } from '../models/dense';
import { spirals, table, withLabels } from '../tasks/points';
import * as labelsNets from '../healthy/labels';

const OUTPUT = ['output'];

/** The output of the four classes with another activation. */
const classes = (output: 'sigmoid' | 'linear' | 'relu') =>
  denseNet({ inputs: 8, hidden: [32, 32], outputs: 4, output });

export const doubleSoftmax = faulty('double-softmax', points.reluAdam, {
  fault: 'softmax outputs fed to a loss that takes logits',
  change: { loss: (labels, prediction) => tf.losses.softmaxCrossEntropy(labels, prediction) },
  rule: 'loss-activation-mismatch',
  layers: OUTPUT,
  harm: 'none',
});

export const doubleSoftmaxDirect = faulty('mnist-double-softmax', real.mnistConv, {
  fault: 'tf.losses.softmaxCrossEntropy as the loss of softmax outputs',
  change: { loss: tf.losses.softmaxCrossEntropy },
  rule: 'loss-activation-mismatch',
  layers: OUTPUT,
  harm: 'skill',
});

export const lonelySoftmax = faulty('softmax-of-one-unit', points.spiralRelu, {
  fault: 'softmax over a single unit, which is always 1',
  change: { model: denseNet({ inputs: 2, hidden: [32, 32, 32], outputs: 1, output: 'softmax' }) },
  rule: 'loss-activation-mismatch',
  layers: OUTPUT,
  harm: 'skill',
  quick: true,
});

export const sigmoidClasses = faulty('sigmoid-categorical', points.reluAdam, {
  fault: 'sigmoid outputs with categorical cross-entropy',
  change: { model: classes('sigmoid') },
  rule: 'loss-activation-mismatch',
  layers: OUTPUT,
  harm: 'none',
});

export const linearClasses = faulty('logits-categorical', points.reluAdam, {
  fault: 'linear outputs with categorical cross-entropy, which takes probabilities',
  change: { model: classes('linear') },
  rule: 'loss-activation-mismatch',
  layers: OUTPUT,
  harm: 'skill',
  quick: true,
});

export const reluClasses = faulty('relu-outputs-categorical', points.reluAdam, {
  fault: 'ReLU outputs with categorical cross-entropy',
  change: { model: classes('relu') },
  rule: 'loss-activation-mismatch',
  layers: OUTPUT,
  harm: 'skill',
});

export const linearBinary = faulty('logits-binary', points.spiralRelu, {
  fault: 'a linear output with binary cross-entropy, which takes probabilities',
  change: { model: denseNet({ inputs: 2, hidden: [32, 32, 32], outputs: 1 }) },
  rule: 'loss-activation-mismatch',
  layers: OUTPUT,
  harm: 'skill',
});

export const reluTargets = faulty('relu-output-negative-labels', points.smoothRelu, {
  fault: 'a ReLU output for labels of both signs',
  change: { model: denseNet({ inputs: 5, hidden: [32, 32], outputs: 1, output: 'relu' }) },
  rule: 'loss-activation-mismatch',
  layers: OUTPUT,
  harm: 'skill',
  quick: true,
});

export const sigmoidTargets = faulty('sigmoid-output-real-labels', points.smoothRelu, {
  fault: 'a sigmoid output for labels from −3 to 3',
  change: { model: denseNet({ inputs: 5, hidden: [32, 32], outputs: 1, output: 'sigmoid' }) },
  rule: 'loss-activation-mismatch',
  layers: OUTPUT,
  harm: 'skill',
});

export const tanhTargets = faulty('tanh-output-shifted-labels', labelsNets.scaledRegression, {
  fault: 'a tanh output for labels around 3',
  change: { model: denseNet({ inputs: 5, hidden: [32, 32], outputs: 1, output: 'tanh' }) },
  rule: 'loss-activation-mismatch',
  layers: OUTPUT,
  harm: 'skill',
});

export const signedLabels = faulty('labels-minus-one', points.spiralRelu, {
  fault: 'labels of −1 and 1 with sigmoid and binary cross-entropy',
  change: {
    data: table(
      withLabels(spirals(), (y) => y.map((value) => 2 * value - 1)),
      1024,
      256,
    ),
  },
  rule: 'loss-activation-mismatch',
  alternatives: {
    rules: ['data-range'],
    because: 'labels of −1 are out of the range of this loss',
  },
  harm: 'skill',
});
