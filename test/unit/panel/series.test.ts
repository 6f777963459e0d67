// The page's series: smoothing, thinning that keeps extremes, bounded tables that never change an
// older version, and the histogram history.
import assert from 'node:assert/strict';
import { seededRandom } from '../../../src/shared/core/random';
import { OCTAVES } from '../../../src/shared/core/stepRecord';
import { summarize } from '../../../src/shared/core/summary';
import type { Curves } from '../../../src/shared/protocol/panel';
import { EMPTY_COLUMN, appendValues, valuesOf } from '../../../src/shared/charts/columns';
import { curveGroup, groupNames } from '../../../src/shared/charts/curveGroups';
import { EMPTY_CURVES, appendCurves } from '../../../webview/panel/series/curveTable';
import { EXACT_TAIL, MAX_ROWS, thinColumn, windowsOf } from '../../../src/shared/core/thinning';
import {
  EMPTY_HISTORY,
  SIGNED_BUCKETS,
  ZERO_BUCKET,
  columnOf,
  replaceColumns,
  signedBucket,
} from '../../../src/shared/core/histogramHistory';
import { smooth } from '../../../src/shared/charts/smoothing';
import { decimate } from '../../../src/shared/charts/decimate';

function curves(
  steps: number[],
  loss: (step: number) => number,
  more: Partial<Curves> = {},
): Curves {
  const column = Float64Array.from(steps);
  return {
    step: column,
    epoch: column.map(() => 1),
    seconds: column,
    loss: column.map(loss),
    learningRate: column.map(() => 0.1),
    metrics: {},
    gradientNorm: {},
    nonFiniteSteps: [],
    epochs: [],
    ...more,
  };
}

const range = (from: number, to: number): number[] =>
  Array.from({ length: to - from + 1 }, (_, i) => from + i);

describe('panel: smoothing', () => {
  it('leaves a constant as it is from the first value on, whatever the weight', () => {
    for (const weight of [0, 0.5, 0.99]) {
      for (const value of smooth([3, 3, 3, 3], weight)) assert.ok(Math.abs(value - 3) < 1e-12);
    }
  });

  it('is the weighted mean of what came before', () => {
    const [first, second, third] = smooth([1, 2, 4], 0.5);
    assert.equal(first, 1);
    assert.ok(Math.abs((second ?? 0) - (0.5 * 1 + 2) / 1.5) < 1e-12);
    assert.ok(Math.abs((third ?? 0) - (0.25 * 1 + 0.5 * 2 + 4) / 1.75) < 1e-12);
  });

  it('passes over NaN and infinity without being poisoned', () => {
    const smoothed = smooth([1, NaN, Infinity, 1], 0.9);
    assert.ok(Number.isNaN(smoothed[1]) && Number.isNaN(smoothed[2]));
    assert.ok(Math.abs((smoothed[3] ?? 0) - 1) < 1e-12);
  });
});

describe('panel: thinning', () => {
  it('keeps the smallest and largest value of every window in their order', () => {
    const steps = Float64Array.from(range(1, 8));
    const starts = windowsOf(steps, 4, 0);
    assert.deepEqual(starts, [0, 4, 8]);
    const thinned = thinColumn(Float64Array.from([5, 9, 1, 4, 2, 2, 7, 3]), starts);
    assert.deepEqual([...thinned], [9, 1, 2, 7]);
  });

  it('keeps an infinity beside the highest finite value of its window', () => {
    const thinned = thinColumn(
      Float64Array.from([1, Infinity, 7, 3, 9, 0, NaN, -Infinity]),
      [0, 4, 8],
    );
    assert.deepEqual([...thinned], [Infinity, 7, 9, -Infinity]);
  });

  it('gives NaN only for windows without a value', () => {
    const starts = [0, 3, 6];
    const thinned = thinColumn(Float64Array.from([NaN, NaN, NaN, NaN, 2, NaN]), starts);
    assert.deepEqual([...thinned], [NaN, NaN, 2, 2]);
  });

  it('decimates to the extremes of each pixel, first and last point kept', () => {
    const random = seededRandom(7);
    const y = Float64Array.from({ length: 10_000 }, () => random());
    y[5003] = 40;
    y[7777] = -40;
    const x = Float64Array.from(y, (_, i) => i);
    const points = decimate(x, y, 200);
    assert.ok(points.length <= 800, `${points.length} points`);
    assert.ok(points.some((point) => point.y === 40 && point.x === 5003));
    assert.ok(points.some((point) => point.y === -40 && point.x === 7777));
    assert.equal(points[0]?.x, 0);
    assert.equal(points.at(-1)?.x, 9999);
    for (let i = 1; i < points.length; i++) assert.ok(points[i]!.x > points[i - 1]!.x);
  });
});

