// Axes, maps and lists of the page as plain numbers.
import assert from 'node:assert/strict';
import { OCTAVES } from '../../../src/shared/core/stepRecord';
import { summarize } from '../../../src/shared/core/summary';
import {
  MISSING,
  decades,
  normMap,
  scalePosition,
  stepsOfColumn,
} from '../../../src/shared/charts/normMap';
import {
  axisTicks,
  positionOf,
  shownRange,
  signedAxis,
  slotAt,
  slotBounds,
  slotCount,
} from '../../../src/shared/charts/signedAxis';
import { sparkline, trendOf } from '../../../webview/panel/geometry/trend';
import { rowTop, visibleRows } from '../../../webview/panel/geometry/virtualRows';
import {
  RAMP_SIZE,
  densityRamp,
  lightnessOf,
  magnitudeRamp,
} from '../../../src/shared/charts/ramp';
import { EMPTY_CURVES, appendCurves } from '../../../webview/panel/series/curveTable';
import { ZERO_BUCKET, columnOf } from '../../../src/shared/core/histogramHistory';

describe('panel: signed axis', () => {
  const axis = signedAxis([20, 30], 400);

  it('is symmetric about its middle and fills its length', () => {
    const first = axis.slots[0]!;
    const last = axis.slots.at(-1)!;
    assert.equal(first.start, 0);
    assert.ok(Math.abs(last.start + last.size - 400) < 1e-9);
    const zero = axis.slots.find(({ bucket }) => bucket === ZERO_BUCKET)!;
    assert.ok(Math.abs(zero.start + zero.size / 2 - 200) < 1e-9);
  });

  it('puts powers of two on slot edges, mirrored', () => {
    // Octave i begins at 2^(i − 36).
    const right = positionOf(axis, 2 ** (25 - 36), false);
    assert.ok(axis.slots.some(({ start }) => Math.abs(start - right) < 1e-9));
    assert.ok(Math.abs(positionOf(axis, 2 ** (25 - 36), true) - (400 - right)) < 1e-9);
  });

  it('loses no element: the end slots are open', () => {
    const column = columnOf(1, summarize(Float64Array.of(1e-30, -1e-30, 1e30, -1e30, 0, 0.001)));
    const sum = axis.slots.reduce((n, _, index) => n + slotCount(axis, column.counts, index), 0);
    assert.equal(sum, 6);
    assert.equal(slotBounds(axis, 0).from, -Infinity);
    assert.equal(slotBounds(axis, axis.slots.length - 1).to, Infinity);
  });

  it('labels powers of ten in order, mirrored, with room between them', () => {
    for (const length of [120, 240, 600]) {
      for (const range of [
        [0, 47],
        [20, 30],
        [33, 34],
      ] as const) {
        const ticks = axisTicks(signedAxis(range, length), 40);
        assert.ok(ticks.some(({ label }) => label === '0'));
        for (let i = 1; i < ticks.length; i++) {
          const gap = ticks[i]!.at - ticks[i - 1]!.at;
          assert.ok(
            gap >= 24,
            `${gap} pixels between ${ticks[i - 1]!.label} and ${ticks[i]!.label}`,
          );
        }
        const negatives = ticks.filter(({ label }) => label.startsWith('−')).length;
        assert.equal(ticks.length, 2 * negatives + 1);
      }
    }
  });

  it('shows a range of a minimum width within the octaves there are', () => {
    for (const range of [undefined, [0, 0], [47, 47], [0, 47], [20, 21]] as const) {
      const [low, high] = shownRange(range);
      assert.ok(low >= 0 && high < OCTAVES && high - low >= 9, `${low} … ${high}`);
    }
  });

  it('finds the slot under a pixel', () => {
    axis.slots.forEach(({ start, size }, index) => {
      assert.equal(slotAt(axis, start + size / 2), index);
    });
    assert.equal(slotAt(axis, 401), -1);
  });
});

