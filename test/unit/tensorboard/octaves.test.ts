// Buckets of every form against the tensors that they were made of, in float64.
import assert from 'node:assert/strict';
import { isAbsent } from '../../../src/shared/core/absent';
import { octaveEdge } from '../../../src/shared/core/histogram';
import { randomInteger, randomNormal, seededRandom } from '../../../src/shared/core/random';
import { summarize } from '../../../src/shared/core/summary';
import type { TensorSummary } from '../../../src/shared/core/stepRecord';
import type { BucketHistogram } from '../../../src/shared/tensorboard/buckets';
import { octaveRows } from '../../../src/shared/tensorboard/octaveRows';
import { convertHistogram } from '../../../src/shared/tensorboard/octaves';

/** Values of seeded size, scale, share of zeros and sign. */
function tensor(seed: number): Float64Array {
  const random = seededRandom(seed);
  const scale = 10 ** (-12 * random() + 2);
  const zeros = random() < 0.5 ? 0 : random();
  const sign = randomInteger(random, 3) - 1;
  return Float64Array.from({ length: 1 + randomInteger(random, 2000) }, () => {
    if (random() < zeros) return 0;
    const value = scale * randomNormal(random) ** 3;
    return sign === 0 ? value : sign * Math.abs(value);
  });
}

function fromRows(rows: readonly number[]): BucketHistogram {
  const column = (at: number) => Float64Array.from(rows.filter((_, i) => i % 3 === at));
  return { left: column(0), right: column(1), count: column(2) };
}

/** As tf.summary.histogram makes them: linear buckets from min to max, the last one closed. */
function linear(values: Float64Array, buckets = 30): BucketHistogram {
  const [min, max] = [Math.min(...values), Math.max(...values)];
  const count = new Float64Array(buckets);
  const width = (max - min) / buckets;
  for (const x of values) {
    const at = width === 0 ? buckets - 1 : Math.min(buckets - 1, Math.floor((x - min) / width));
    count[at] = (count[at] ?? 0) + 1;
  }
  const edge = (i: number) => (i === buckets ? max : min + i * width);
  return {
    left: Float64Array.from(count, (_, i) => edge(i)),
    right: Float64Array.from(count, (_, i) => edge(i + 1)),
    count,
  };
}

/** As TensorFlow 1, Keras 2 and PyTorch make them: limits from 1e-12, each 1.1 times the one before, and moments. */
function exponential(values: Float64Array): BucketHistogram {
  const positive: number[] = [];
  for (let limit = 1e-12; limit < 1e20; limit *= 1.1) positive.push(limit);
  const right = [...positive.map((x) => -x).reverse(), 0, ...positive, Number.MAX_VALUE];
  const left = [-Number.MAX_VALUE, ...right.slice(0, -1)];
  const count = new Float64Array(right.length);
  for (const x of values) {
    const at = right.findIndex((limit) => x < limit);
    count[at] = (count[at] ?? 0) + 1;
  }
  const sum = (of: (x: number) => number) => values.reduce((total, x) => total + of(x), 0);
  const moments = {
    num: values.length,
    min: Math.min(...values),
    max: Math.max(...values),
    sum: sum((x) => x),
    sumSquares: sum((x) => x * x),
  };
  return { left: Float64Array.from(left), right: Float64Array.from(right), count, moments };
}

const total = ({ histogram, zeros, nans }: TensorSummary) =>
  [...histogram.negative, ...histogram.positive].reduce((sum, n) => sum + n, zeros + nans);

/** Share of the elements that would have to be moved to make one histogram the other. */
function misplaced(a: TensorSummary, b: TensorSummary): number {
  let sum = Math.abs(a.zeros - b.zeros);
  for (const side of ['negative', 'positive'] as const) {
    a.histogram[side].forEach((n, i) => (sum += Math.abs(n - (b.histogram[side][i] ?? 0))));
  }
  return sum / 2 / a.count;
}

function close(actual: number, expected: number, tolerance: number, what: string): void {
  const size = Math.max(Math.abs(expected), 1e-300);
  assert.ok(Math.abs(actual - expected) <= tolerance * size, `${what}: ${actual}, not ${expected}`);
}