describe('panel: columns', () => {
  it('append without changing an older version', () => {
    const old = appendValues(EMPTY_COLUMN, 0, Float64Array.of(1, 2), 2);
    const longer = appendValues(old, 2, Float64Array.of(3), 1);
    const replaced = appendValues(longer, 1, Float64Array.of(9), 1);
    assert.deepEqual([...valuesOf(old)], [1, 2]);
    assert.deepEqual([...valuesOf(longer)], [1, 2, 3]);
    assert.deepEqual([...valuesOf(replaced)], [1, 9]);
  });

  it('pad with NaN where a name appears late or is left out', () => {
    const late = appendValues(EMPTY_COLUMN, 3, Float64Array.of(7), 1);
    assert.deepEqual([...valuesOf(late)], [NaN, NaN, NaN, 7]);
    const missing = appendValues(late, 4, undefined, 2);
    assert.deepEqual([...valuesOf(missing)], [NaN, NaN, NaN, 7, NaN, NaN]);
  });
});

describe('panel: curve table', () => {
  it('stays bounded over a long run, keeps the spike, and is exact at its end', () => {
    let table = EMPTY_CURVES;
    for (let from = 1; from < 60_000; from += 50) {
      table = appendCurves(
        table,
        curves(range(from, from + 49), (step) => (step === 12_345 ? 99 : 1 / step)),
      );
    }
    const steps = valuesOf(table.step);
    assert.ok(steps.length <= MAX_ROWS);
    assert.equal(valuesOf(table.loss).length, steps.length);
    assert.ok(valuesOf(table.loss).includes(99));
    const last = steps.at(-1) ?? 0;
    assert.deepEqual([...steps.slice(-EXACT_TAIL / 2)], range(last - EXACT_TAIL / 2 + 1, last));
    for (let i = 1; i < steps.length; i++) assert.ok(steps[i]! > steps[i - 1]!);
    // Resolution is even: no stretch of the past is left with far fewer points than another.
    const half = steps.filter((step) => step < last / 2).length;
    assert.ok(half > steps.length / 4, `${half} of ${steps.length} rows in the first half`);
  });

  it('replaces rows of steps that are sent again, and merges epochs by number', () => {
    const epoch = (metrics: Record<string, number>) => [{ epoch: 1, step: 2, metrics }];
    let table = appendCurves(
      EMPTY_CURVES,
      curves([1, 2], () => 1, { epochs: epoch({ val_loss: 5 }) }),
    );
    table = appendCurves(
      table,
      curves([2, 3], () => 2, { epochs: epoch({ val_loss: 4 }) }),
    );
    assert.deepEqual([...valuesOf(table.step)], [1, 2, 3]);
    assert.deepEqual([...valuesOf(table.loss)], [1, 2, 2]);
    assert.deepEqual(table.epochs, epoch({ val_loss: 4 }));
  });

  it('pads layers that appear late', () => {
    let table = appendCurves(
      EMPTY_CURVES,
      curves([1], () => 1),
    );
    table = appendCurves(
      table,
      curves([2], () => 1, { gradientNorm: { a: Float64Array.of(3) } }),
    );
    assert.deepEqual([...valuesOf(table.gradientNorm['a'] ?? EMPTY_COLUMN)], [NaN, 3]);
  });

  it('groups a metric with its validation twin, and shows a learning rate that changes', () => {
    const table = appendCurves(
      EMPTY_CURVES,
      curves([1, 2], () => 1, {
        learningRate: Float64Array.of(0.1, 0.01),
        metrics: { acc: Float64Array.of(0.1, 0.2), val_acc: Float64Array.of(NaN, 0.3) },
        epochs: [{ epoch: 1, step: 2, metrics: { val_loss: 0.9, val_acc: 0.31 } }],
      }),
    );
    assert.deepEqual(groupNames(table), ['loss', 'acc', 'learning rate']);
    assert.deepEqual([...(curveGroup(table, 'loss').validation?.y ?? [])], [0.9]);
    assert.deepEqual([...(curveGroup(table, 'acc').validation?.y ?? [])], [0.31]);
    assert.deepEqual([...(curveGroup(table, 'acc').training?.y ?? [])], [0.1, 0.2]);
  });
});

describe('panel: histogram history', () => {
  it('lays the buckets out from the far negative to the far positive', () => {
    const { counts, nonFinite } = columnOf(1, summarize(Float64Array.of(-4, -4, 0, 0, 0, 1)));
    assert.equal(counts.length, SIGNED_BUCKETS);
    assert.equal(counts[signedBucket(38, true)], 2);
    assert.equal(counts[ZERO_BUCKET], 3);
    assert.equal(counts[signedBucket(36, false)], 1);
    assert.equal(nonFinite, 0);
    assert.equal(signedBucket(OCTAVES - 1, true), 0);
    assert.equal(signedBucket(OCTAVES - 1, false), SIGNED_BUCKETS - 1);
  });

  it('takes the columns of the host in place of its own, and only ever widens its axis', () => {
    const column = (step: number) => columnOf(step, summarize(Float64Array.of(step, -0.5, 0, NaN)));
    const before = replaceColumns(EMPTY_HISTORY, [column(1), column(2), column(3)], [35, 37]);
    const after = replaceColumns(before, [column(3), column(4)], [36, 38]);
    assert.deepEqual(
      after.columns.map(({ firstStep }) => firstStep),
      [1, 2, 3, 4],
    );
    assert.deepEqual(after.range, [35, 38]);
    assert.equal(before.columns.length, 3);
    assert.equal(replaceColumns(after, [], undefined).columns.length, 4);
  });
});
