// Small training programs of every kind that tfjs knows, as users write them. Each returns its
// losses. They run on any backend and draw all randomness from Math.random.
import type * as tfjs from '@tensorflow/tfjs';
import type { TfNamespace } from '../../../src/shared/tap/types';

export type Program = (tf: TfNamespace, steps: number) => Promise<number[]>;

/** Replaces Math.random by a seeded generator while `body` runs. */
export async function withSeed<T>(seed: number, body: () => Promise<T>): Promise<T> {
  const { random } = Math;
  let state = seed >>> 0;
  Math.random = () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
  try {
    return await body();
  } finally {
    Math.random = random;
  }
}

const mlp = (tf: TfNamespace): tfjs.Sequential =>
  tf.sequential({
    layers: [
      tf.layers.dense({ units: 12, inputShape: [6], activation: 'relu' }),
      tf.layers.batchNormalization(),
      tf.layers.dropout({ rate: 0.25, seed: 3 }),
      tf.layers.dense({ units: 3, activation: 'softmax' }),
    ],
  });

const cnn = (tf: TfNamespace): tfjs.Sequential =>
  tf.sequential({
    layers: [
      tf.layers.conv2d({ filters: 4, kernelSize: 3, inputShape: [9, 9, 2], activation: 'relu' }),
      tf.layers.maxPooling2d({ poolSize: 2 }),
      tf.layers.conv2d({ filters: 5, kernelSize: 2, activation: 'tanh' }),
      tf.layers.flatten(),
      tf.layers.dense({ units: 3, activation: 'softmax' }),
    ],
  });

const lstm = (tf: TfNamespace): tfjs.Sequential =>
  tf.sequential({
    layers: [
      tf.layers.lstm({ units: 5, inputShape: [7, 3], returnSequences: true }),
      tf.layers.bidirectional({
        layer: tf.layers.gru({ units: 4 }),
        mergeMode: 'concat',
      }),
      tf.layers.dense({ units: 3, activation: 'softmax' }),
    ],
  });

/** The trainable variables of a model, as optimizers take them. */
function variablesOf(model: tfjs.LayersModel): tfjs.Variable[] {
  return model.trainableWeights.map((weight) => weight.read()) as unknown as tfjs.Variable[];
}

/** A batch of inputs and one-hot labels. */
function batch(tf: TfNamespace, shape: number[], size = 8): [tfjs.Tensor, tfjs.Tensor] {
  const values = Float32Array.from(
    { length: size * shape.reduce((a, b) => a * b, 1) },
    () => Math.random() * 2 - 1,
  );
  const labels = Int32Array.from({ length: size }, () => Math.floor(Math.random() * 3));
  return [
    tf.tensor(values, [size, ...shape]),
    tf.tidy(() => tf.oneHot(tf.tensor1d(labels, 'int32'), 3).toFloat()),
  ];
}

/** Trains by trainOnBatch. */
function onBatches(make: (tf: TfNamespace) => tfjs.Sequential, shape: number[]): Program {
  return async (tf, steps) => {
    const model = make(tf);
    model.compile({ optimizer: tf.train.adam(0.01), loss: 'categoricalCrossentropy' });
    const losses: number[] = [];
    for (let i = 0; i < steps; i++) {
      const [x, y] = batch(tf, shape);
      losses.push((await model.trainOnBatch(x, y)) as number);
      tf.dispose([x, y]);
    }
    return losses;
  };
}

/** `fit`: the losses are those of the epochs. */
const fit: Program = async (tf, steps) => {
  const model = mlp(tf);
  model.compile({ optimizer: 'sgd', loss: 'categoricalCrossentropy', metrics: ['accuracy'] });
  const [x, y] = batch(tf, [6], 16);
  const history = await model.fit(x, y, { epochs: Math.ceil(steps / 2), batchSize: 8 });
  tf.dispose([x, y]);
  return history.history['loss'] as number[];
};

/** `fitDataset` with a regularized model. */
const fitDataset: Program = async (tf, steps) => {
  const model = tf.sequential({
    layers: [
      tf.layers.dense({
        units: 3,
        inputShape: [6],
        kernelRegularizer: 'l1l2',
        activation: 'softmax',
      }),
    ],
  });
  model.compile({ optimizer: 'rmsprop', loss: 'categoricalCrossentropy' });
  const [x, y] = batch(tf, [6], 8 * steps);
  const rows = tf.data
    .zip({ xs: tf.data.array(unstack(x)), ys: tf.data.array(unstack(y)) })
    .batch(8);
  // tfjs-layers declares a Dataset of its own, which that of tfjs-data satisfies without being it.
  // eslint-disable-next-line @typescript-eslint/no-unsafe-class-instance-assignment
  const history = await model.fitDataset(rows, { epochs: 1 });
  tf.dispose([x, y]);
  return history.history['loss'] as number[];
};

