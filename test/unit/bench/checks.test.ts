// The checks that fail a bench: losses of other bits, memory that grows; and the reference that
// statistics are held against.
import assert from 'node:assert/strict';
import { Checks } from '../../../bench/checks';
import { Comparison, reference } from '../../../bench/worker/reference';
import { summarize } from '../../../src/shared/core/summary';

const memory = (numTensors: number, numDataBuffers = numTensors) => ({
  numTensors,
  numDataBuffers,
  numBytes: 4 * numTensors,
});

describe('checks of the bench', () => {
  it('pass where all losses are the same bits', () => {
    const checks = new Checks();
    checks.expectSameLosses('here', new Map([['a', [1, 2]], ['b', [1, 2]]])); // prettier-ignore
    assert.deepEqual([checks.passed, checks.failures.length], [2, 0]);
  });

  it('fail for one bit, for a missing step, and for NaN on all sides', () => {
    const fails = (a: number[], b: number[]): string[] => {
      const checks = new Checks(() => undefined);
      checks.expectSameLosses('here', new Map([['a', a], ['b', b]])); // prettier-ignore
      return checks.failures;
    };
    assert.match(fails([1, 2], [1, 2 + Number.EPSILON * 2])[0] ?? '', /at step 2/);
    assert.match(fails([1, 2], [1])[0] ?? '', /at step 2 undefined instead of 2/);
    assert.match(fails([1], [1, 2])[0] ?? '', /2 losses instead of 1/);
    assert.match(fails([NaN], [NaN])[0] ?? '', /finite/);
    assert.match(fails([], [])[0] ?? '', /finite/);
  });

  it('fail where memory grows', () => {
    const checks = new Checks(() => undefined);
    checks.expectFlat('this', [memory(5), memory(5), memory(5)]);
    checks.expectFlat('this', [memory(6), memory(5), memory(5)]);
    assert.equal(checks.passed, 2);
    checks.expectFlat('this', [memory(5), memory(5), memory(6)]);
    assert.match(checks.failures[0] ?? '', /5 tensors in 5 .*20 bytes became 6 tensors .*24 bytes/);
    checks.expectFlat('this', [memory(5), memory(5, 6)]);
    assert.match(checks.failures[1] ?? '', /5 buffers.* became .* 6 buffers/);
  });
});

describe('reference of the bench', () => {
  const values = Float32Array.from({ length: 500 }, (_, i) => Math.sin(i) * 2 ** ((i % 90) - 60));
  values.set([0, -0, NaN, Infinity, -Infinity, 1, 2 ** -36, 4096], 100);

  it('agrees with closed forms', () => {
    const { mean, std, norm, min, max, zeros, histogram } = reference([3, -1, 0, -2]);
    assert.deepEqual([min, max, zeros], [-2, 3, 1]);
    assert.ok(Math.abs(mean) < 1e-15);
    assert.ok(Math.abs(norm - Math.sqrt(14)) < 1e-15 && Math.abs(std - Math.sqrt(3.5)) < 1e-15);
    assert.deepEqual([histogram.negative[36], histogram.negative[37]], [1, 1]);
    assert.equal(histogram.positive[37], 1);
  });

  it('finds nothing wrong with an exact summary, and every kind of error in others', () => {
    const exact = summarize(values);
    const errorsOf = (changed: Partial<typeof exact>): string[] => {
      const comparison = new Comparison();
      comparison.add('t', { ...exact, ...changed }, values);
      return comparison.mismatches;
    };
    assert.deepEqual(errorsOf({}), []);
    for (const field of ['zeros', 'nans', 'posInfs', 'negInfs', 'min', 'max'] as const) {
      assert.equal(errorsOf({ [field]: exact[field] + 1 }).length, 1, field);
    }
    for (const field of ['std', 'norm'] as const) {
      assert.equal(errorsOf({ [field]: exact[field] * (1 + 2e-5) }).length, 1, field);
      assert.equal(errorsOf({ [field]: exact[field] * (1 + 5e-6) }).length, 0, field);
    }
    assert.equal(errorsOf({ mean: NaN }).length, 1);
    const { negative, positive } = exact.histogram;
    const moved = positive.map((count, i) => (i === 20 ? count + 1 : count));
    assert.equal(errorsOf({ histogram: { negative, positive: moved } }).length, 1);
  });
});
