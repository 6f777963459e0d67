// Remedies that edit layers, over the styles in which nets are written. The layers and their places
// come from the real bundler and the real tap; fixed sources are built again and type-checked.
import assert from 'node:assert/strict';
import { applyEdits } from '../../../src/fixes';
import { Builder } from './builtLayers';
import { check, dedent, fixedSources, plan, typeErrors, type Case } from './cases';
import {
  array,
  destructured,
  functional,
  helper,
  loop,
  pushed,
  recurrent,
  separate,
  shared,
  unbraced,
} from './sources';

const RELU = {
  id: 'change-activation',
  values: { activation: 'relu', initializer: 'heUniform' },
} as const;

const cases: Case[] = [
  {
    name: 'activation in a loop, over several lines with comments',
    source: loop,
    remedy: RELU,
    layers: [0, 1],
    becomes: [
      [`'sigmoid', // squashes`, `'relu', // squashes`],
      [`'glorotUniform',\n`, `'heUniform',\n`],
    ],
    title: `Use activation 'relu' with heUniform in 3 hidden layers`,
  },
  {
    name: 'activation in a list, CommonJS, double quotes, no trailing comma',
    source: array,
    file: 'net.js',
    remedy: RELU,
    layers: [1],
    becomes: [
      [
        `activation: "tanh" }), // second`,
        `activation: "relu", kernelInitializer: "heUniform" }), // second`,
      ],
    ],
    title: `Use activation 'relu' with heUniform in layer second`,
  },
  {
    name: 'activation in functional models with named imports',
    source: functional,
    remedy: RELU,
    becomes: [[`activation: 'sigmoid' }`, `activation: 'relu', kernelInitializer: 'heUniform' }`]],
  },
  {
    name: 'activation handed to a helper: default, constant, and not that of the output',
    source: helper,
    remedy: RELU,
    becomes: [
      [`HIDDEN = 'sigmoid'`, `HIDDEN = 'relu'`],
      [`'softmax' = 'sigmoid'`, `'softmax' = 'relu'`],
      [
        `dense({ units, activation })`,
        `dense({ units, activation, kernelInitializer: activation === 'relu' ? 'heUniform' : 'glorotUniform' })`,
      ],
    ],
    title: `Use activation 'relu' with heUniform in 2 hidden layers`,
  },
  {
    name: 'activation as a constant, layers made by map',
    source: destructured,
    remedy: RELU,
    becomes: [
      [`ACTIVATION = 'sigmoid'`, `ACTIVATION = 'relu'`],
      [`activation: ACTIVATION }`, `activation: ACTIVATION, kernelInitializer: 'heUniform' }`],
    ],
  },
  {
    name: 'batch normalization in a loop',
    source: loop,
    remedy: { id: 'batch-normalization' },
    becomes: [[`    );\n  }`, `    );\n    net.add(tf.layers.batchNormalization());\n  }`]],
    title: 'Add batch normalization after 3 hidden layers',
  },
  {
    name: 'batch normalization in a list, behind comments',
    source: array,
    file: 'net.js',
    remedy: { id: 'batch-normalization' },
    becomes: [
      [
        `inputShape: [4], units: 4, activation: "tanh" }),`,
        `inputShape: [4], units: 4, activation: "tanh" }),\n    tfc.layers.batchNormalization(),`,
      ],
      [`}), // second`, `}), // second\n    tfc.layers.batchNormalization(),`],
    ],
  },
  {
    name: 'batch normalization in functional models',
    source: functional,
    remedy: { id: 'batch-normalization' },
    becomes: [
      [
        `let x = layers.dense({ units: 4, activation: 'sigmoid' }).apply(start)`,
        `let x = layers.batchNormalization().apply(layers.dense({ units: 4, activation: 'sigmoid' }).apply(start))`,
      ],
      [`x = layers\n`, `x = layers.batchNormalization().apply(layers\n`],
      [`.apply(x) as SymbolicTensor;\n}`, `.apply(x)) as SymbolicTensor;\n}`],
    ],
  },
  {
    name: 'batch normalization behind the calls of a helper, the output left alone',
    source: helper,
    remedy: { id: 'batch-normalization' },
    becomes: [
      [`net.add(block(4));`, `net.add(block(4));\n  net.add(tf.layers.batchNormalization());`],
      [
        `net.add(block(4, HIDDEN));`,
        `net.add(block(4, HIDDEN));\n  net.add(tf.layers.batchNormalization());`,
      ],
    ],
  },
  {
    name: 'dropout for layers made by map',
    source: destructured,
    remedy: { id: 'dropout', values: { rate: 0.5 } },
    becomes: [
      [`sizes.map(`, `sizes.flatMap(`],
      [
        `dense({ units, activation: ACTIVATION })`,
        `[dense({ units, activation: ACTIVATION }), layers.dropout({ rate: 0.5 })]`,
      ],
    ],
    title: 'Add dropout of 0.5 after 2 hidden layers',
  },
  {
    name: 'l2 with an import that lacks the regularizers',
    source: functional,
    remedy: { id: 'l2', values: { rate: 0.001 } },
    becomes: [
      [`SymbolicTensor } from`, `SymbolicTensor, regularizers } from`],
      [
        `activation: 'sigmoid' }`,
        `activation: 'sigmoid', kernelRegularizer: regularizers.l2({ l2: 0.001 }) }`,
      ],
    ],
    title: 'Add an L2 penalty of 0.001 to the weights of 3 layers',
  },
  {
    name: 'residual connections where the shape stays',
    source: functional,
    remedy: { id: 'residual' },
    becomes: [
      [
        `let x = layers.dense({ units: 4, activation: 'sigmoid' }).apply(start)`,
        `let x = layers.add().apply([start, layers.dense({ units: 4, activation: 'sigmoid' }).apply(start) as SymbolicTensor])`,
      ],
      [`x = layers\n`, `x = layers.add().apply([x, layers\n`],
      [`.apply(x) as SymbolicTensor;\n}`, `.apply(x) as SymbolicTensor]) as SymbolicTensor;\n}`],
    ],
    title: 'Add a residual connection around 3 hidden layers',
  },
  {
    name: 'no residual connection in a Sequential model',
    source: loop,
    remedy: { id: 'residual' },
  },
  {
    name: 'initializer by activation',
    source: array,
    file: 'net.js',
    remedy: { id: 'change-initializer' },
    becomes: [[`activation: "tanh" }`, `activation: "tanh", kernelInitializer: "glorotUniform" }`]],
    title: 'Initialize 2 layers with glorotUniform',
  },
  {
    name: 'initializer with a scale, instead of a call',
    source: loop.replace(`'glorotUniform'`, 'tf.initializers.randomNormal({ stddev: 2 })'),
    remedy: { id: 'change-initializer', values: { scale: 2 } },
    layers: [0],
    becomes: [
      [
        'tf.initializers.randomNormal({ stddev: 2 })',
        `tf.initializers.varianceScaling({ scale: 2, mode: 'fanIn', distribution: 'uniform' })`,
      ],
    ],
  },
  {
    name: 'batch normalization in calls of push, tabs, a loop without braces',
    source: pushed,
    remedy: { id: 'batch-normalization' },
    becomes: [
      [`activation: 'sigmoid' })];`, `activation: 'sigmoid' }), tf.layers.batchNormalization()];`],
      [
        `layers.push(tf.layers.dense({ units: 4, activation: 'sigmoid' }));`,
        `layers.push(tf.layers.dense({ units: 4, activation: 'sigmoid' }), tf.layers.batchNormalization());`,
      ],
    ],
  },
  {
    name: 'dropout in loops without braces and semicolons',
    source: unbraced,
    file: 'net.js',
    remedy: { id: 'dropout', values: { rate: 0.2 } },
    becomes: [
      [`[4, 4]) // two`, `[4, 4]) { // two`],
      [
        `dense({units, activation: 'tanh'}))\n`,
        `dense({units, activation: 'tanh'}))\n  net.add(tf.layers.dropout({ rate: 0.2 }))\n}\n`,
      ],
      [
        `i++) net.add(tf.layers.dense({units: 4, activation: 'tanh'}));`,
        `i++) {\n  net.add(tf.layers.dense({units: 4, activation: 'tanh'}));\n  net.add(tf.layers.dropout({ rate: 0.2 }));\n}`,
      ],
    ],
  },
  {
    name: 'activation of a configuration that other layers spread',
    source: shared,
    remedy: RELU,
  },
  {
    name: 'activation in a layer of its own',
    source: separate,
    remedy: RELU,
    layers: [0, 1],
    becomes: [
      [`{ activation: 'sigmoid' }`, `{ activation: 'relu' }`],
      [`name: 'first' }`, `name: 'first', kernelInitializer: 'heUniform' }`],
      [`name: 'second' }`, `name: 'second', kernelInitializer: 'heUniform' }`],
    ],
  },
  {
    name: 'softmax in a layer of its own',
    source: separate,
    remedy: { id: 'drop-softmax' },
    becomes: [[`  x = tf.layers.softmax().apply(x) as tf.SymbolicTensor;\n`, '']],
    title: 'Let the output layer logits give logits, without an activation',
  },
  {
    name: 'softmax handed to a helper that takes no other',
    source: helper,
    remedy: { id: 'drop-softmax' },
  },
  {
    name: 'softmax handed to a helper',
    source: helper.replace(`'sigmoid' | 'relu'`, `'linear' | 'sigmoid' | 'relu'`),
    remedy: { id: 'drop-softmax' },
    becomes: [[`block(2, 'softmax')`, `block(2, 'linear')`]],
  },
  {
    name: 'softmax as the last of a list',
    source: array.replace('units: 2 })', 'units: 2 }),\n    tfc.layers.softmax()'),
    file: 'net.js',
    remedy: { id: 'drop-softmax' },
    becomes: [[',\n    tfc.layers.softmax()\n', '\n']],
  },
  {
    name: 'softmax added by itself',
    source: unbraced.replace(
      'exports',
      'net.add(tf.layers.activation({activation: "softmax"}))\nexports',
    ),
    file: 'net.js',
    remedy: { id: 'drop-softmax' },
    becomes: [['net.add(tf.layers.activation({activation: "softmax"}))\n', '']],
  },
  {
    name: 'leaky ReLU, which is a layer',
    source: unbraced,
    file: 'net.js',
    remedy: { id: 'change-activation', values: { activation: 'leakyReLU' } },
    layers: [2],
    becomes: [
      [
        `i++) net.add(tf.layers.dense({units: 4, activation: 'tanh'}));`,
        `i++) {\n  net.add(tf.layers.dense({units: 4}));\n  net.add(tf.layers.leakyReLU());\n}`,
      ],
    ],
    title: `Use activation 'leakyReLU' in 2 hidden layers`,
  },
  {
    name: 'the default activation of a wrapped recurrent layer',
    source: recurrent,
    remedy: { id: 'change-activation', values: { activation: 'relu', initializer: 'heUniform' } },
    layers: [1],
    becomes: [
      [
        `returnSequences: true }`,
        `returnSequences: true, activation: 'relu', kernelInitializer: 'heUniform' }`,
      ],
    ],
  },
  {
    name: 'initializer of an embedding',
    source: recurrent,
    remedy: { id: 'change-initializer', values: { initializer: 'randomUniform' } },
    layers: [0],
    becomes: [[`name: 'words' }`, `name: 'words', embeddingsInitializer: 'randomUniform' }`]],
  },
  {
    name: 'initializer of the bias',
    source: loop,
    remedy: {
      id: 'change-initializer',
      values: { initializer: 'zeros', option: 'biasInitializer' },
    },
    layers: [-1],
    becomes: [[`'softmax' }`, `'softmax', biasInitializer: 'zeros' }`]],
  },
  {
    name: 'activation where the output shares the text',
    source: loop.replace(`  net.add(tf.layers.dense({ units: 2, activation: 'softmax' }));\n`, ''),
    remedy: RELU,
    layers: [0, 1],
  },
  {
    name: 'activation where a helper gives the output the same one',
    source: helper.replace(`block(2, 'softmax')`, 'block(2)'),
    remedy: RELU,
  },
  {
    name: 'activation with tfjs as a parameter',
    source: dedent(`
      import * as tfjs from '@tensorflow/tfjs';
      const build = (tf: typeof tfjs) => tf.sequential({ layers: [
        tf.layers.dense({ units: 4, inputShape: [4], activation: 'sigmoid' }), tf.layers.dense({ units: 1 })] });
      export const model = build(tfjs);
    `),
    remedy: { id: 'l2', values: { rate: 0.01 } },
    becomes: [
      [
        `activation: 'sigmoid' }`,
        `activation: 'sigmoid', kernelRegularizer: tf.regularizers.l2({ l2: 0.01 }) }`,
      ],
    ],
  },
  {
    name: 'activation and Windows line ends',
    source: loop.replaceAll('\n', '\r\n'),
    remedy: { id: 'batch-normalization' },
    becomes: [[`    );\r\n  }`, `    );\r\n    net.add(tf.layers.batchNormalization());\r\n  }`]],
  },
];

describe('fixes of layers', () => {
  let builder: Builder;

  before(async () => {
    builder = await Builder.open();
  });
  after(() => builder.close());

  for (const one of cases) {
    it(`${one.name}${one.becomes ? '' : ' (not offered)'}`, () => check(builder, one));
  }

  it('finds layers again in a text that was edited above and below them', async () => {
    const one: Case = { name: '', source: loop, remedy: RELU, layers: [0] };
    const { again } = await plan(builder, one);
    const edited = `// One line more.\n${loop}// And another.\n`;
    const found = again(edited);
    assert.ok(found);
    const fixed = applyEdits(edited, found.edits);
    assert.equal(fixed, edited.replace(`'sigmoid'`, `'relu'`).replace(`'glorotU`, `'heU`));
    // The line of the call was edited: what the run says may be about something else.
    assert.equal(again(loop.replace('tf.layers.dense({\n', 'tf.layers.conv1d({\n')), undefined);
    assert.equal(again(loop.replace(`'sigmoid'`, `'tanh'`)), undefined);
    assert.equal(again(loop.replace('units: 4,', 'units: 4')), undefined);
  });

  it('leaves sources that type-check', () => {
    assert.deepEqual(typeErrors(fixedSources), []);
  }).timeout(60_000);
});