describe('panel: layers × steps map', () => {
  const table = (steps: number[], norms: number[]) =>
    appendCurves(EMPTY_CURVES, {
      step: Float64Array.from(steps),
      epoch: new Float64Array(steps.length),
      seconds: new Float64Array(steps.length),
      loss: new Float64Array(steps.length),
      learningRate: new Float64Array(steps.length),
      metrics: {},
      gradientNorm: { a: Float64Array.from(norms) },
      nonFiniteSteps: [],
      epochs: [],
    });
  const steps = Array.from({ length: 90 }, (_, i) => i + 1);

  it('has a cell for every step where there is room, and no gap', () => {
    const map = normMap(
      ['a'],
      table(
        steps,
        steps.map((step) => 10 ** -step),
      ),
      500,
    );
    assert.equal(map.columns, 90);
    steps.slice(0, 19).forEach((step, i) => assert.ok(Math.abs(map.cells[i]! + step) < 1e-9));
    assert.ok(map.cells.every((cell) => cell !== MISSING));
    steps.forEach((step, column) => assert.deepEqual(stepsOfColumn(map, column), [step, step]));
  });

  it('shows the largest norm of a cell that covers several steps', () => {
    const norms = steps.map((step) => (step === 50 ? 1000 : 1));
    const map = normMap(['a'], table(steps, norms), 9);
    assert.deepEqual([...map.cells], [0, 0, 0, 0, 3, 0, 0, 0, 0]);
    assert.deepEqual(stepsOfColumn(map, 4), [41, 50]);
  });

  it('goes on through steps that were not recorded, and tells a layer that was not updated', () => {
    const sampled = normMap(['a'], table([1, 11, 21], [1, 10, 100]), 500);
    assert.ok(sampled.cells.every((cell) => cell !== MISSING));
    const missing = normMap(['a'], table([1, 2, 3], [1, NaN, 1]), 500);
    assert.deepEqual([...missing.cells], [0, MISSING, 0]);
  });

  it('marks cells in which an element was NaN', () => {
    const map = normMap(['a'], table([1, 2, 3], [1, Infinity, 1]), 500);
    assert.deepEqual([...map.cells], [0, NaN, 0]);
  });

  it('has a scale of whole decades around the values', () => {
    assert.deepEqual(decades(-5.3, -0.2), { low: -6, high: 0 });
    const { low, high } = decades(-0.5, -0.4);
    assert.ok(high - low === 3 && low <= -1 && high >= 0);
    assert.deepEqual(decades(Infinity, -Infinity), { low: -6, high: 0 });
    const map = normMap(['a'], table([1, 2], [1e-4, 1]), 10);
    assert.equal(scalePosition(map, map.low), 0);
    assert.equal(scalePosition(map, map.high), 1);
    assert.equal(scalePosition(map, -99), 0);
  });

  it('is empty without layers or steps', () => {
    assert.equal(normMap([], EMPTY_CURVES, 100).cells.length, 0);
    assert.equal(normMap(['a'], EMPTY_CURVES, 100).columns, 0);
  });
});

describe('panel: trend', () => {
  const series = (count: number, norm: (i: number) => number): Float64Array =>
    Float64Array.from({ length: count }, (_, i) => norm(i));

  it('sees a norm fall, rise and stay by factors, not by differences', () => {
    assert.equal(trendOf(series(40, (i) => 1e-6 * 0.9 ** i)), 'falling');
    assert.equal(trendOf(series(40, (i) => 1e-6 * 1.1 ** i)), 'rising');
    assert.equal(trendOf(series(40, (i) => 1 + 0.2 * (i % 2))), 'steady');
    assert.equal(trendOf(series(5, () => 1)), 'unknown');
    assert.equal(trendOf(series(40, () => NaN)), 'unknown');
  });

  it('reduces a series to the largest value of each stretch', () => {
    const line = sparkline(Float64Array.of(1, 100, NaN, NaN, 0, 10), 3);
    assert.deepEqual([...line], [2, NaN, 1]);
  });
});

describe('panel: rows in the window', () => {
  it('are those that overlap it, and a few around', () => {
    const { first, end } = visibleRows(100, 50, -1000, 500);
    assert.ok(first <= 20 && first > 10 && end >= 30 && end < 40, `${first} … ${end}`);
  });

  it('account for an opened detail', () => {
    const gap = 400;
    for (let scroll = 0; scroll < 5000; scroll += 37) {
      const { first, end } = visibleRows(100, 50, -scroll, 500, 10, gap);
      for (let row = 0; row < 100; row++) {
        const top = rowTop(row, 50, 10, gap) - scroll;
        const inWindow = top + 50 > 0 && top < 500;
        if (inWindow) assert.ok(row >= first && row < end, `row ${row} at scroll ${scroll}`);
      }
      assert.ok(end - first <= 18);
    }
  });

  it('are none of an empty list or far away', () => {
    assert.deepEqual(visibleRows(0, 50, 0, 500), { first: 0, end: 0 });
    const { first, end } = visibleRows(100, 50, 9000, 500);
    assert.ok(end - first <= 3 && first === 0);
  });
});

describe('panel: colour ramps', () => {
  const lightness = (ramp: Uint8ClampedArray): number[] =>
    Array.from({ length: RAMP_SIZE }, (_, i) =>
      lightnessOf([ramp[i * 4]!, ramp[i * 4 + 1]!, ramp[i * 4 + 2]!]),
    );

  it('are monotone in lightness, away from the background', () => {
    for (const make of [densityRamp, magnitudeRamp]) {
      for (const background of [0, 0.24, 1]) {
        const values = lightness(make(background));
        const sign = background < 0.5 ? 1 : -1;
        for (let i = 8; i < values.length; i += 8) {
          assert.ok(sign * (values[i]! - values[i - 8]!) > 0, `${make.name} at ${i}`);
        }
        assert.ok(Math.abs(values.at(-1)! - background) > 0.5);
      }
    }
  });

  it('know black from white', () => {
    assert.ok(lightnessOf([0, 0, 0]) < 0.01);
    assert.ok(Math.abs(lightnessOf([255, 255, 255]) - 1) < 0.01);
  });
});
