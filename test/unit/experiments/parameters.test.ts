// Parameters as edits of the source: the exact text in several styles, and where none is offered. What comes of
// it builds, with the layers that were asked for.
import assert from 'node:assert/strict';
import { applyEdits, planParameter, statedParameters } from '../../../src/fixes';
import { recognise } from '../../../src/model/recognise';
import { Builder } from '../fixes/builtLayers';
import { dedent } from '../fixes/cases';

const HEAD = "import * as tf from '@tensorflow/tfjs';\n";

const MODULE = `${HEAD}${dedent(`
  export const hyperparameters = {
    units: { default: 16, values: [8, 16, 32] },
    rate: { default: 0.01, min: 1e-4, max: 0.1, scale: 'log' },
    bias: true,
  };
  export function model({ units = 16 } = {}) {
    return tf.sequential({
      layers: [
        tf.layers.dense({ units, inputShape: [4], activation: 'relu' }),
        tf.layers.dense({ units, activation: 'relu' }),
        tf.layers.dense({ units: 3 }),
      ],
    });
  }
  export const data = () => ({ train: { xs: tf.zeros([4, 4]), ys: tf.zeros([4, 3]) } });
  export const training = { epochs: 3, batchSize: 8, optimizer: 'adam', loss: 'meanSquaredError' };
`)}`;

const PROGRAM = `${HEAD}${dedent(`
  const DEPTH = 3;
  const net = tf.sequential();
  net.add(tf.layers.dense({ units: 5, inputShape: [2], activation: 'tanh' }));
  for (let i = 0; i < DEPTH; i++) {
    net.add(tf.layers.dense({ units: 5, activation: 'tanh' }));
  }
  net.add(tf.layers.dense({ units: 1 }));
  net.compile({ optimizer: tf.train.sgd(0.1), loss: 'meanSquaredError' });
  await net.fit(tf.zeros([4, 2]), tf.zeros([4, 1]), { epochs: 2 });
`)}`;

const ADDED = `${HEAD}${dedent(`
  const net = tf.sequential();
  net.add(tf.layers.dense({ units: 4, inputShape: [2], activation: 'relu' }));
  net.add(tf.layers.dense({ units: 4, activation: 'relu' }));
  net.add(tf.layers.dense({ units: 1 }));
  net.compile({ optimizer: 'sgd', loss: 'meanSquaredError' });
  await net.fit(tf.zeros([4, 2]), tf.zeros([4, 1]), { batchSize: 2 });
`)}`;

