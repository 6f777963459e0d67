// Healthy nets on labels that are noisy, uneven, smoothed or shifted.
import type { Tensor } from '@tensorflow/tfjs';
import { randomInteger } from '../../../src/shared/core/random';
import { tf } from '../harness/backend';
import { healthy, type Data, type Samples } from '../harness/recipe';
import { denseNet } from '../models/dense';
import { blobs, oneHot, smooth, spirals, table, tags, withLabels } from '../tasks/points';
import { mnist } from '../tasks/real';
import { binary, classifier, regression } from './points';

export const overlapping = healthy(
  'overlapping-classes',
  'classes that cannot be told apart well: a high loss is the best there is',
  {
    ...classifier,
    data: table(blobs(8, 4, 2.5), 4096, 512),
    model: denseNet({ inputs: 8, hidden: [32], outputs: 4, output: 'softmax' }),
    epochs: 12,
  },
  { quick: true },
);

export const noisyLabels = healthy('noisy-labels', 'a third of the labels are wrong', {
  ...classifier,
  data: table(
    withLabels(blobs(8, 4), (y, random) =>
      random() < 0.33 ? oneHot(randomInteger(random, 4), 4) : y,
    ),
    4096,
    512,
  ),
  model: denseNet({ inputs: 8, hidden: [16], outputs: 4, output: 'softmax' }),
  epochs: 10,
});

export const noisyTargets = healthy(
  'noisy-targets',
  'half of the variance of the labels is noise',
  {
    ...regression,
    data: table(smooth(0.8), 4096, 512),
    model: denseNet({ inputs: 5, hidden: [16], outputs: 1 }),
    epochs: 10,
  },
);

export const multiLabel = healthy('multi-label', 'several ones per row, with sigmoid', {
  ...classifier,
  data: table(tags(8, 5), 1024, 256),
  model: denseNet({ inputs: 8, hidden: [32], outputs: 5, output: 'sigmoid' }),
  loss: 'binaryCrossentropy',
  skill: 'variance',
});

export const imbalanced = healthy(
  'imbalanced-separable',
  'one in twenty is positive, and is found',
  {
    ...classifier,
    data: table(blobs(8, 2, 0.8, [0.95, 0.05]), 2048, 512),
    model: denseNet({ inputs: 8, hidden: [16], outputs: 2, output: 'softmax' }),
  },
);

/** Two classes that overlap much; `share` of the samples are positive. */
export const tilt = (share: number) => {
  const draw = blobs(4, 2, 2.5, [1 - share, share]);
  return withLabels(draw, ([, positive = 0]) => [positive]);
};

export const tilted = healthy('binary-overlapping', 'two classes, half of each', {
  ...classifier,
  data: table(tilt(0.5), 4096, 512),
  model: denseNet({ inputs: 4, hidden: [16], outputs: 1, output: 'sigmoid' }),
  loss: 'binaryCrossentropy',
  epochs: 8,
  skill: 'sign',
});

/** All zeros, and one in fifty of the other digits. */
export const mostlyZeros = async (): Promise<Data> => {
  const all = await mnist({ train: 2000, validation: 500, flatten: true })();
  const pick = ({ xs, ys }: Samples): Samples => {
    const [images, labels] = [xs, ys].flat() as [Tensor, Tensor];
    const classes = labels.argMax(-1);
    const rows = [...classes.dataSync()].flatMap((label, i) =>
      label === 0 || i % 50 === 0 ? [i] : [],
    );
    const kept = tf.tensor1d(rows, 'int32');
    const picked = { xs: tf.gather(images, kept), ys: tf.gather(labels, kept) };
    tf.dispose([images, labels, classes, kept]);
    return picked;
  };
  return { train: pick(all.train), ...(all.validation && { validation: pick(all.validation) }) };
};

export const scaledRegression = healthy(
  'regression-shifted',
  'labels around 3 and a linear output',
  {
    ...regression,
    data: table(
      withLabels(smooth(), (y) => y.map((value) => value + 3)),
      1024,
      256,
    ),
  },
);

export const hinge = healthy('hinge', 'labels of −1 and 1, and a loss that is made for them', {
  ...binary,
  data: table(
    withLabels(spirals(), (y) => y.map((value) => 2 * value - 1)),
    1024,
    256,
  ),
  model: denseNet({ inputs: 2, hidden: [32, 32, 32], outputs: 1, output: 'tanh' }),
  loss: 'hinge',
});

export const smoothedLabels = healthy(
  'label-smoothing',
  'probabilities as labels: the loss never reaches 0',
  {
    ...classifier,
    data: table(
      withLabels(blobs(8, 4), (y) => y.map((value) => 0.9 * value + 0.025)),
      1024,
      256,
    ),
  },
);

export const divergence = healthy('kullback-leibler', 'a loss that ends below zero or at it', {
  ...classifier,
  data: table(
    withLabels(blobs(8, 4), (y) => y.map((value) => 0.9 * value + 0.025)),
    1024,
    256,
  ),
  loss: 'kullbackLeiblerDivergence',
});
