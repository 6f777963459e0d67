// The walk through a step: the order of its phases, what it has reached, and the lines that they are shown at.
import assert from 'node:assert/strict';
import { phaseLine } from '../../../src/debug/session/phaseLines';
import { phasesOf, phaseWords, reachAt } from '../../../src/debug/walk/phases';
import { layers, record } from './steps';

describe('the walk through a step', () => {
  it('goes forward, then backward through the layers', () => {
    assert.deepEqual(phasesOf(record(2), layers).map(phaseWords), [
      'data',
      'forward of dense_0',
      'forward of dense_1',
      'loss',
      'backward of dense_1',
      'backward of dense_0',
      'update',
    ]);
  });

  it('takes the order of a recording, call by call', () => {
    const forward = [
      { layer: 'dense_1', call: 0 },
      { layer: 'dense_0', call: 0 },
      { layer: 'dense_1', call: 1 },
    ];
    const recording = {
      ...{ step: 2, tensors: [], forward, backward: [...forward].reverse() },
      optimizer: { className: 'SGDOptimizer', numbers: {} },
    };
    const phases = phasesOf(record(2), layers, recording);
    assert.equal(phases.map(phaseWords)[3], 'forward of dense_1, call 2');
    // A layer's gradient is whole after the last of its calls was gone back through.
    assert.deepEqual(
      phases.map((_, index) => reachAt(phases, index)('dense_1', 'gradient')),
      [false, false, false, false, false, false, false, true, true],
    );
  });

  it('leaves out layers that the step did not train', () => {
    const { layers: trained, ...rest } = record(2);
    const one = { ...rest, layers: { dense_1: trained['dense_1']! } };
    assert.deepEqual(phasesOf(one, layers).map(phaseWords).slice(1, 3), [
      'forward of dense_1',
      'loss',
    ]);
  });

  it('shows phases without a layer where the source speaks of them', () => {
    const source = [
      '// loss: not here',
      'export const data = () => 1;',
      'export const training = {',
      "  optimizer: 'sgd',",
      "  loss: 'meanSquaredError',",
      '};',
    ].join('\n');
    assert.deepEqual(
      (['data', 'loss', 'update', 'forward'] as const).map((type) => phaseLine(source, type)),
      [2, 5, 4, 1],
    );
  });
});