describe('parameters in the source', () => {
  let builder: Builder;
  before(async () => (builder = await Builder.open()));
  after(() => builder.close());

  async function set(
    source: string,
    name: string,
    value: number | string | boolean,
    file = 'net.model.ts',
    totalSteps?: number,
  ): Promise<string | undefined> {
    const { layers, file: path } = await builder.build(source, file);
    const { kind } = recognise(path, source);
    const context = { layers, kind, trainedText: source, ...(totalSteps && { totalSteps }) };
    const plan = planParameter({ file: path, text: source }, name, value, context);
    if (!plan) return undefined;
    const text = applyEdits(source, plan.edits);
    const again = planParameter({ file: path, text }, name, value, context);
    if (name !== 'layers.depth') assert.deepEqual(again?.edits, [], 'asked for again');
    await builder.build(text, file);
    return text;
  }

  const changed = (source: string, from: string, to: string): string => {
    assert.ok(source.includes(from), from);
    return source.replace(from, to);
  };

  const depthOf = async (source: string, file?: string): Promise<number> =>
    (await builder.build(source, file ?? 'net.js')).layers.length - 1;

  it('sets the defaults of hyperparameters', async () => {
    assert.equal(await set(MODULE, 'units', 32), changed(MODULE, 'default: 16', 'default: 32'));
    assert.equal(
      await set(MODULE, 'rate', 0.00123456),
      changed(MODULE, 'default: 0.01', 'default: 0.00123456'),
    );
    assert.equal(await set(MODULE, 'bias', false), changed(MODULE, 'bias: true', 'bias: false'));
    assert.equal(await set(MODULE, 'units', 16), MODULE);
    assert.equal(await set(MODULE, 'width', 16), undefined);
  });

  it('sets options of a module’s training', async () => {
    const written = (from: string, to: string) => changed(MODULE, from, to);
    assert.equal(await set(MODULE, 'training.batchSize', 16), written('batchSize: 8', 'batchSize: 16')); // prettier-ignore
    assert.equal(await set(MODULE, 'training.epochs', 3), MODULE);
    assert.equal(await set(MODULE, 'training.optimizer', 'sgd'), written("'adam'", "'sgd'"));
    assert.equal(
      await set(MODULE, 'training.learningRate', 0.0025),
      written("'adam'", "{ name: 'adam', learningRate: 0.0025 }"),
    );
    assert.equal(
      await set(MODULE, 'training.clipNorm', 1),
      written("loss: 'meanSquaredError' }", "loss: 'meanSquaredError', clipNorm: 1 }"),
    );
    assert.equal(
      await set(MODULE, 'training.schedule', 'cosine'),
      written("loss: 'meanSquaredError' }", "loss: 'meanSquaredError', schedule: { type: 'cosine' } }"), // prettier-ignore
    );
    assert.equal(
      await set(MODULE, 'training.schedule', 'exponential', 'net.model.ts', 300),
      written("loss: 'meanSquaredError' }", "loss: 'meanSquaredError', schedule: { type: 'exponential', decayRate: 0.1, decaySteps: 300 } }"), // prettier-ignore
    );
    assert.equal(await set(MODULE, 'training.schedule', 'exponential'), undefined);
  });

  it('sets those of a program, where it states them', async () => {
    assert.equal(
      await set(PROGRAM, 'training.learningRate', 0.02, 'net.js'),
      changed(PROGRAM, 'sgd(0.1)', 'sgd(0.02)'),
    );
    assert.equal(
      await set(PROGRAM, 'training.optimizer', 'adam', 'net.js'),
      changed(PROGRAM, 'sgd(0.1)', 'adam(0.001)'),
    );
    assert.equal(
      await set(PROGRAM, 'training.batchSize', 16, 'net.js'),
      changed(PROGRAM, '{ epochs: 2 }', '{ epochs: 2, batchSize: 16 }'),
    );
    assert.equal(
      await set(ADDED, 'training.optimizer', 'rmsprop', 'net.js'),
      changed(ADDED, "'sgd'", "'rmsprop'"),
    );
    assert.equal(await set(PROGRAM, 'training.schedule', 'cosine', 'net.js'), undefined);
  });

  it('changes the depth of a loop, of a list, of statements', async () => {
    const deeper = await set(PROGRAM, 'layers.depth', 6, 'net.js');
    assert.equal(deeper, changed(PROGRAM, 'DEPTH = 3', 'DEPTH = 5'));
    assert.equal(await depthOf(deeper), 6);
    assert.equal(await set(PROGRAM, 'layers.depth', 4, 'net.js'), PROGRAM);

    const listed = await set(MODULE, 'layers.depth', 4);
    const line = "      tf.layers.dense({ units, activation: 'relu' }),\n";
    assert.equal(listed, changed(MODULE, line, line.repeat(3)));
    assert.equal(await depthOf(listed, 'net.model.ts'), 4);
    assert.equal(await set(MODULE, 'layers.depth', 1), changed(MODULE, line, ''));

    const statement = "net.add(tf.layers.dense({ units: 4, activation: 'relu' }));\n";
    const added = await set(ADDED, 'layers.depth', 3, 'net.js');
    assert.equal(added, changed(ADDED, statement, statement.repeat(2)));
    assert.equal(await set(ADDED, 'layers.depth', 1, 'net.js'), changed(ADDED, statement, ''));
  });

  it('does not copy a layer that has a name, nor one that changes the width', async () => {
    const named = changed(ADDED, '{ units: 4, activation', "{ name: 'h', units: 4, activation");
    assert.equal(await set(named, 'layers.depth', 3, 'net.js'), undefined);
    const narrowing = changed(ADDED, '{ units: 4, activation', '{ units: 3, activation');
    assert.equal(await set(narrowing, 'layers.depth', 3, 'net.js'), undefined);
  });

  it('reads what a source states', async () => {
    const { layers, file } = await builder.build(MODULE, 'net.model.ts');
    assert.deepEqual(statedParameters({ file, text: MODULE }, { layers, kind: 'experiment' }), {
      hyperparameters: {
        units: { default: 16, values: [8, 16, 32] },
        rate: { default: 0.01, min: 1e-4, max: 0.1, scale: 'log' },
        bias: { default: true },
      },
      training: { batchSize: 8, epochs: 3, learningRate: 0.001 },
    });
  });
});
