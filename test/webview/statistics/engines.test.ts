// The statistics engines of all backends against the float64 reference, in Chromium.
import assert from 'node:assert/strict';
import path from 'node:path';
import type { TensorSummary } from '../../../src/shared/core/stepRecord';
import { openPage, type HarnessPage } from '../harness/index';

interface Comparison {
  actual: TensorSummary;
  expected: TensorSummary;
}

/** The norm of a difference: in the first session, next to its minuend in the list, apart from it. */
interface DifferenceNorms {
  count: number;
  norms: number[];
  expected: number;
}

/** Relative error allowed for mean, std and norm. */
const TOLERANCE = 1e-5;

function assertEqual({ actual, expected }: Comparison, what: string): void {
  for (const field of ['count', 'zeros', 'nans', 'posInfs', 'negInfs', 'min', 'max'] as const) {
    assert.equal(actual[field], expected[field], `${what}: ${field}`);
  }
  assert.deepEqual(actual.histogram, expected.histogram, `${what}: histogram`);
  // The mean is compared on the scale of the values, because it may be zero by cancellation.
  const scale = expected.count > 0 ? expected.norm / Math.sqrt(expected.count) : 0;
  const close = (field: 'mean' | 'std' | 'norm', size: number): void =>
    assert.ok(
      Math.abs(actual[field] - expected[field]) <= TOLERANCE * size,
      `${what}: ${field} ${actual[field]}, expected ${expected[field]}`,
    );
  close('norm', expected.norm);
  close('mean', scale);
  close('std', expected.std);
}

/** Deterministic numbers in [−1, 1). */
function noise(count: number, seed = 1): number[] {
  let state = seed;
  return Array.from({ length: count }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 31 - 1;
  });
}

const n = noise(3000);
/** Values that break careless arithmetic. */
const ADVERSARIAL: Record<string, number[]> = {
  noise: n,
  tiny: n.map((v) => v * 1e-30),
  huge: n.map((v) => v * 1e30),
  largest: n.map((v) => Math.sign(v) * 3.4e38),
  'all magnitudes': n.map((v, i) => v * 2 ** ((i % 81) - 60)),
  'one huge outlier': n.map((v, i) => (i === 1234 ? 1e6 : v)),
  'outliers in a column': n.map((v, i) => (i % 8 === 0 ? 1e6 + v : v)),
  'mean far above std': n.map((v) => 1000 + v * 0.01),
  'one value': n.map(() => 0.1),
  'powers of two and neighbours': n.map(
    (_, i) => 2 ** ((i % 60) - 40) * (i % 2 ? 1 : 1 - 2 ** -24),
  ),
  'zeros of both signs': n.map((v, i) => (i % 3 === 0 ? 0 : i % 3 === 1 ? -0 : v)),
  'all zero': n.map(() => 0),
  'around the smallest normal number': n.map((v) => v * 1e-37),
  subnormal: n.map((v) => v * 1e-39),
  'smallest subnormal': n.map((v, i) => (i % 7 === 0 ? Math.sign(v) * 2 ** -149 : 0)),
  'subnormal among normal': n.map((v, i) => (i % 2 === 0 ? v * 1e-40 : v)),
  'one subnormal, else zero': n.map((_, i) => (i === 77 ? -3 * 2 ** -149 : 0)),
  'every magnitude of float32': n.map((v, i) => v * 2 ** ((i % 276) - 148)),
  'mean far above std, tiny': n.map((v) => (1000 + v * 0.01) * 1e-38),
  'mean far above std, huge': n.map((v) => (1000 + v * 0.01) * 1e34),
  'mean near twice the std': n.map((v, i) => v + (i % 2 === 0 ? 1.1 : 1.2)),
  'where squares begin to underflow': n.map((v) => v * 2 ** -76),
  'squares of nearly all underflow': n.map((v, i) => v * 2 ** (i % 500 === 3 ? -75 : -94)),
  'where squares of sums overflow': n.map((v) => (1 + Math.abs(v)) * 2 ** 19.5),
  'all negative': n.map((v) => -1 - Math.abs(v)),
  'one NaN among noise': n.map((v, i) => (i === 1500 ? NaN : v)),
  'one Infinity among tiny': n.map((v, i) => (i === 2999 ? Infinity : v * 1e-38)),
  'non-finite mix': n.map((v, i) => [v, NaN, Infinity, -Infinity, v][i % 5]!),
  'nothing finite': n.map((_, i) => [NaN, Infinity, -Infinity][i % 3]!),
  'one element': [-3.5],
  'one NaN': [NaN],
};