function unstack(tensor: tfjs.Tensor): number[][] {
  return tensor.arraySync() as number[][];
}

/** A plain loop over bare variables that never awaits. */
const minimize: Program = (tf, steps) => {
  const w = tf.variable(tf.randomUniform([4, 3], -1, 1), true);
  const b = tf.variable(tf.zeros([3]), true);
  const unused = tf.variable(tf.ones([2]), true);
  const optimizer = tf.train.momentum(0.05, 0.9);
  const losses: number[] = [];
  for (let i = 0; i < steps; i++) {
    const [x, y] = batch(tf, [4]);
    const loss = optimizer.minimize(() => {
      const logits = tf.add(tf.matMul(x as tfjs.Tensor2D, w as tfjs.Tensor2D), b);
      return tf.losses.softmaxCrossEntropy(y, logits).asScalar();
    }, true);
    losses.push(loss!.dataSync()[0]!);
    tf.dispose([x, y, loss!]);
  }
  tf.dispose([w, b, unused]);
  optimizer.dispose();
  return Promise.resolve(losses);
};

/** variableGrads, clipping by hand, applyGradients. */
const clipped: Program = (tf, steps) => {
  const model = mlp(tf);
  const optimizer = tf.train.sgd(0.1);
  const losses: number[] = [];
  const variables = variablesOf(model);
  for (let i = 0; i < steps; i++) {
    const [x, y] = batch(tf, [6]);
    const { value, grads } = tf.variableGrads(
      () =>
        tf.losses
          .sigmoidCrossEntropy(y, model.apply(x, { training: true }) as tfjs.Tensor)
          .asScalar(),
      variables,
    );
    const clippedGrads = tf.tidy(() =>
      Object.fromEntries(
        Object.entries(grads).map(([name, g]) => [name, tf.clipByValue(g, -0.01, 0.01)]),
      ),
    );
    optimizer.applyGradients(clippedGrads);
    losses.push(value.dataSync()[0]!);
    tf.dispose([x, y, value, grads, clippedGrads]);
  }
  model.dispose();
  return Promise.resolve(losses);
};

/** Two models and two optimizers in turn. Losses: discriminator, generator, discriminator, … */
const gan: Program = (tf, steps) => {
  const generator = tf.sequential({
    layers: [
      tf.layers.dense({ units: 8, inputShape: [4], activation: 'relu', name: 'generate' }),
      tf.layers.dense({ units: 6, name: 'sample' }),
    ],
  });
  const discriminator = tf.sequential({
    layers: [
      tf.layers.dense({ units: 8, inputShape: [6], activation: 'relu', name: 'look' }),
      tf.layers.dense({ units: 1, name: 'judge' }),
    ],
  });
  const optimizers = [tf.train.adam(0.01), tf.train.adam(0.02)] as const;
  const judge = (x: tfjs.Tensor, label: number): tfjs.Scalar => {
    const logits = discriminator.apply(x) as tfjs.Tensor;
    return tf.losses
      .sigmoidCrossEntropy(tf.fill(logits.shape as [number, number], label), logits)
      .asScalar();
  };
  const losses: number[] = [];
  for (let i = 0; i < steps; i++) {
    const [real, unusedLabels] = batch(tf, [6]);
    const [noise, unusedToo] = batch(tf, [4]);
    const fake = (): tfjs.Tensor => generator.apply(noise) as tfjs.Tensor;
    const trainDiscriminator = i % 2 === 0;
    const loss = optimizers[trainDiscriminator ? 0 : 1].minimize(
      () => (trainDiscriminator ? judge(real, 1).add(judge(fake(), 0)) : judge(fake(), 1)),
      true,
      variablesOf(trainDiscriminator ? discriminator : generator),
    );
    losses.push(loss!.dataSync()[0]!);
    tf.dispose([real, noise, unusedLabels, unusedToo, loss!]);
  }
  generator.dispose();
  discriminator.dispose();
  optimizers.forEach((optimizer) => optimizer.dispose());
  return Promise.resolve(losses);
};

/** Every program by name. */
export const PROGRAMS: Readonly<Record<string, Program>> = {
  'trainOnBatch mlp': onBatches(mlp, [6]),
  'trainOnBatch cnn': onBatches(cnn, [9, 9, 2]),
  'trainOnBatch lstm': onBatches(lstm, [7, 3]),
  fit,
  fitDataset,
  minimize,
  clipped,
  gan,
};
