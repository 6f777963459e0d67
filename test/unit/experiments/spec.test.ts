// Experiment files: what a short one means in full, and that each mistake is named by its place.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { gridSize } from '../../../src/experiments/spec/experimentSpec';
import { checkExperiment, parseExperiment } from '../../../src/experiments/spec/parseSpec';
import { ExperimentSpecError } from '../../../src/experiments/spec/specError';

const MODEL = 'net.model.ts';
const ROOT = path.resolve(import.meta.dirname, '../../..');

/** The place and words of what is wrong. */
function mistake(file: object): { path: string; message: string } {
  try {
    checkExperiment(file);
  } catch (error) {
    assert.ok(error instanceof ExperimentSpecError);
    return { path: error.path, message: error.message };
  }
  return assert.fail('The file is taken as right.');
}

describe('experiment file', () => {
  it('fills in what is left out', () => {
    const spec = checkExperiment({ model: MODEL, parameters: { units: [16, 32] } });
    assert.deepEqual(spec, {
      name: undefined,
      model: MODEL,
      strategy: 'random',
      parameters: { units: { values: [16, 32] } },
      trials: 20,
      budget: { unit: 'epochs', amount: 5 },
      objective: { metric: 'loss', direction: 'minimize', at: 'best' },
      stopping: { rule: 'none' },
      parallel: 'auto',
      seed: 42,
      seeds: [42],
      backend: 'auto',
    });
  });

  it('takes every field', () => {
    const spec = checkExperiment({
      $schema: 'x',
      name: 'Search',
      description: 'Why.',
      model: MODEL,
      strategy: 'bayesian',
      parameters: {
        'training.learningRate': { min: 1e-4, max: 0.1, scale: 'log' },
        'training.optimizer': ['sgd', 'adam'],
        'layers.activation': { values: ['relu', 'tanh'] },
        width: { min: 8, max: 64, integer: true, points: 4 },
        bias: [true, false],
      },
      trials: 40,
      steps: 200,
      objective: { metric: 'val_acc', at: 'last' },
      stopping: { rule: 'median', trials: 3 },
      parallel: 2,
      seed: 7,
      seeds: [1, 2],
      backend: 'wasm',
    });
    assert.deepEqual(spec.objective, { metric: 'val_acc', direction: 'maximize', at: 'last' });
    assert.deepEqual(spec.stopping, { rule: 'median', grace: 40, trials: 3 });
    assert.deepEqual(spec.budget, { unit: 'steps', amount: 200 });
    assert.equal(gridSize(spec.parameters), 3 * 2 * 2 * 4 * 2);
  });

  it('names the place of a mistake', () => {
    const of = (parameter: unknown) =>
      mistake({ model: MODEL, parameters: { 'training.batchSize': parameter } });
    const base = { model: MODEL, parameters: { a: [1, 2] } };
    assert.equal(mistake({ parameters: { a: [1] } }).path, 'model');
    assert.equal(mistake({ model: MODEL }).path, 'parameters');
    assert.equal(mistake({ model: MODEL, parameters: {} }).path, 'parameters');
    assert.equal(mistake({ ...base, trails: 3 }).path, 'trails');
    assert.match(mistake({ ...base, trails: 3 }).message, /Did you mean "trials"/);
    assert.equal(mistake({ ...base, trials: 0 }).path, 'trials');
    assert.equal(mistake({ ...base, epochs: 1, steps: 1 }).path, 'steps');
    assert.equal(mistake({ ...base, objective: { metric: 3 } }).path, 'objective.metric');
    assert.equal(mistake({ ...base, stopping: { rule: 'mean' } }).path, 'stopping.rule');
    assert.equal(mistake({ ...base, seeds: [1, 1] }).path, 'seeds');
    assert.equal(mistake({ ...base, strategy: 'grid', trials: 1 }).path, 'trials');
    assert.equal(mistake({ ...base, strategy: 'bayesian', stopping: 'successive-halving' }).path, 'stopping'); // prettier-ignore
    assert.equal(of({ min: 1 }).path, 'parameters.training.batchSize');
    assert.equal(of({ min: 8, max: 4 }).path, 'parameters.training.batchSize.max');
    assert.equal(of({ min: 0, max: 4, scale: 'log' }).path, 'parameters.training.batchSize.min');
    assert.equal(of({ values: [8], min: 1 }).path, 'parameters.training.batchSize.min');
    assert.equal(of([8, 8]).path, 'parameters.training.batchSize');
    assert.equal(of([8, null]).path, 'parameters.training.batchSize[1]');
    assert.match(of([8.5]).message, /whole numbers/);
    assert.match(of({ min: 1, max: 4 }).message, /"integer"/);
    assert.match(
      mistake({ model: MODEL, parameters: { 'training.momentum': [1] } }).message,
      /is not known/,
    );
    assert.match(
      mistake({ model: MODEL, parameters: { 'training.optimizer': ['lion'] } }).message,
      /"lion"; it can have sgd, adam/,
    );
  });

  it('says of a broken file that it is no JSON', () => {
    assert.throws(() => parseExperiment('{'), /is no JSON/);
    assert.throws(() => parseExperiment('[]'), /has to be an object/);
    // A name of the prototype is a hyperparameter like any other.
    const { parameters } = parseExperiment(
      '{"model":"a.model.js","parameters":{"constructor":[1,2]}}',
    );
    assert.deepEqual(Object.keys(parameters), ['constructor']);
  });

  it('reads the examples, which name their schema’s fields only', () => {
    const folder = path.join(ROOT, 'examples');
    const files = readdirSync(folder).filter((name) => name.endsWith('.experiment.json'));
    assert.ok(files.length > 0);
    for (const file of files) parseExperiment(readFileSync(path.join(folder, file), 'utf8'));
  });
});
