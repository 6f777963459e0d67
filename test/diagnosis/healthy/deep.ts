// Healthy nets of dense layers: normalized, regularized, residual, up to fifty layers deep.
import { tf } from '../harness/backend';
import { healthy, type Recipe } from '../harness/recipe';
import { deep, denseNet, normal } from '../models/dense';
import { blobs, table } from '../tasks/points';
import { classifier } from './points';

/** A net of `hidden` layers on the four classes. */
const on = (options: Partial<Parameters<typeof denseNet>[0]>): Pick<Recipe, 'model'> => ({
  model: denseNet({ inputs: 8, hidden: deep(4, 32), outputs: 4, output: 'softmax', ...options }),
});

export const batchNorm = healthy(
  'batch-norm',
  'normalization within the batch',
  {
    ...classifier,
    ...on({ normalization: 'batch' }),
  },
  { quick: true },
);

export const batchNormSigmoid = healthy(
  'batch-norm-sigmoid-8-deep',
  'sigmoid kept alive by normalization',
  {
    ...classifier,
    ...on({
      hidden: deep(8, 32),
      activation: 'sigmoid',
      initializer: 'glorotUniform',
      normalization: 'batch',
    }),
    optimizer: () => tf.train.adam(0.01),
    batchSize: 64,
    epochs: 40,
  },
);

export const layerNorm = healthy('layer-norm', 'normalization within the sample', {
  ...classifier,
  ...on({ hidden: deep(2, 24), normalization: 'layer' }),
  epochs: 12,
});

export const dropout = healthy('dropout', 'half of the units dropped at each step', {
  ...classifier,
  ...on({ hidden: [128, 64], dropout: 0.5 }),
  epochs: 40,
});

export const decayed = healthy('l2', 'a penalty on the weights that stays in the loss', {
  ...classifier,
  ...on({ hidden: [64, 64], l2: 1e-3 }),
});

export const leaky = healthy('leaky-relu', 'activation as a layer of its own', {
  ...classifier,
  ...on({ activation: 'leakyReLU' }),
});

export const prelu = healthy('prelu', 'an activation with weights of its own', {
  ...classifier,
  ...on({ activation: 'prelu' }),
});

export const wide = healthy('relu-wide-512', 'many units, of which ReLU leaves many silent', {
  ...classifier,
  ...on({ hidden: [512] }),
  optimizer: () => tf.train.adam(0.001),
});

export const reluFifty = healthy(
  'relu-50-deep-residual',
  'fifty layers with shortcuts and batch norm',
  {
    ...classifier,
    ...on({ hidden: deep(50, 12), residual: true, normalization: 'batch' }),
    optimizer: () => tf.train.adam(0.003),
    batchSize: 128,
    epochs: 15,
  },
);

export const residualThirty = healthy('tanh-30-deep-residual', 'shortcuts without normalization', {
  ...classifier,
  ...on({ hidden: deep(30, 16), residual: true, activation: 'tanh', initializer: normal(0.05) }),
  optimizer: () => tf.train.adam(0.001),
  batchSize: 64,
  epochs: 20,
});

export const tanhOrthogonal = healthy(
  'tanh-50-deep-orthogonal',
  'fifty plain layers at the edge of chaos',
  {
    ...classifier,
    ...on({ hidden: deep(50, 24), activation: 'tanh', initializer: 'orthogonal' }),
    optimizer: () => tf.train.adam(0.0003),
    batchSize: 64,
    epochs: 25,
  },
);

export const reluTwenty = healthy('relu-20-deep-he', 'twenty plain layers with He weights', {
  ...classifier,
  ...on({ hidden: deep(20, 48) }),
  optimizer: () => tf.train.adam(0.001),
  batchSize: 64,
  epochs: 20,
});

export const zeroOutput = healthy(
  'zero-output-layer',
  'an output layer that starts from zeros on purpose',
  {
    ...classifier,
    ...on({ hidden: [32, 32], outputInitializer: 'zeros' }),
  },
  { quick: true },
);

export const frozen = healthy(
  'transfer-frozen',
  'layers that are frozen on purpose',
  {
    ...classifier,
    data: table(blobs(8, 4), 1024, 256),
    model: () => {
      const model = denseNet({ inputs: 8, hidden: [64, 32], outputs: 4, output: 'softmax' })();
      model.getLayer('hidden1').trainable = false;
      return model;
    },
  },
  { quick: true },
);
