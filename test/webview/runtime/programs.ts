// User programs that several tests run. Plain tfjs code, as users write it.

/** Data that needs no file: 96 points of three classes. */
export const DATA = `
import * as tf from '@tensorflow/tfjs';
const values = Float32Array.from({ length: 96 * 4 }, (_, i) => Math.sin(i * 1.7) + (Math.floor(i / 4) % 3));
const xs = tf.tensor2d(values, [96, 4]);
const ys = tf.oneHot(tf.tensor1d(Array.from({ length: 96 }, (_, i) => i % 3), 'int32'), 3).toFloat();
function makeModel(compile = true) {
  const model = tf.sequential();
  model.add(tf.layers.dense({ units: 8, inputShape: [4], activation: 'relu' }));
  model.add(tf.layers.dense({ units: 3, activation: 'softmax' }));
  if (compile) model.compile({ optimizer: tf.train.adam(0.01), loss: 'categoricalCrossentropy', metrics: ['accuracy'] });
  return model;
}
`;

/** Twelve steps in two epochs. */
export const FIT = `${DATA}
const model = makeModel();
await model.fit(xs, ys, { epochs: 2, batchSize: 16, validationData: [xs, ys] });
`;

export const FIT_DATASET = `${DATA}
const model = makeModel();
const dataset = tf.data.generator(function* () {
  for (let i = 0; i < 96; i++) yield { xs: xs.slice([i, 0], [1, 4]).squeeze(), ys: ys.slice([i, 0], [1, 3]).squeeze() };
}).shuffle(96).batch(16);
await model.fitDataset(dataset, { epochs: 2 });
`;

export const TRAIN_ON_BATCH = `${DATA}
const model = makeModel();
for (let step = 0; step < 12; step++) await model.trainOnBatch(xs, ys);
`;

/** A plain loop of \`minimize\` that never awaits. */
export const MINIMIZE = (steps: number): string => `${DATA}
const w = tf.variable(tf.zeros([4, 3]), true, 'w');
const optimizer = tf.train.sgd(0.1);
for (let step = 0; step < ${steps}; step++) {
  optimizer.minimize(() => tf.losses.softmaxCrossEntropy(ys, xs.matMul(w)));
}
`;

export const VARIABLE_GRADS = `${DATA}
const w = tf.variable(tf.zeros([4, 3]), true, 'w');
const optimizer = tf.train.momentum(0.05, 0.9);
for (let step = 0; step < 12; step++) {
  const { value, grads } = tf.variableGrads(() => tf.losses.softmaxCrossEntropy(ys, xs.matMul(w)));
  optimizer.applyGradients(grads);
  tf.dispose(grads);
  await value.data();
  value.dispose();
}
`;

export const TWO_OPTIMIZERS = `${DATA}
const a = tf.variable(tf.ones([4, 1]), true, 'generator');
const b = tf.variable(tf.ones([4, 1]), true, 'critic');
const first = tf.train.adam(0.01);
const second = tf.train.rmsprop(0.01);
for (let step = 0; step < 6; step++) {
  first.minimize(() => xs.matMul(a).sub(xs.matMul(b)).square().mean(), false, [a]);
  second.minimize(() => xs.matMul(b).sub(1).square().mean(), false, [b]);
  await tf.nextFrame();
}
`;