describe('TensorBoard: histograms as octaves', () => {
  it('get octaves, zeros, minimum and maximum back exactly from our own buckets', () => {
    for (let seed = 0; seed < 300; seed++) {
      const values = tensor(seed);
      const expected = summarize(values);
      const rows = octaveRows(expected);
      for (let i = 3; i < rows.length; i += 3) {
        assert.ok(rows[i]! >= rows[i - 2]!, 'buckets overlap');
      }
      const { summary, interpolated } = convertHistogram(fromRows(rows));
      assert.equal(interpolated, 0);
      assert.deepEqual(summary.histogram, expected.histogram);
      assert.deepEqual(
        [summary.count, summary.zeros, summary.min, summary.max],
        [expected.count, expected.zeros, expected.min, expected.max],
      );
      // Within its octave a value is at most twice another.
      assert.ok(summary.norm <= 2 * expected.norm && summary.norm >= expected.norm / 2);
    }
  });

  it('keep the open end octaves between smallest and largest value', () => {
    const values = Float64Array.of(-1e9, -1e-30, 0, 1e-20, 3, 1e12);
    const expected = summarize(values);
    const rows = octaveRows(expected);
    assert.ok(rows.every(Number.isFinite));
    assert.equal(rows[0], -1e9);
    assert.equal(rows.at(-2), 1e12);
    const { summary } = convertHistogram(fromRows(rows));
    assert.deepEqual(summary.histogram, expected.histogram);
    assert.deepEqual(octaveRows(summarize(Float64Array.of(NaN, Infinity))), []);
    assert.deepEqual(octaveRows(summarize(Float64Array.of(0, -0, 0))), [0, 0, 3]);
    assert.deepEqual(octaveRows(summarize(Float64Array.of(3, 3))), [3, 3, 2]);
  });

  it('lose no element of linear buckets, and say what they estimate', () => {
    for (let seed = 0; seed < 300; seed++) {
      const values = tensor(seed);
      const expected = summarize(values);
      const { summary, interpolated, exactMoments } = convertHistogram(linear(values));
      assert.equal(summary.count, values.length);
      assert.equal(total(summary), values.length);
      close(summary.min, expected.min, 1e-12, 'min');
      close(summary.max, expected.max, 1e-12, 'max');
      assert.ok(misplaced(summary, expected) <= interpolated + 1.5 / values.length);
      if (expected.min === expected.max) {
        assert.deepEqual([interpolated, exactMoments], [0, true]);
        assert.deepEqual(summary.histogram, expected.histogram);
      }
      // No element is farther from its place than a bucket is wide.
      const width = (expected.max - expected.min) / 30;
      const bound = width * Math.sqrt(values.length) + 1e-12 * expected.norm;
      assert.ok(Math.abs(summary.norm - expected.norm) <= bound);
      assert.ok(Math.abs(summary.mean - expected.mean) <= width / 2 + 1e-12 * expected.norm);
    }
  });

  it('take the moments of a HistogramProto as they are, and most of its octaves', () => {
    for (let seed = 0; seed < 100; seed++) {
      const values = tensor(seed);
      const expected = summarize(values);
      const { summary, interpolated, exactMoments } = convertHistogram(exponential(values));
      assert.ok(exactMoments);
      assert.equal(total(summary), values.length);
      close(summary.norm, expected.norm, 1e-12, 'norm');
      close(summary.std, expected.std, 1e-6, 'std');
      assert.deepEqual([summary.min, summary.max], [expected.min, expected.max]);
      assert.ok(misplaced(summary, expected) <= interpolated + 1.5 / values.length);
      // A limit of 1.1ⁿ lies within one bucket of an octave's edge: one in seven at most.
      if (values.length > 500 && expected.zeros === 0) assert.ok(interpolated < 0.35);
    }
  });

  it('tell zeros from the smallest numbers, which share a bucket with them', () => {
    const zeros = (...values: number[]) =>
      convertHistogram(exponential(Float64Array.from(values))).summary;
    assert.deepEqual(
      [zeros(0, 0, 0, 1).zeros, zeros(0, 0, 0).zeros, zeros(1e-13, 2e-13).zeros],
      [3, 3, 0],
    );
    // As many tiny positive ones as there are tiny negative ones.
    const mixed = zeros(0, 0, -1e-13, -2e-13, 1e-13, 2e-13);
    assert.deepEqual(
      [mixed.zeros, mixed.histogram.positive[0], mixed.histogram.negative[0]],
      [2, 2, 2],
    );
  });

  it('know elements that are in no bucket as not finite', () => {
    const histogram = exponential(Float64Array.of(1, 2, 3));
    const nan = {
      ...histogram,
      moments: { ...histogram.moments!, num: 5, sum: NaN, sumSquares: NaN },
    };
    const { summary, exactMoments } = convertHistogram(nan);
    assert.deepEqual([summary.count, summary.nans, exactMoments], [5, 2, false]);
    assert.ok(summary.norm > 3 && summary.norm < 4.5);
    // TensorFlow 2 gives NaN edges to a tensor that holds an infinity.
    const edges = convertHistogram(fromRows([NaN, NaN, 4])).summary;
    assert.deepEqual([edges.count, edges.nans], [4, 4]);
    assert.ok(isAbsent(convertHistogram(fromRows([])).summary));
  });

  it('cut a bucket over several octaves evenly, to the last element', () => {
    const { summary, interpolated } = convertHistogram(fromRows([0, 8, 8]));
    const at = (edge: number) =>
      summary.histogram.positive.findIndex((_, i) => octaveEdge(i) === edge);
    assert.deepEqual(
      [4, 2, 1].map((edge) => summary.histogram.positive[at(edge)]),
      [4, 2, 1],
    );
    assert.equal(interpolated, 1);
    const spanning = convertHistogram(fromRows([-1, 3, 8])).summary;
    assert.equal(
      spanning.histogram.negative.reduce((a, b) => a + b),
      2,
    );
    assert.equal(
      spanning.histogram.positive.reduce((a, b) => a + b),
      6,
    );
  });
});
