// Faults of the data: scales, labels out of range, classes without samples.
import { tf } from '../harness/backend';
import { faulty } from '../harness/recipe';
import * as points from '../healthy/points';
import * as real from '../healthy/real';
import { blobs, linear, smooth, table, withInputs, withLabels } from '../tasks/points';
import { images } from '../tasks/images';
import { changed, iris, mnist } from '../tasks/real';
import * as imagesNets from '../healthy/images';
import * as labelsNets from '../healthy/labels';
import * as odd from '../healthy/odd';

export const numbersForClasses = faulty('class-numbers-off-by-one', points.logistic, {
  fault: 'classes numbered from 1: the last one has no output',
  change: {
    data: table(
      withLabels(blobs(8, 4), (y) => [0, ...y.slice(0, 3)]),
      1024,
      256,
    ),
  },
  rule: 'data-range',
  alternatives: {
    rules: ['loss-activation-mismatch'],
    because: 'rows of zeros are no labels for this loss',
  },
  harm: 'skill',
});

export const rawPixels = faulty('mnist-pixels-255', odd.mnistSgd, {
  fault: 'pixels of 0 … 255 instead of 0 … 1',
  change: {
    data: changed(mnist({ train: 2000, validation: 500, flatten: true }), ({ xs, ys }) => ({
      xs: tf.mul(xs, 255),
      ys,
    })),
  },
  rule: 'data-range',
  harm: 'skill',
  quick: true,
});

export const rawImages = faulty('cnn-pixels-255', imagesNets.conv, {
  fault: 'pixels of 0 … 255 instead of 0 … 1',
  change: { data: images(768, 256, { scale: 255 }) },
  rule: 'data-range',
  harm: 'skill',
});

export const tinyInputs = faulty('iris-in-kilometres', real.irisFullBatch, {
  fault: 'lengths in units a hundred thousand times as large',
  change: { data: changed(iris, ({ xs, ys }) => ({ xs: tf.mul(xs, 1e-5), ys })) },
  rule: 'data-range',
  harm: 'skill',
});

export const oneColumn = faulty('one-column-times-1e4', points.linearSgd, {
  fault: 'one of six columns ten thousand times as large',
  change: {
    data: table(
      withInputs(linear(6), (x) => x.map((value, i) => (i === 2 ? 1e4 * value : value))),
      512,
      128,
    ),
  },
  rule: 'data-range',
  harm: 'skill',
});

export const hugeTargets = faulty('labels-times-1e4', points.smoothRelu, {
  fault: 'labels ten thousand times as large',
  change: {
    data: table(
      withLabels(smooth(), (y) => y.map((value) => 1e4 * value)),
      1024,
      256,
    ),
  },
  rule: 'data-range',
  alternatives: {
    rules: ['loss-plateau', 'poor-initialization'],
    because: 'the output is far from such labels, and gets there too slowly to be seen in the loss',
  },
  harm: 'skill',
});

export const constantInputs = faulty('constant-inputs', points.reluAdam, {
  fault: 'every input is the same',
  change: {
    data: table(
      withInputs(blobs(8, 4), (x) => x.map(() => 0.5)),
      1024,
      256,
    ),
  },
  rule: 'data-range',
  alternatives: { rules: ['loss-plateau'], because: 'nothing can be learnt from it' },
  harm: 'skill',
});

export const oneLabel = faulty('all-labels-the-same', points.reluAdam, {
  fault: 'every sample has the same label',
  change: {
    data: table(
      withLabels(blobs(8, 4), () => [1, 0, 0, 0]),
      1024,
      256,
    ),
  },
  rule: 'data-range',
  alternatives: { rules: ['class-imbalance'], because: 'one class has all samples' },
  harm: 'skill',
});

export const majority = faulty('imbalance-majority-only', labelsNets.overlapping, {
  fault: 'one class has 97 % of the samples: the net only ever names it',
  change: { data: table(blobs(8, 4, 2.5, [0.97, 0.01, 0.01, 0.01]), 4096, 512) },
  rule: 'class-imbalance',
  harm: 'skill',
  quick: true,
});

export const rarePositive = faulty('imbalance-rare-positive', labelsNets.tilted, {
  fault: 'one positive in two hundred',
  change: { data: table(labelsNets.tilt(0.005), 4096, 512) },
  rule: 'class-imbalance',
  harm: 'skill',
});

export const rareDigits = faulty('imbalance-mnist-zeros', real.mnistDense, {
  fault: 'nearly all digits but zeros left out',
  change: { data: labelsNets.mostlyZeros, epochs: 80 },
  rule: 'class-imbalance',
  alternatives: {
    rules: ['overfitting'],
    because: 'the few other digits are learnt by heart',
  },
  harm: 'generalization',
});
