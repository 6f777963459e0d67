// Facts pass the guard unchanged, field by field, and nothing else does.
import assert from 'node:assert/strict';
import type { ModelFacts } from '../../../src/shared/core/facts';
import { emptySummary } from '../../../src/shared/core/summary';
import { parseFromRuntime } from '../../../src/shared/protocol/guards';
import { seededRandom } from '../../../src/shared/core/random';
import { randomSummary } from './records';

const summary = randomSummary(seededRandom(4), 50);

const facts: ModelFacts = {
  step: 1,
  trainedLayers: ['dense'],
  layers: [
    {
      name: 'dense',
      className: 'Dense',
      inbound: ['input'],
      outputShape: [null, 8],
      trainable: true,
      activation: 'relu',
      useBias: false,
      kernelInitializer: { className: 'HeNormal', config: { scale: 2, mode: 'fanIn', on: true } },
      biasInitializer: { className: 'Zeros', config: {} },
      fanIn: 4,
      fanOut: 8,
      initialKernel: summary,
      initialBias: emptySummary(),
      regularized: true,
    },
    {
      name: 'drop',
      className: 'Dropout',
      inbound: ['dense'],
      outputShape: [8],
      trainable: true,
      dropoutRate: 0.5,
    },
  ],
  inputs: [
    {
      name: 'input',
      shape: [4],
      summary,
      narrowest: { index: 1, mean: 0, std: 1e-3 },
      widest: { index: 3, mean: 0, std: 1e3 },
      constantFeatures: 1,
      integers: false,
    },
  ],
  outputs: [
    {
      layer: 'drop',
      activation: 'linear',
      shape: [8],
      labelShape: [8],
      loss: 'meanSquaredError',
      labels: summary,
      labelKind: 'one-hot',
      classCounts: [4, 0, 2],
    },
  ],
  optimizer: { className: 'Adam', learningRate: 0.001 },
  batchSize: 32,
  samples: 1000,
  sampled: 256,
  backend: 'webgl',
  epsilon: 1e-7,
  shippedEpsilon: 1e-4,
};

/** `facts` with the value at `path` replaced, or removed where it is undefined. */
function changed(path: string, value: unknown): unknown {
  const copy = structuredClone(facts) as unknown as Record<string, unknown>;
  const keys = path.split('.');
  const last = keys.pop()!;
  let at = copy;
  for (const key of keys) at = at[key] as Record<string, unknown>;
  if (value === undefined) Reflect.deleteProperty(at, last);
  else at[last] = value;
  return copy;
}

describe('guard of facts', () => {
  it('passes facts unchanged, and copies them', () => {
    const message = { type: 'facts', facts };
    const parsed = parseFromRuntime(message);
    assert.deepEqual(parsed, message);
    assert.notEqual((parsed as { facts: ModelFacts }).facts.layers[0], facts.layers[0]);
  });

  it('leaves out what it does not know, and absent fields absent', () => {
    const bare = changed('samples', undefined) as Record<string, unknown>;
    const parsed = parseFromRuntime({ type: 'facts', facts: { ...bare, extra: 1 } });
    assert.deepEqual(parsed, { type: 'facts', facts: bare });
    assert.ok(!('samples' in (parsed as { facts: object }).facts));
  });

  for (const [path, value] of [
    ['step', -1],
    ['trainedLayers', 'dense'],
    ['layers.0.name', 7],
    ['layers.0.outputShape', [1.5]],
    ['layers.0.kernelInitializer', { className: 'Zeros' }],
    ['layers.0.kernelInitializer.config', { seed: {} }],
    ['layers.0.initialKernel.histogram.positive', [1, 2]],
    ['layers.0.fanIn', '4'],
    ['inputs.0.summary', undefined],
    ['outputs.0.labelKind', 'other'],
    ['outputs.0.classCounts', [-1]],
    ['optimizer', undefined],
    ['epsilon', 'small'],
  ] as [string, unknown][]) {
    it(`refuses ${path}: ${value === undefined ? 'missing' : JSON.stringify(value)}`, () => {
      const reasons: string[] = [];
      const message = { type: 'facts', facts: changed(path, value) };
      const parsed = parseFromRuntime(message, (reason) => reasons.push(reason.message));
      assert.equal(parsed, undefined);
      assert.match(reasons[0]!, new RegExp(path.split('.')[0]!));
    });
  }

  it('refuses a name that would reach the prototype', () => {
    const config = JSON.parse('{ "__proto__": 1 }') as unknown;
    const message = { type: 'facts', facts: changed('layers.0.kernelInitializer.config', config) };
    assert.equal(parseFromRuntime(message), undefined);
  });
});
