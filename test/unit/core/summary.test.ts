import assert from 'node:assert/strict';
import {
  addHistogram,
  emptyHistogram,
  histogramTotal,
  octaveEdge,
  octaveOf,
} from '../../../src/shared/core/histogram';
import { randomNormal, seededRandom } from '../../../src/shared/core/random';
import { OCTAVES, type TensorSummary } from '../../../src/shared/core/stepRecord';
import {
  emptySummary,
  finiteCount,
  mergeSummaries,
  nonFiniteCount,
  summarize,
} from '../../../src/shared/core/summary';

/** Two-pass reference over the finite values, with the sums taken in ascending magnitude. */
function reference(values: readonly number[]): { mean: number; std: number; norm: number } {
  const finite = values.filter(Number.isFinite).sort((a, b) => Math.abs(a) - Math.abs(b));
  const n = finite.length;
  const mean = finite.reduce((s, x) => s + x, 0) / n;
  const squares = finite.map((x) => (x - mean) ** 2).sort((a, b) => a - b);
  return {
    mean,
    std: Math.sqrt(squares.reduce((s, x) => s + x, 0) / n),
    norm: Math.sqrt(finite.reduce((s, x) => s + x * x, 0)),
  };
}

function assertClose(actual: number, expected: number, relative: number, what: string): void {
  const scale = Math.max(Math.abs(expected), Number.MIN_VALUE);
  assert.ok(
    Math.abs(actual - expected) <= relative * scale,
    `${what}: ${String(actual)} instead of ${String(expected)}`,
  );
}

const random = seededRandom(7);
const normals = (n: number, mean = 0, std = 1): Float32Array =>
  Float32Array.from({ length: n }, () => mean + std * randomNormal(random));

describe('octave histogram', () => {
  it('puts powers of two and their neighbours on the right side of every edge', () => {
    for (let bucket = 1; bucket < OCTAVES; bucket++) {
      const edge = octaveEdge(bucket);
      assert.equal(octaveOf(edge), bucket);
      assert.equal(octaveOf(-edge), bucket);
      assert.equal(octaveOf(edge * (1 - 2 ** -53)), bucket - 1);
      assert.equal(octaveOf(edge * (1 + 2 ** -52)), bucket);
    }
  });
  it('keeps the end buckets open', () => {
    for (const tiny of [2 ** -36, 2 ** -37, 1e-45, 5e-324]) assert.equal(octaveOf(tiny), 0);
    for (const huge of [2 ** 11, 4096, 1e30, 1e308]) assert.equal(octaveOf(huge), OCTAVES - 1);
    assert.equal(octaveOf(1), 36);
  });
  it('adds', () => {
    const a = summarize(Float32Array.of(1, -1, 3)).histogram;
    const b = summarize(Float32Array.of(1, 5)).histogram;
    const sum = emptyHistogram();
    addHistogram(sum, a);
    addHistogram(sum, b);
    assert.equal(sum.positive[36], 2);
    assert.equal(sum.negative[36], 1);
    assert.equal(histogramTotal(sum), 5);
  });
});

