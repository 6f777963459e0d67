// Remedies that edit how a model trains: optimizer, loss, options of the training, data. Sources are
// built as in the tests of layers; what is not offered is as important as what is.
import assert from 'node:assert/strict';
import { Builder } from './builtLayers';
import { check, dedent, fixedSources, typeErrors, type Case } from './cases';
import { experiment, program, tape } from './trainingSources';

const lower = (rate?: number): Case['remedy'] => ({
  id: 'lower-learning-rate',
  ...(rate !== undefined && { values: { rate } }),
});
const js = { file: 'net.js' };

const cases: Case[] = [
  {
    name: 'rate in the options of an optimizer',
    source: experiment(`{ name: 'sgd', learningRate: 0.1, momentum: 0.9 }`),
    remedy: lower(0.01),
    becomes: [['learningRate: 0.1,', 'learningRate: 0.01,']],
    title: 'Lower the learning rate from 0.1 to 0.01',
  },
  {
    name: 'rate of an optimizer given by name, ten times lower by default',
    source: experiment(`'adam'`),
    remedy: lower(),
    context: { learningRate: 0.001 },
    becomes: [[`'adam'`, `{ name: 'adam', learningRate: 0.0001 }`]],
  },
  {
    name: 'rate that options leave out',
    source: experiment(`{ name: 'rmsprop', momentum: 0.5 }`),
    remedy: lower(1e-5),
    becomes: [[`'rmsprop', `, `'rmsprop', learningRate: 0.00001, `]],
  },
  {
    name: 'rate as a constant, used twice',
    source: experiment(
      `{ name: 'sgd', learningRate: RATE }`,
      ` schedule: { type: 'linear', end: RATE / 10 },`,
      'const RATE = 1e-1;',
    ),
    remedy: { id: 'raise-learning-rate', values: { rate: 0.3 } },
    becomes: [['RATE = 1e-1', 'RATE = 0.3']],
    title: 'Raise the learning rate from 0.1 to 0.3',
  },
  {
    name: 'rate as a hyperparameter',
    source: dedent(`
      import * as tf from '@tensorflow/tfjs';
      import type { HyperparameterValues, Training } from 'gradient-lens';
      export const hyperparameters = { learningRate: { default: 0.1, values: [0.1, 0.2] }, units: 4 };
      export const model = () => tf.sequential({ layers: [tf.layers.dense({ inputShape: [4], units: 2 })] });
      export const data = () => ({ train: { xs: tf.ones([2, 4]), ys: tf.ones([2, 2]) } });
      export const training = ({ learningRate }: HyperparameterValues): Training => ({
        optimizer: { name: 'sgd', learningRate: learningRate as number },
        loss: 'meanSquaredError',
      });
    `),
    remedy: lower(0.01),
    becomes: [['default: 0.1', 'default: 0.01']],
  },
  {
    name: 'rate of tf.train in compile',
    ...js,
    source: program('tf.train.adam(3 * 0.1, 0.9)'),
    remedy: lower(0.03),
    becomes: [['adam(3 * 0.1, 0.9)', 'adam(0.03, 0.9)']],
  },
  {
    name: 'rate of a name in compile',
    ...js,
    source: program(`'sgd'`),
    remedy: lower(0.001),
    becomes: [[`'sgd'`, 'tf.train.sgd(0.001)']],
  },
  {
    name: 'rate of a class of optimizer that is handed none',
    ...js,
    source: program('tf.train.adam()'),
    remedy: { id: 'raise-learning-rate', values: { rate: 0.01 } },
    becomes: [['adam()', 'adam(0.01)']],
  },
  {
    name: 'rate of the one of two optimizers that trained with it',
    ...js,
    source: `${program('tf.train.adam(0.1)')}const other = require('@tensorflow/tfjs').train.sgd(0.2);\n`,
    remedy: lower(0.01),
    context: { learningRate: 0.1 },
    becomes: [['adam(0.1)', 'adam(0.01)']],
  },
  {
    name: 'rate of two optimizers alike',
    ...js,
    source: `${program('tf.train.adam(0.1)')}tf.train.adam(0.1);\n`,
    remedy: lower(0.01),
    context: { learningRate: 0.1 },
  },
  {
    name: 'rate that no text states',
    ...js,
    source: program('tf.train.adam(Number(globalThis.rate ?? 0.1))'),
    remedy: lower(0.01),
  },
  {
    name: 'clipping by norm in an experiment, over an object of many lines',
    source: experiment(`'adam'`),
    remedy: { id: 'clip-norm', values: { norm: 1 } },
    becomes: [[`Crossentropy',\n}`, `Crossentropy',\n  clipNorm: 1,\n}`]],
    title: 'Clip the gradients to a norm of 1',
  },
  {
    name: 'clipping tighter than before',
    source: experiment(`'adam'`, ' clipValue: 10,'),
    remedy: { id: 'clip-value', values: { value: 0.5 } },
    becomes: [['clipValue: 10', 'clipValue: 0.5']],
    title: 'Clip each gradient to ±0.5',
  },
  {
    name: 'clipping where fit updates the weights',
    ...js,
    source: program(`'sgd'`),
    remedy: { id: 'clip-norm' },
  },
  {
    name: 'clipping by norm of a program that updates its weights itself',
    source: tape,
    remedy: { id: 'clip-norm', values: { norm: 2 } },
    file: 'tape.ts',
    becomes: [
      [
        `    optimizer.minimize(loss, false, [w]);`,
        `    tf.tidy(() => {\n      optimizer.applyGradients(clipByNorm(tf.variableGrads(loss, [w]).grads, 2));\n    });`,
      ],
      [
        `    optimizer.applyGradients(grads);`,
        `    tf.tidy(() => {\n      optimizer.applyGradients(clipByNorm(grads, 2));\n    });`,
      ],
      [
        `}\ntrain();\n`,
        dedent(`
          }
          train();

          /** Scales all gradients together so that their norm is at most \`limit\`. */
          function clipByNorm(grads: tf.NamedTensorMap, limit: number): tf.NamedTensorMap {
            const squares = Object.values(grads).map((grad) => grad.square().sum());
            const scale = tf.minimum(1, tf.div(limit, tf.addN(squares).sqrt()));
            return Object.fromEntries(Object.entries(grads).map(([name, grad]) => [name, grad.mul(scale)]));
          }
        `),
      ],
    ],
  },
  {
    name: 'clipping of gradients in a list',
    source: tape.replace(
      '(grads);',
      '(Object.entries(grads).map(([name, tensor]) => ({ name, tensor })));',
    ),
    remedy: { id: 'clip-norm' },
    file: 'tape.ts',
  },
  {
    name: 'clipping by value of a program that updates its weights itself',
    source: tape,
    remedy: { id: 'clip-value', values: { value: 0.1 } },
    file: 'tape.ts',
    becomes: [
      [
        `    optimizer.minimize(loss, false, [w]);`,
        `    tf.tidy(() => {\n      optimizer.applyGradients(clipEach(tf.variableGrads(loss, [w]).grads, 0.1));\n    });`,
      ],
      [
        `    optimizer.applyGradients(grads);`,
        `    tf.tidy(() => {\n      optimizer.applyGradients(clipEach(grads, 0.1));\n    });`,
      ],
      [
        `}\ntrain();\n`,
        dedent(`
          }
          train();

          /** Limits every gradient element to ± \`limit\`. */
          function clipEach(grads: tf.NamedTensorMap, limit: number): tf.NamedTensorMap {
            return Object.fromEntries(Object.entries(grads).map(([name, grad]) => [name, grad.clipByValue(-limit, limit)]));
          }
        `),
      ],
    ],
  },
  {
    name: 'loss of an experiment',
    source: experiment(`'adam'`),
    remedy: { id: 'switch-loss', values: { loss: 'binaryCrossentropy' } },
    becomes: [[`'categoricalCrossentropy'`, `'binaryCrossentropy'`]],
    title: 'Use the loss binaryCrossentropy',
  },
  {
    name: 'loss that is a function of tfjs',
    ...js,
    source: program(`'adam'`),
    remedy: { id: 'switch-loss', values: { loss: 'sigmoidCrossEntropy' } },
    becomes: [[`'meanSquaredError'`, 'tf.losses.sigmoidCrossEntropy']],
  },
  {
    name: 'softmax before a loss that takes logits',
    source: experiment(`'adam'`),
    remedy: { id: 'drop-softmax' },
    becomes: [[`units: 2, activation: 'softmax', `, 'units: 2, ']],
    title: 'Let the output layer out give logits, without an activation',
  },
  {
    name: 'units and activation of the output',
    source: experiment(`'adam'`),
    remedy: { id: 'change-output', values: { activation: 'sigmoid', units: 1 } },
    becomes: [[`units: 2, activation: 'softmax', `, `units: 1, activation: 'sigmoid', `]],
    title: `Give the output layer out 1 unit and activation 'sigmoid'`,
  },
  {
    name: 'inputs of an experiment, for training and validation',
    source: experiment(`'adam'`),
    remedy: { id: 'scale-data', values: { offset: 0, factor: 1 / 255 } },
    becomes: [['tf.randomUniform([8, 4], 0, 255)', 'tf.randomUniform([8, 4], 0, 255).div(255)']],
    title: 'Scale the inputs by .div(255)',
  },
  {
    name: 'inputs of a program, where their tensor is made',
    ...js,
    source: program(`'adam'`),
    remedy: { id: 'scale-data', values: { offset: 127.5, factor: 0.0129412 } },
    becomes: [['tf.ones([4, 4])', 'tf.ones([4, 4]).sub(127.5).mul(0.01294)']],
  },
  {
    name: 'labels of a program',
    ...js,
    source: program(`'adam'`),
    remedy: { id: 'scale-data', values: { offset: 5, factor: 0.5, of: 'labels' } },
    becomes: [['tf.ones([4, 1])', 'tf.ones([4, 1]).sub(5).div(2)']],
    title: 'Scale the labels by .sub(5).div(2)',
  },
  {
    name: 'inputs of a program that are no tensors of its own',
    ...js,
    source: program(`'adam'`).replace('tf.ones([4, 4])', 'globalThis.images ?? tf.ones([4, 4])'),
    remedy: { id: 'scale-data', values: { factor: 0.5 } },
  },
  {
    name: 'a table that its reader can scale',
    source: dedent(`
      import * as tf from '@tensorflow/tfjs';
      import { csv } from 'gradient-lens';
      export const model = () => tf.sequential({ layers: [tf.layers.dense({ inputShape: [4], units: 2 })] });
      export const data = () => csv('points.csv', { label: 'class' });
      export const training = { loss: 'meanSquaredError' };
    `),
    remedy: { id: 'scale-data', values: { factor: 0.5 } },
    becomes: [[`{ label: 'class' }`, `{ label: 'class', scale: 'standard' }`]],
  },
  {
    name: 'early stopping of an experiment',
    source: experiment(`'adam'`),
    remedy: { id: 'early-stopping' },
    becomes: [[`Crossentropy',\n}`, `Crossentropy',\n  earlyStopping: { patience: 3 },\n}`]],
  },
  {
    name: 'early stopping of fit',
    ...js,
    source: program(`'adam'`, ', validationSplit: 0.5'),
    remedy: { id: 'early-stopping', values: { patience: 5 } },
    becomes: [
      [
        'validationSplit: 0.5 }',
        `validationSplit: 0.5, callbacks: tf.callbacks.earlyStopping({ monitor: 'val_loss', patience: 5 }) }`,
      ],
    ],
  },
  {
    name: 'early stopping without validation data',
    ...js,
    source: program(`'adam'`),
    remedy: { id: 'early-stopping' },
  },
  {
    name: 'weights of classes',
    ...js,
    source: program(`'adam'`),
    remedy: { id: 'class-weights', values: { 0: 0.52, 1: 9.8765 } },
    becomes: [['verbose: 0 }', 'verbose: 0, classWeight: { 0: 0.52, 1: 9.88 } }']],
    title: 'Weigh the 2 classes by how rare they are',
  },
  {
    name: 'weights of classes in an experiment, which has none',
    source: experiment(`'adam'`),
    remedy: { id: 'class-weights', values: { 0: 0.52, 1: 9.8765 } },
  },
  {
    name: 'a larger batch',
    source: experiment(`'adam'`, '\n  batchSize: 1,'),
    remedy: { id: 'larger-batch', values: { size: 32 } },
    becomes: [['batchSize: 1', 'batchSize: 32']],
    title: 'Train with batches of 32 instead of 1 samples',
  },
  {
    name: 'shuffling that was switched off',
    ...js,
    source: program(`'adam'`, ', shuffle: false'),
    remedy: { id: 'shuffle' },
    becomes: [['shuffle: false', 'shuffle: true']],
  },
  { name: 'shuffling that is on', source: experiment(`'adam'`), remedy: { id: 'shuffle' } },
  {
    name: 'a frozen layer',
    source: dedent(`
      import * as tf from '@tensorflow/tfjs';
      export const model = () => tf.sequential({ layers: [
        tf.layers.dense({ inputShape: [4], units: 2, trainable: false, name: 'ice' }),
        tf.layers.dense({
          units: 2,
          trainable: false,
        }),
        tf.layers.dense({ units: 2 }),
      ] });
    `),
    remedy: { id: 'unfreeze', layers: ['ice'] },
    becomes: [[`trainable: false, name`, 'name']],
    title: 'Let layer ice learn',
  },
  {
    name: 'the only layer that is frozen, by assignment',
    ...js,
    source: program(`'adam'`).replace(
      'model.compile',
      'model.add(tf.layers.dense({ units: 1 }));\nmodel.layers[0].trainable = false;\nmodel.compile',
    ),
    remedy: { id: 'unfreeze', layers: ['elsewhere'] },
    becomes: [['trainable = false', 'trainable = true']],
  },
  {
    name: 'what only a person can do',
    source: experiment(`'adam'`),
    remedy: { id: 'check-data' },
  },
];

describe('fixes of training', () => {
  let builder: Builder;

  before(async () => {
    builder = await Builder.open();
    fixedSources.clear();
  });
  after(() => builder.close());

  for (const one of cases) {
    it(`${one.name}${one.becomes ? '' : ' (not offered)'}`, () => check(builder, one));
  }

  it('leaves sources that type-check', () => {
    assert.deepEqual(typeErrors(fixedSources), []);
  }).timeout(60_000);
});
