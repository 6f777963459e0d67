import assert from 'node:assert/strict';
import { layerNamed } from '../../../src/debug/expression/layerNamed';

describe('the layer that an expression speaks of', () => {
  const layers = ['dense', 'dense.1', 'dense_1', 'odd name'];
  const cases: [string, string | undefined][] = [
    ['dense', 'dense'],
    ['dense.kernel.gradient.norm', 'dense'],
    ['dense_1.delta', 'dense_1'],
    ['dense.1.weight', 'dense.1'],
    ['layers["odd name"].kernel', 'odd name'],
    ['layers["dense"]', 'dense'],
    ['dense_2.weight', undefined],
    ['loss', undefined],
  ];
  for (const [expression, layer] of cases) {
    it(`${expression}: ${layer ?? 'none'}`, () => {
      assert.equal(layerNamed(expression, layers), layer);
    });
  }
});