describe('summarize', () => {
  it('gives closed forms', () => {
    const s = summarize(Float32Array.of(1, 2, 3, 4, 0, -0, -5));
    assert.equal(s.count, 7);
    assert.equal(s.zeros, 2);
    assert.equal(s.min, -5);
    assert.equal(s.max, 4);
    assertClose(s.mean, 5 / 7, 1e-15, 'mean');
    assertClose(s.norm, Math.sqrt(55), 1e-15, 'norm');
    assertClose(s.std, Math.sqrt(55 / 7 - (5 / 7) ** 2), 1e-14, 'std');
    assert.equal(s.histogram.positive[36], 1);
    assert.equal(s.histogram.positive[37], 2);
    assert.equal(s.histogram.positive[38], 1);
    assert.equal(s.histogram.negative[38], 1);
  });
  it('counts NaN and infinities apart and leaves them out of the rest', () => {
    const s = summarize(Float32Array.of(NaN, Infinity, -Infinity, Infinity, 2, 0));
    assert.deepEqual([s.nans, s.posInfs, s.negInfs, s.zeros, s.count], [1, 2, 1, 1, 6]);
    assert.equal(finiteCount(s), 2);
    assert.equal(nonFiniteCount(s), 4);
    assert.deepEqual([s.min, s.max, s.mean, s.norm, s.std], [0, 2, 1, 2, 1]);
    assert.equal(histogramTotal(s.histogram), 1);
  });
  it('is all zero for no element and for none that is finite', () => {
    assert.deepEqual(summarize(new Float32Array(0)), emptySummary());
    const s = summarize(Float32Array.of(NaN, NaN));
    assert.deepEqual(s, { ...emptySummary(), count: 2, nans: 2 });
  });
  it('has no negative zero', () => {
    const s = summarize(Float32Array.of(-0, -0));
    for (const x of [s.min, s.max, s.mean, s.std, s.norm]) assert.ok(Object.is(x, 0));
  });
  const cases: [string, Float32Array | Float64Array | Int32Array][] = [
    ['normals', normals(5000)],
    ['mean >> std', normals(5000, 1000, 1e-3)],
    ['one huge outlier first', Float32Array.of(1e6, ...normals(2000))],
    ['one huge outlier last', Float32Array.of(...normals(2000), 1e6)],
    ['tiny', normals(1000, 0, 1e-30)],
    ['subnormal', normals(1000, 0, 1e-41)],
    ['huge', normals(1000, 0, 1e30)],
    ['float64 overflow of squares', Float64Array.from(normals(1000), (x) => x * 1e200)],
    ['float64 underflow of squares', Float64Array.from(normals(1000), (x) => x * 1e-200)],
    ['integers', Int32Array.from({ length: 999 }, (_, i) => i - 300)],
    ['constant', new Float32Array(100).fill(0.1)],
  ];
  for (const [name, values] of cases) {
    it(`agrees with a two-pass reference: ${name}`, () => {
      const s = summarize(values);
      const list = Array.from(values);
      const scale = list.reduce((m, x) => Math.max(m, Math.abs(x)), 0);
      const r = reference(list.map((x) => x / scale));
      assertClose(s.norm, r.norm * scale, 1e-12, 'norm');
      assert.ok(Math.abs(s.mean - r.mean * scale) <= 1e-12 * scale, 'mean');
      assert.ok(Math.abs(s.std - r.std * scale) <= 1e-9 * r.std * scale + 1e-15 * scale, 'std');
      assert.equal(s.min, Math.min(...list));
      assert.equal(s.max, Math.max(...list));
    });
  }
});

describe('mergeSummaries', () => {
  it('equals the summary of the concatenation', () => {
    const parts = [
      normals(300, 5, 1e-2),
      new Float32Array(0),
      Float32Array.of(NaN, Infinity, 0),
      Float32Array.of(NaN),
      normals(1000, -3, 2),
      Float32Array.of(-7),
    ];
    const whole = summarize(Float32Array.from(parts.flatMap((p) => Array.from(p))));
    const merged = mergeSummaries(parts.map(summarize));
    const exact = (s: TensorSummary): unknown => ({ ...s, mean: 0, std: 0, norm: 0 });
    assert.deepEqual(exact(merged), exact(whole));
    assertClose(merged.mean, whole.mean, 1e-12, 'mean');
    assertClose(merged.std, whole.std, 1e-12, 'std');
    assertClose(merged.norm, whole.norm, 1e-12, 'norm');
  });
  it('of one summary is that summary, of none the empty one', () => {
    const s = summarize(normals(100, 1e4, 1e-4));
    assert.deepEqual(mergeSummaries([s]), s);
    assert.deepEqual(mergeSummaries([]), emptySummary());
  });
  it('shares nothing with its parts', () => {
    const s = summarize(Float32Array.of(1));
    mergeSummaries([s]).histogram.positive[36] = 9;
    assert.equal(s.histogram.positive[36], 1);
  });
});
