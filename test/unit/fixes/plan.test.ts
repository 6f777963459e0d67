// Remedies of a run: in which files they are edited, and which layers are outputs.
import assert from 'node:assert/strict';
import * as fixes from '../../../src/fixes';
import type { ModelFacts } from '../../../src/shared/core/facts';
import type { Remedy } from '../../../src/shared/core/finding';
import type { LayerInfo } from '../../../src/shared/core/run';
import { outputsOf, planRemedy, type RemedyRun } from '../../../src/surfaces/remedies/plan';
import { dedent } from './cases';

const MODEL = '/models/net.model.js';
const HELPER = '/models/blocks.js';

const texts = new Map([
  [
    MODEL,
    dedent(`
      import * as tf from '@tensorflow/tfjs';
      import { block } from './blocks.js';
      export const model = () => tf.sequential({ layers: [
        tf.layers.dense({ inputShape: [4], units: 4, activation: 'sigmoid' }),
        block(4),
        tf.layers.dense({ units: 2 }),
        tf.layers.softmax(),
      ] });
      export const training = { optimizer: 'sgd' };
    `),
  ],
  [
    HELPER,
    dedent(`
      import * as tf from '@tensorflow/tfjs';
      export const block = (units) => tf.layers.dense({ units, activation: 'sigmoid' });
    `),
  ],
]);

function layer(name: string, file: string, line: number, activation: string): LayerInfo {
  const text = texts.get(file)!.split('\n')[line - 1]!;
  const location = { file, line, column: text.indexOf('dense(') + 1 };
  const tensors = [{ name: `${name}/kernel`, shape: [4, 4] }];
  return { name, className: 'Dense', line, location, tensors, activation };
}

const graph = [
  ['first', 'in'],
  ['middle', 'first'],
  ['last', 'middle'],
  ['softmax', 'last'],
] as const;
const facts = {
  layers: graph.map(([name, from]) => ({ name, inbound: [from] })),
  outputs: [{ layer: 'softmax' }],
} as unknown as ModelFacts;

const run: RemedyRun = {
  layers: [
    layer('first', MODEL, 4, 'sigmoid'),
    layer('middle', HELPER, 2, 'sigmoid'),
    layer('last', MODEL, 6, 'linear'),
  ],
  facts: [facts],
  steps: [],
};

const RELU: Remedy = { id: 'change-activation', title: '', values: { activation: 'relu' } };

function planned(remedy: Remedy, changed: RemedyRun = run): Record<string, string> | undefined {
  const plan = planRemedy(fixes, changed, remedy, {
    model: MODEL,
    now: (file) => texts.get(file),
    trained: () => undefined,
  });
  if (!plan) return undefined;
  return Object.fromEntries(
    plan.files.map(({ file, text, edits }) => [file, fixes.applyEdits(text, edits)]),
  );
}

describe('plans of remedies', () => {
  it('takes the last layer with weights for the output', () => {
    assert.deepEqual(outputsOf(run), ['last']);
    assert.deepEqual(outputsOf({ ...run, facts: [] }), []);
  });

  it('edits every file that builds a layer of the remedy', () => {
    const after = planned({ ...RELU, layers: ['first', 'middle'] });
    assert.deepEqual(after, {
      [MODEL]: texts.get(MODEL)!.replace(`'sigmoid'`, `'relu'`),
      [HELPER]: texts.get(HELPER)!.replace(`'sigmoid'`, `'relu'`),
    });
    assert.deepEqual(Object.keys(planned({ ...RELU, layers: ['middle'] })!), [HELPER]);
  });

  it('edits nothing where one of the layers has no place', () => {
    // As of a model that was loaded from a file.
    const loaded: LayerInfo = { name: 'first', className: 'Dense', tensors: [] };
    const without = { ...run, layers: [loaded, ...run.layers.slice(1)] };
    assert.equal(planned({ ...RELU, layers: ['first', 'last'] }, without), undefined);
    assert.equal(planned({ ...RELU, layers: ['unheard of'] }), undefined);
  });

  it('takes a layer without weights for the one before it', () => {
    const after = planned({ id: 'drop-softmax', title: '', layers: ['softmax'] });
    assert.deepEqual(after, {
      [MODEL]: texts.get(MODEL)!.replace('  tf.layers.softmax(),\n', ''),
    });
  });

  it('finds what concerns the training in the file of the model', () => {
    const after = planned({ id: 'lower-learning-rate', title: '' });
    const optimizer = `{ name: 'sgd', learningRate: 0.001 }`;
    assert.deepEqual(after, { [MODEL]: texts.get(MODEL)!.replace(`'sgd'`, optimizer) });
  });

  it('edits nothing in a model of several where no run tells the outputs', () => {
    const two = texts.get(MODEL)! + 'export const other = tf.sequential();\n';
    const context = { layers: run.layers, kind: 'experiment' as const };
    const remedy: Remedy = { id: 'dropout', title: '' };
    assert.equal(fixes.planFix({ file: MODEL, text: two }, remedy, context), undefined);
  });
});
