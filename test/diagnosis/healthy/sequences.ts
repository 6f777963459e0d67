// Healthy recurrent nets, and nets of tokens.
import { tf } from '../harness/backend';
import { healthy, type Recipe } from '../harness/recipe';
import { apply } from '../models/apply';
import { recurrentNet } from '../models/recurrent';
import { forecast, memory, sentences, series, waves } from '../tasks/series';

/** Three kinds of waves. */
export const waveNet: Recipe = {
  data: series(waves(12), 512, 128),
  model: recurrentNet({ kind: 'lstm', steps: 12, units: [16], outputs: 3, output: 'softmax' }),
  optimizer: () => tf.train.adam(0.01),
  loss: 'categoricalCrossentropy',
  batchSize: 32,
  epochs: 12,
  skill: 'classes',
};

export const lstm = healthy('lstm', 'gates that saturate as they learn', waveNet, { quick: true });

export const gru = healthy('gru-stacked', 'two recurrent layers', {
  ...waveNet,
  model: recurrentNet({ kind: 'gru', steps: 12, units: [12, 12], outputs: 3, output: 'softmax' }),
});

/** One value ahead of a series. */
export const forecaster: Recipe = {
  ...waveNet,
  data: series(forecast(12), 512, 128),
  model: recurrentNet({ kind: 'simpleRNN', steps: 12, units: [16], outputs: 1 }),
  optimizer: () => tf.train.adam(0.003),
  loss: 'meanSquaredError',
  epochs: 15,
  skill: 'variance',
};

export const simpleRnn = healthy('simple-rnn', 'tanh through twelve steps', forecaster);

export const bidirectional = healthy('lstm-bidirectional', 'a wrapper around two layers', {
  ...waveNet,
  model: recurrentNet({
    kind: 'lstm',
    steps: 12,
    units: [8],
    outputs: 3,
    output: 'softmax',
    bidirectional: true,
  }),
});

export const lstmMemory = healthy(
  'lstm-memory',
  'chance level for a while, until the first value is remembered',
  {
    ...waveNet,
    data: series(memory(10), 512, 128),
    model: recurrentNet({ kind: 'lstm', steps: 10, units: [12], outputs: 1, output: 'sigmoid' }),
    loss: 'binaryCrossentropy',
    epochs: 30,
    skill: 'ranking',
  },
);

/** Short texts. */
export const textNet: Recipe = {
  ...waveNet,
  data: sentences(12, 60, 768, 256),
  model: () => {
    const input = tf.input({ shape: [12] });
    let x = apply(tf.layers.embedding({ name: 'embedding', inputDim: 60, outputDim: 8 }), input);
    x = apply(tf.layers.globalAveragePooling1d({}), x);
    x = apply(
      tf.layers.dense({
        name: 'hidden1',
        units: 16,
        activation: 'relu',
        kernelInitializer: 'heUniform',
      }),
      x,
    );
    x = apply(
      tf.layers.dense({
        name: 'output',
        units: 1,
        activation: 'sigmoid',
        kernelInitializer: 'glorotUniform',
      }),
      x,
    );
    return tf.model({ inputs: input, outputs: x });
  },
  loss: 'binaryCrossentropy',
  epochs: 15,
  skill: 'ranking',
};

export const embedding = healthy('embedding', 'token numbers as inputs, sparse gradients', textNet);

export const embeddingLstm = healthy('embedding-lstm', 'a text classifier', {
  ...textNet,
  model: recurrentNet({
    kind: 'lstm',
    steps: 12,
    vocabulary: 60,
    units: [12],
    outputs: 1,
    output: 'sigmoid',
  }),
  optimizer: () => tf.train.adam(0.005),
  epochs: 8,
});
