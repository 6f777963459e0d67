// The fast summary of float32 values against the reference of the core.
import assert from 'node:assert/strict';
import { summarize } from '../../../src/shared/core/summary';
import { summarizeFloat32 } from '../../../webview/runtime/statistics/float32';
import { numbers } from './tapped';

const n = numbers(5000, 3);
const CASES: Record<string, Float32Array> = {
  noise: n,
  tiny: n.map((v) => v * 1e-30),
  huge: n.map((v) => v * 1e30),
  'all magnitudes, subnormals too': n.map((v, i) => v * 2 ** ((i % 240) - 148)),
  'huge outlier first': n.map((v, i) => (i === 0 ? 1e6 : v)),
  'huge outlier last': n.map((v, i) => (i === 4999 ? -1e6 : v)),
  'mean far above std': n.map((v) => 1e6 + v),
  'zeros of both signs': n.map((v, i) => (i % 3 === 0 ? 0 : i % 3 === 1 ? -0 : v)),
  'zero first': n.map((v, i) => (i === 0 ? 0 : v)),
  'all zero': new Float32Array(10),
  'all negative zero': new Float32Array(10).fill(-0),
  'non-finite mix': n.map((v, i) => [NaN, Infinity, -Infinity, v][i % 4]!),
  'nothing finite': Float32Array.of(NaN, -Infinity, Infinity, NaN),
  'one element': Float32Array.of(-2.5),
  empty: new Float32Array(0),
  'a view with an offset': new Float32Array(n.buffer, 40, 1000),
};

describe('summarizeFloat32', () => {
  for (const [name, values] of Object.entries(CASES)) {
    it(name, () => {
      const { mean, std, norm, ...exact } = summarizeFloat32(values);
      const reference = summarize(values);
      const { mean: meanThere, std: stdThere, norm: normThere, ...exactThere } = reference;
      assert.deepEqual(exact, exactThere);
      const size = normThere / Math.sqrt(Math.max(1, values.length));
      assert.ok(Math.abs(mean - meanThere) <= 1e-12 * size, `mean ${mean}`);
      assert.ok(Math.abs(std - stdThere) <= 1e-9 * stdThere, `std ${std}, expected ${stdThere}`);
      assert.ok(Math.abs(norm - normThere) <= 1e-9 * normThere, `norm ${norm}`);
    });
  }
});