/** Shapes of 3000 elements and odd ones, whose packed layout has every kind of padding. */
const SHAPES: number[][] = [
  [3000],
  [1, 3000],
  [3000, 1],
  [50, 60],
  [75, 40],
  [40, 75],
  [3, 25, 40],
  [4, 3, 25, 10],
  [5, 5, 5, 24],
  [2, 3, 5, 10, 10],
  [1, 1, 1],
  [7],
  [3, 3],
  [11, 13],
  [17, 3, 5],
];

for (const backend of ['webgl', 'wasm', 'cpu']) {
  describe(`statistics on ${backend}`, function () {
    this.timeout(60_000);
    let page: HarnessPage;
    before(async () => {
      page = await openPage(path.join(import.meta.dirname, 'page.ts'));
      assert.equal(await page.call('start', backend), backend);
      assert.equal(await page.call('inPlace'), backend !== 'cpu');
    });
    after(() => page.close());

    for (const where of backend === 'webgl' ? ['unpacked', 'packed', 'memory'] : ['memory']) {
      it(`equals the reference on adversarial values (${where})`, async () => {
        const cases = Object.values(ADVERSARIAL).map((values) => ({
          values,
          shape: values.length === 1 ? [] : [60, 50],
          place: where,
        }));
        const results = await page.call<Comparison[]>('compare', cases);
        Object.keys(ADVERSARIAL).forEach((name, i) => assertEqual(results[i]!, name));
      });

      it(`equals the reference for every shape (${where})`, async () => {
        const cases = SHAPES.map((shape) => ({
          values: n.slice(
            0,
            shape.reduce((a, b) => a * b, 1),
          ),
          shape,
          place: where,
        }));
        const results = await page.call<Comparison[]>('compare', cases);
        SHAPES.forEach((shape, i) => assertEqual(results[i]!, `[${shape.join(', ')}]`));
      });
    }

    it('tells the same before its kernels are compiled and after', async () => {
      const cases = SHAPES.flatMap((shape, i) => ({
        values: noise(
          shape.reduce((a, b) => a * b, 1),
          i + 1,
        ),
        shape,
        place: i % 2 === 0 ? 'packed' : 'unpacked',
      }));
      const { first, later } = await page.call<Record<'first' | 'later', Comparison[]>>(
        'compareFirst',
        cases,
      );
      SHAPES.forEach((shape, i) => {
        assertEqual(first[i]!, `first, [${shape.join(', ')}]`);
        assertEqual(later[i]!, `later, [${shape.join(', ')}]`);
      });
    });

    it('reads what operations leave: padding, slices, reshapes', async () => {
      const results = await page.call<Record<string, Comparison>>('compareDerived');
      for (const [name, comparison] of Object.entries(results)) assertEqual(comparison, name);
    });

    it('takes the norm of differences without making them', async () => {
      const results = await page.call<Record<string, DifferenceNorms>>('compareDifferences');
      for (const [name, { count, norms, expected }] of Object.entries(results)) {
        assert.equal(count, 13 * 37);
        for (const norm of norms) {
          assert.ok(
            Math.abs(norm - expected) <= TOLERANCE * expected,
            `${name}: ${norm}, ${expected}`,
          );
        }
      }
    });

    if (backend === 'webgl') {
      it('compiles no kernel in the first sessions, then one a session, and only what is used', async () => {
        const linked = await page.call<number[]>('programsLinked', 10);
        const sum = linked.reduce((a, b) => a + b, 0);
        assert.equal(linked[0], 0);
        assert.ok(Math.max(...linked) <= 1, linked.join(' '));
        assert.equal(sum, 2, 'one for gradients, one for weights and their changes');
      });
    }

    it('keeps several sessions in flight, and tfjs computes on', async () => {
      const { norms, expected, sum, ready } = await page.call<{
        norms: number[];
        expected: number[];
        sum: number;
        ready: boolean;
      }>('inFlight');
      norms.forEach((norm, i) => assert.ok(Math.abs(norm / expected[i]! - 1) < TOLERANCE));
      assert.equal(sum, 24000);
      assert.equal(ready, true);
      assert.deepEqual(page.errors, []);
    });
  });
}
