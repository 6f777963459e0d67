// Small nets of every layout that weights come in, with seeded weights and batches.
import type * as tfjs from '@tensorflow/tfjs';

type Tf = typeof tfjs;

export interface Net {
  make(tf: Tf): tfjs.LayersModel;
  inputShape: number[];
}

const init = (tf: Tf, seed: number) => ({
  kernelInitializer: tf.initializers.glorotUniform({ seed }),
});

const mlp: Net = {
  inputShape: [41],
  make: (tf) =>
    tf.sequential({
      layers: [
        tf.layers.dense({ units: 13, inputShape: [41], activation: 'relu', ...init(tf, 1) }),
        tf.layers.dense({ units: 8, activation: 'sigmoid', ...init(tf, 2) }),
        tf.layers.dense({ units: 3, activation: 'softmax', ...init(tf, 3) }),
      ],
    }),
};

const cnn: Net = {
  inputShape: [9, 9, 2],
  make: (tf) =>
    tf.sequential({
      layers: [
        tf.layers.conv2d({ filters: 5, kernelSize: 3, inputShape: [9, 9, 2], ...init(tf, 1) }),
        tf.layers.maxPooling2d({ poolSize: 2 }),
        tf.layers.depthwiseConv2d({
          kernelSize: 2,
          depthwiseInitializer: tf.initializers.glorotUniform({ seed: 2 }),
        }),
        tf.layers.conv2d({ filters: 4, kernelSize: 2, activation: 'tanh', ...init(tf, 3) }),
        tf.layers.flatten(),
        tf.layers.dense({ units: 3, activation: 'softmax', ...init(tf, 4) }),
      ],
    }),
};

/** Batch norm and a residual connection. */
const residual: Net = {
  inputShape: [6, 6, 3],
  make: (tf) => {
    const conv = (seed: number) =>
      tf.layers.conv2d({ filters: 4, kernelSize: 3, padding: 'same', ...init(tf, seed) });
    const normalize = () => tf.layers.batchNormalization();
    const input = tf.input({ shape: [6, 6, 3] });
    let x = conv(1).apply(input) as tfjs.SymbolicTensor;
    const skip = x;
    x = tf.layers.reLU().apply(normalize().apply(x)) as tfjs.SymbolicTensor;
    x = normalize().apply(conv(2).apply(x)) as tfjs.SymbolicTensor;
    x = tf.layers.add().apply([x, skip]) as tfjs.SymbolicTensor;
    x = tf.layers.globalAveragePooling2d({}).apply(x) as tfjs.SymbolicTensor;
    const output = tf.layers.dense({ units: 3, activation: 'softmax', ...init(tf, 3) }).apply(x);
    return tf.model({ inputs: input, outputs: output as tfjs.SymbolicTensor });
  },
};

const lstm: Net = {
  inputShape: [5, 3],
  make: (tf) =>
    tf.sequential({
      layers: [
        tf.layers.lstm({
          units: 6,
          inputShape: [5, 3],
          recurrentInitializer: tf.initializers.glorotUniform({ seed: 2 }),
          ...init(tf, 1),
        }),
        tf.layers.dense({ units: 3, activation: 'softmax', ...init(tf, 3) }),
      ],
    }),
};

export const NETS: Readonly<Record<string, Net>> = { mlp, cnn, residual, lstm };

/** One optimizer per formula that is fused. */
export const OPTIMIZERS: Readonly<Record<string, (tf: Tf) => tfjs.Optimizer>> = {
  adam: (tf) => tf.train.adam(0.01),
  sgd: (tf) => tf.train.sgd(0.1),
  momentum: (tf) => tf.train.momentum(0.05, 0.9),
  nesterov: (tf) => tf.train.momentum(0.05, 0.9, true),
  rmsprop: (tf) => tf.train.rmsprop(0.01, 0.9, 0.3),
  'centred rmsprop': (tf) => tf.train.rmsprop(0.01, 0.95, 0, 1e-7, true),
  adagrad: (tf) => tf.train.adagrad(0.05, 0.2),
  adamax: (tf) => new tf.AdamaxOptimizer(0.01, 0.9, 0.999, undefined, 0.01),
  adadelta: (tf) => tf.train.adadelta(1, 0.95),
};
