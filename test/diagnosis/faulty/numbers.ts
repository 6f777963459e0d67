// Faults that end in NaN or infinity: in the data, or in a loss by hand.
import type { Scalar, Tensor } from '@tensorflow/tfjs';
import { tf } from '../harness/backend';
import { faulty } from '../harness/recipe';
import * as points from '../healthy/points';
import { blobs, linear, table, withInputs } from '../tasks/points';
import { changed } from '../tasks/real';
import * as imagesNets from '../healthy/images';
import * as ownLosses from '../healthy/ownLosses';

const poisonedData = {
  rules: ['data-range'] as const,
  because: 'the values that are not finite are in the data',
};

export const nanInput = faulty('nan-in-inputs', points.reluAdam, {
  fault: 'a missing value (NaN) in one of a thousand inputs',
  change: {
    data: table(
      withInputs(blobs(8, 4), (x, random) => x.map((value) => (random() < 1e-3 ? NaN : value))),
      1024,
      256,
    ),
  },
  rule: 'non-finite',
  alternatives: poisonedData,
  harm: 'skill',
  quick: true,
});

export const infiniteInput = faulty('infinity-in-inputs', imagesNets.conv, {
  fault: 'an infinite value in one image',
  change: {
    data: changed(imagesNets.imageNet.data, ({ xs, ys }) => {
      const mask = tf.oneHot(tf.tensor1d([300], 'int32'), xs.shape[0]).reshape([-1, 1, 1, 1]);
      const infinite = tf.div(mask, 0).where(mask.cast('bool'), tf.zerosLike(mask));
      return { xs: xs.shape[0] > 300 ? tf.add(xs, infinite) : xs, ys };
    }),
  },
  rule: 'non-finite',
  alternatives: poisonedData,
  harm: 'skill',
});

export const nanLabel = faulty('nan-in-labels', points.smoothRelu, {
  fault: 'a missing label (NaN) in one of a thousand samples',
  change: {
    data: changed(points.regression.data, ({ xs, ys }) => {
      const rows = ys.dataSync().slice();
      rows[100] = NaN;
      return { xs, ys: tf.tensor2d(rows, [rows.length, 1]) };
    }),
  },
  rule: 'non-finite',
  alternatives: poisonedData,
  harm: 'skill',
});

export const scaledByZero = faulty('constant-column-standardized', points.linearSgd, {
  fault: 'a constant column divided by its deviation of 0',
  change: {
    data: table(
      withInputs(linear(6), (x) => x.map((value, i) => (i === 5 ? NaN : value))),
      512,
      128,
    ),
  },
  rule: 'non-finite',
  alternatives: poisonedData,
  harm: 'skill',
});

export const openLog = faulty('own-loss-log-of-zero', ownLosses.entropyLoss, {
  fault: 'cross-entropy by hand without a bound: 0 · log 0 once the net is sure',
  change: {
    loss: (labels: Tensor, prediction: Tensor): Scalar =>
      tf.tidy(() => {
        const gain = tf.add(
          tf.mul(labels, tf.log(prediction)),
          tf.mul(tf.sub(1, labels), tf.log(tf.sub(1, prediction))),
        );
        return tf.neg(tf.mean(gain)).asScalar();
      }),
  },
  rule: 'non-finite',
  harm: 'skill',
  quick: true,
});

export const openRoot = faulty('own-loss-root-at-zero', ownLosses.distanceLoss, {
  fault: 'the root of a squared difference that is exactly zero has an infinite slope',
  change: {
    loss: (labels: Tensor, prediction: Tensor): Scalar =>
      tf.tidy(() => tf.mean(tf.sqrt(tf.squaredDifference(labels, prediction))).asScalar()),
  },
  rule: 'non-finite',
  harm: 'skill',
});

export const openExp = faulty('own-loss-exp-overflow', ownLosses.poisson, {
  fault: 'an exponential without a bound, on outputs beyond 88',
  change: {
    loss: (labels: Tensor, prediction: Tensor): Scalar =>
      tf.tidy(() =>
        tf.mean(tf.sub(tf.exp(tf.mul(prediction, 60)), tf.mul(labels, prediction))).asScalar(),
      ),
  },
  rule: 'non-finite',
  alternatives: {
    rules: ['exploding-gradient'],
    because: 'the exponential makes gradients grow until they overflow',
  },
  harm: 'skill',
});

export const openQuotient = faulty('own-loss-relative-error', points.smoothRelu, {
  fault: 'an error relative to labels, which can be zero',
  change: {
    loss: (labels: Tensor, prediction: Tensor): Scalar =>
      tf.tidy(() => {
        // Labels are rounded to tenths, as measured values often are.
        const truth = tf.div(tf.round(tf.mul(labels, 10)), 10);
        return tf.mean(tf.abs(tf.div(tf.sub(truth, prediction), truth))).asScalar();
      }),
  },
  rule: 'non-finite',
  harm: 'skill',
});
