// A run knows the newest facts of each of its models.
import assert from 'node:assert/strict';
import type { ModelFacts } from '../../../src/shared/core/facts';
import { makeRun } from './fakeSource';

const facts = (step: number, trainedLayers: string[], sampled: number): ModelFacts => ({
  step,
  trainedLayers,
  layers: [],
  inputs: [],
  outputs: [],
  optimizer: { className: 'SGD' },
  batchSize: 1,
  sampled,
  backend: 'cpu',
  epsilon: 1e-7,
});

describe('TrainingRun: facts', () => {
  it('replaces those of the same layers, and keeps those of other models', () => {
    const { run, sink } = makeRun();
    const known = [
      facts(1, ['a', 'b'], 1),
      facts(2, ['a'], 1),
      facts(256, ['a', 'b'], 256),
      facts(300, ['c'], 8),
    ] as const;
    for (const one of known) sink.facts(one);
    assert.deepEqual(run.facts, [known[1], known[2], known[3]]);
    run.dispose();
  });
});
