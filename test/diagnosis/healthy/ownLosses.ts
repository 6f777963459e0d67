// Healthy trainings by losses that are functions of the program.
import type { Scalar, Tensor } from '@tensorflow/tfjs';
import { tf } from '../harness/backend';
import { healthy } from '../harness/recipe';
import { denseNet } from '../models/dense';
import { halves, linear, smooth, table, withInputs, withLabels } from '../tasks/points';
import { binary, regression } from './points';

/** A loss by hand: the distance, kept away from the root's infinite slope. */
const distance = (labels: Tensor, prediction: Tensor): Scalar =>
  tf.tidy(() =>
    tf.mean(tf.sqrt(tf.add(tf.squaredDifference(labels, prediction), 1e-7))).asScalar(),
  );

/** Labels of which half are exactly zero. */
export const halfZero = withLabels(smooth(0), (y) => y.map((value) => Math.max(0, value)));

export const distanceLoss = healthy('own-loss-root', 'a loss by hand, with a safe root', {
  ...regression,
  data: table(halfZero, 1024, 256),
  model: denseNet({ inputs: 5, hidden: [32, 32], outputs: 1, outputInitializer: 'zeros' }),
  loss: distance,
});

/** Cross-entropy by hand, clipped as it has to be. */
const entropy = (labels: Tensor, prediction: Tensor): Scalar =>
  tf.tidy(() => {
    const p = tf.clipByValue(prediction, 1e-7, 1 - 1e-7);
    const gain = tf.add(tf.mul(labels, tf.log(p)), tf.mul(tf.sub(1, labels), tf.log(tf.sub(1, p))));
    return tf.neg(tf.mean(gain)).asScalar();
  });

export const entropyLoss = healthy(
  'own-loss-log',
  'cross-entropy by hand, on classes that come apart',
  {
    ...binary,
    data: table(halves(4, 0), 512, 128),
    model: denseNet({ inputs: 4, hidden: [32, 32], outputs: 1, output: 'sigmoid' }),
    loss: entropy,
    optimizer: () => tf.train.adam(0.02),
    epochs: 60,
  },
);

/** Counts with a Poisson likelihood by hand; the exponential is bounded. */
const counts = (labels: Tensor, prediction: Tensor): Scalar =>
  tf.tidy(() => {
    const rate = tf.exp(tf.clipByValue(prediction, -20, 20));
    return tf.mean(tf.sub(rate, tf.mul(labels, prediction))).asScalar();
  });

export const poisson = healthy(
  'own-loss-exp',
  'a likelihood of counts: its loss is negative in the end',
  {
    ...regression,
    data: table(
      withLabels(
        withInputs(linear(4, 0), (x) => x.map((value) => 12 * value)),
        ([y = 0]) => [y > 0 ? 3 : 0],
      ),
      1024,
    ),
    model: denseNet({
      inputs: 4,
      hidden: [16],
      outputs: 1,
      activation: 'tanh',
      initializer: 'glorotUniform',
      outputInitializer: 'glorotUniform',
    }),
    loss: counts,
    optimizer: () => tf.train.adam(0.005),
    skill: 'ranking',
  },
);
