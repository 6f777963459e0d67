import assert from 'node:assert/strict';
import {
  permutation,
  randomInteger,
  randomNormal,
  seededRandom,
  shuffle,
} from '../../../src/shared/core/random';

describe('seeded random', () => {
  it('repeats for the same seed and differs for another', () => {
    const draw = (seed: number): number[] => {
      const random = seededRandom(seed);
      return Array.from({ length: 20 }, random);
    };
    assert.deepEqual(draw(1), draw(1));
    const firsts = new Set(Array.from({ length: 2000 }, (_, seed) => draw(seed)[0]));
    assert.equal(firsts.size, 2000);
    assert.notDeepEqual(draw(0.5), draw(0.25));
    assert.notDeepEqual(draw(0), draw(-1));
  });
  it('is uniform in [0, 1)', () => {
    const random = seededRandom(42);
    const buckets = new Array<number>(20).fill(0);
    const n = 40_000;
    for (let i = 0; i < n; i++) {
      const x = random();
      assert.ok(x >= 0 && x < 1);
      buckets[Math.floor(x * 20)]! += 1;
    }
    const expected = n / 20;
    const chi2 = buckets.reduce((s, b) => s + (b - expected) ** 2 / expected, 0);
    assert.ok(chi2 < 43.8, `chi-squared ${String(chi2)} of 19 degrees (0.1 % quantile 43.8)`);
  });
  it('draws normals', () => {
    const random = seededRandom(3);
    const xs = Array.from({ length: 20_000 }, () => randomNormal(random));
    const mean = xs.reduce((s, x) => s + x, 0) / xs.length;
    const variance = xs.reduce((s, x) => s + x * x, 0) / xs.length;
    assert.ok(Math.abs(mean) < 0.03 && Math.abs(variance - 1) < 0.04);
    assert.ok(xs.every(Number.isFinite));
  });
  it('draws integers below the limit, all of them', () => {
    const random = seededRandom(9);
    const seen = new Set(Array.from({ length: 200 }, () => randomInteger(random, 5)));
    assert.deepEqual([...seen].sort(), [0, 1, 2, 3, 4]);
  });
  it('permutes', () => {
    const order = permutation(1000, seededRandom(5));
    assert.deepEqual(
      [...order].sort((a, b) => a - b),
      Array.from({ length: 1000 }, (_, i) => i),
    );
    assert.deepEqual(order, permutation(1000, seededRandom(5)));
    const still = order.filter((value, i) => value === i).length;
    assert.ok(still < 10, `${String(still)} in place`);
    assert.equal(permutation(0, seededRandom(5)).length, 0);
  });
  it('shuffles only the given range', () => {
    const values = Array.from({ length: 100 }, (_, i) => i);
    shuffle(values, seededRandom(1), 20, 40);
    assert.deepEqual(
      values.slice(0, 20),
      Array.from({ length: 20 }, (_, i) => i),
    );
    assert.deepEqual(
      values.slice(40),
      Array.from({ length: 60 }, (_, i) => i + 40),
    );
    assert.notDeepEqual(
      values.slice(20, 40),
      Array.from({ length: 20 }, (_, i) => i + 20),
    );
    assert.deepEqual(
      values.slice(20, 40).sort((a, b) => a - b),
      Array.from({ length: 20 }, (_, i) => i + 20),
    );
  });
});
