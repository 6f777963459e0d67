// The numbers behind exported pictures: axes, cells, bars.
import assert from 'node:assert/strict';
import { columnOf, rangeOf } from '../../../src/shared/core/histogramHistory';
import { summarize } from '../../../src/shared/core/summary';
import { chartCurves } from '../../../src/shared/charts/curves';
import { curveGroup } from '../../../src/shared/charts/curveGroups';
import { heatPicture } from '../../../src/shared/charts/heatPicture';
import { histogramPicture } from '../../../src/shared/charts/histogramPicture';
import { linePicture, prefersLog } from '../../../src/shared/charts/linePicture';
import { mapPicture, shortName } from '../../../src/shared/charts/mapPicture';
import { normMap } from '../../../src/shared/charts/normMap';
import { paletteOf } from '../../../src/shared/charts/palette';
import { signedAxis } from '../../../src/shared/charts/signedAxis';
import { linearTicks, logTicks } from '../../../src/shared/charts/ticks';
import { exported } from '../export/exported';

const palette = paletteOf('light');
const LINE = {
  ...{ width: 500, height: 200, log: false, smoothing: 0 },
  ...{ nonFiniteSteps: [], changes: [] },
};

/** Boxes of the paths of one colour, as [x, y, width, height]. */
function boxesOf(svg: string, fill: string): number[][] {
  const paths = [...svg.matchAll(/<path d="([^"]*)" fill="([^"]*)"/g)];
  return paths
    .filter(([, , color]) => color === fill)
    .flatMap(([, d = '']) =>
      [...d.matchAll(/M([\d.-]+) ([\d.-]+)h([\d.]+)v([\d.]+)/g)].map((box) =>
        box.slice(1).map(Number),
      ),
    );
}

describe('ticks', () => {
  it('are round, within the axis, and no more than asked for', () => {
    assert.deepEqual(linearTicks(0, 1, 5), [0, 0.2, 0.4, 0.6, 0.8, 1]);
    assert.deepEqual(linearTicks(-0.03, 0.32, 4), [0, 0.1, 0.2, 0.3]);
    assert.deepEqual(linearTicks(3, 3, 4), [3]);
    assert.deepEqual(linearTicks(NaN, NaN, 4), []);
    for (const high of [1e-9, 7, 123456]) {
      const ticks = linearTicks(0, high, 6);
      assert.ok(ticks.length >= 3 && ticks.length <= 7, `${high}: ${ticks.join()}`);
    }
  });

  it('of decades are powers, and 2 and 5 where there is but one', () => {
    assert.deepEqual(logTicks(1e-3, 10, 10), [0.001, 0.01, 0.1, 1, 10]);
    assert.deepEqual(logTicks(0.15, 1.5, 5), [0.2, 0.5, 1]);
    assert.deepEqual(logTicks(0.15, 0.6, 5), [0.2, 0.3, 0.4, 0.5, 0.6]);
    assert.ok(logTicks(1e-30, 1e30, 6).length <= 7);
  });
});

describe('pictures', () => {
  it('of curves leave out what is not finite, and mark it', () => {
    const { history } = exported({ nanFrom: 15 });
    const curves = chartCurves(history.curves());
    const group = curveGroup(curves, 'loss');
    const nonFiniteSteps = [15, 16, 17, 18, 19, 20];
    const svg = linePicture(group, { ...LINE, nonFiniteSteps }, palette);
    assert.doesNotMatch(svg, /NaN|Infinity|undefined/);
    assert.match(svg, /not finite/);
    assert.match(svg, new RegExp(`stroke="${palette.error}"`));
  });

  it('are in decades where the values span more than two', () => {
    const group = (values: number[]) => ({
      name: 'loss',
      training: { x: Float64Array.from(values, (_, i) => i), y: Float64Array.from(values) },
      validation: undefined,
    });
    assert.equal(prefersLog(group([2, 1, 0.5])), false);
    assert.equal(prefersLog(group([2, NaN, 0.01])), true);
    assert.equal(prefersLog(group([2, 0, 1e-9])), false);
  });

  it('of the map have each cell once, in its colour', () => {
    const { history, view } = exported({ steps: 40 });
    const map = normMap(
      view.layers.map(({ name }) => name),
      chartCurves(history.curves()),
      40,
    );
    const svg = mapPicture(map, { width: 558 }, palette);
    const area = [...new Set(palette.magnitude)]
      .flatMap((color) => boxesOf(svg, color))
      .reduce((sum, [, , width = 0]) => sum + width, 0);
    // 400 pixels of cells in each of 3 rows.
    assert.ok(Math.abs(area - 3 * 400) < 1, `${area}`);
  });

  it('of a histogram have bars as high as their counts', () => {
    const summary = summarize(Float32Array.from([-1, -1, 0, 0.25, 1, 1, 1, 1]));
    const axis = signedAxis(rangeOf(summary), 300);
    const options = { height: 102, name: 'of a test', tickGap: 0 };
    const svg = histogramPicture(axis, columnOf(1, summary), options, palette);
    const heights = (color: string) => boxesOf(svg, color).map(([, , , height]) => height);
    assert.deepEqual(heights(palette.negative), [50]);
    assert.deepEqual(heights(palette.zero), [12.5]);
    assert.deepEqual(heights(palette.positive), [25, 100]);
  });

  it('of a histogram over the steps have a column per window', () => {
    const columns = [1, 2, 3].map((step) => columnOf(step, summarize(Float32Array.of(1, -1))));
    const axis = signedAxis([30, 40], 100);
    const svg = heatPicture(axis, columns, { width: 350, name: 'test' }, palette);
    const boxes = boxesOf(svg, palette.density.at(-1) ?? '');
    assert.equal(boxes.length, 6);
    assert.deepEqual([...new Set(boxes.map(([x]) => x))], [50, 150, 250]);
  });

  it('cut names in the middle', () => {
    assert.equal(shortName('conv2d', 10), 'conv2d');
    assert.equal(shortName('encoder_block_12', 9), 'enco…k_12');
  });
});
