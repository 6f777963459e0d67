// Pure parts of the page that compares runs: names, the table, the shared axis, maps on common ground.
import assert from 'node:assert/strict';
import type { ComparedRun, ComparedSeries } from '../../../src/shared/protocol/compare';
import { alignedMaps, cellAt, unionLayers } from '../../../webview/panel/compare/maps';
import { namesOf, sharedName } from '../../../webview/panel/compare/names';
import { runStyle } from '../../../webview/panel/compare/runStyle';
import { alignedGroup, stepOfAxis, timeWords } from '../../../webview/panel/compare/series';
import { DEFAULT_SETTINGS, parseSettings } from '../../../webview/panel/compare/settings';
import { deltaOf, factSections } from '../../../webview/panel/compare/table';
import { NOW, summaryOf } from '../host/runSummaries';

const compared = (
  id: string,
  change: Parameters<typeof summaryOf>[1] = {},
  slot = 0,
): ComparedRun => ({ summary: summaryOf(id, change), slot, layers: ['a', 'b'], isLoading: false });

const series = (steps: number[], norms: Record<string, number[]> = {}): ComparedSeries => {
  const step = Float64Array.from(steps);
  // Half a second a step.
  const seconds = step.map((value) => value / 2);
  return {
    ...{ step, seconds, loss: step.map((value) => 1 / value), learningRate: step.map(() => 0.1) },
    ...{
      metrics: {},
      nonFiniteSteps: [],
      epochs: [{ epoch: 1, step: 4, metrics: { val_loss: 9 } }],
    },
    norms: {
      ...{ step, seconds },
      layers: Object.fromEntries(
        Object.entries(norms).map(([name, values]) => [name, Float64Array.from(values)]),
      ),
    },
  };
};

describe('comparison: names', () => {
  const names = (...runs: ReturnType<typeof summaryOf>[]) => [...namesOf(runs).values()];
  it('are those of the runs where they differ', () => {
    assert.deepEqual(names(summaryOf('a', { labels: { name: 'A' } }), summaryOf('b')), [
      'A',
      'mnist-cnn.model.ts',
    ]);
    assert.deepEqual(names(summaryOf('a')), ['mnist-cnn.model.ts']);
  });
  it('are what tells the runs apart where all are called the same, and no more than that', () => {
    const of = (id: string, lr: number, units: number) =>
      summaryOf(id, { hyperparameters: { lr, units } });
    assert.deepEqual(names(of('a', 0.1, 8), of('b', 0.01, 16)), ['lr 0.1', 'lr 0.01']);
    assert.deepEqual(names(of('a', 0.1, 8), of('b', 0.1, 16), of('c', 0.01, 8)), [
      'lr 0.1, units 8',
      'lr 0.1, units 16',
      'lr 0.01, units 8',
    ]);
    assert.equal(sharedName([of('a', 1, 1), of('b', 1, 1)]), 'mnist-cnn.model.ts');
  });
  it('fall back to seed, time and number, and never collide', () => {
    assert.deepEqual(names(summaryOf('a', { seed: 1 }), summaryOf('b', { seed: 2 })), [
      'seed 1',
      'seed 2',
    ]);
    const same = [summaryOf('a'), summaryOf('b'), summaryOf('c', { startedAt: NOW.getTime() })];
    assert.equal(new Set(namesOf(same).values()).size, 3);
  });
});

describe('comparison: table', () => {
  const rowsOf = (runs: readonly ComparedRun[], baseline?: string) =>
    new Map(
      factSections(runs, baseline).flatMap(({ rows }) => rows.map((row) => [row.label, row])),
    );

  it('marks what differs, and the best of what can be better', () => {
    const rows = rowsOf([
      compared('a', {
        lastLoss: 0.5,
        metrics: { acc: 0.8, mae: 2 },
        hyperparameters: { lr: 1, same: 'x' },
      }),
      compared('b', {
        lastLoss: NaN,
        metrics: { acc: 0.9, mae: 3 },
        hyperparameters: { lr: 2, same: 'x' },
      }),
      compared('c', { lastLoss: 0.25, metrics: { acc: 0.9 }, hyperparameters: { same: 'x' } }),
    ]);
    const best = (label: string) => rows.get(label)?.cells.map(({ isBest }) => isBest ?? false);
    assert.deepEqual(best('Last loss'), [false, false, true]);
    assert.deepEqual(best('acc'), [false, true, true]);
    assert.deepEqual(best('mae'), [true, false, false]);
    assert.deepEqual(best('Steps'), [false, false, false]);
    assert.equal(rows.get('lr')?.differs, true);
    assert.equal(rows.get('lr')?.cells[2]?.text, '–');
    assert.equal(rows.get('same')?.differs, false);
    assert.deepEqual([...rows.keys()].indexOf('lr') < [...rows.keys()].indexOf('same'), true);
  });

  it('gives differences to the baseline: results in percent, hyperparameters as factors', () => {
    assert.equal(deltaOf(1.5, 1, 'result'), '+50%');
    assert.equal(deltaOf(0.95, 1, 'result'), '−5%');
    assert.equal(deltaOf(0.999, 1, 'result'), '−0.1%');
    assert.equal(deltaOf(-3, -2, 'result'), '−50%');
    assert.equal(deltaOf(3, 0, 'result'), '+3');
    assert.equal(deltaOf(0.001, 0.01, 'parameter'), '×0.1');
    assert.equal(deltaOf('sgd', 'adam', 'parameter'), 'differs');
    assert.equal(deltaOf(0, 0.1, 'parameter'), '−100%');
    for (const [value, base] of [
      [1, 1],
      [NaN, 1],
      [1, Infinity],
      [NaN, NaN],
    ]) {
      assert.equal(deltaOf(value, base, 'result'), undefined);
    }
    const rows = rowsOf([compared('a', { lastLoss: 2 }), compared('b', { lastLoss: 1 })], 'a');
    assert.deepEqual(
      rows.get('Last loss')?.cells.map(({ delta }) => delta),
      [undefined, '−50%'],
    );
    assert.deepEqual(
      rows.get('Seed')?.cells.map(({ delta }) => delta),
      [undefined, undefined],
    );
  });
});

describe('comparison: shared axis', () => {
  it('is steps, or seconds of training', () => {
    const own = series([1, 2, 4, 8]);
    assert.deepEqual([...(alignedGroup(own, 'loss', 'step').training?.x ?? [])], [1, 2, 4, 8]);
    const byTime = alignedGroup(own, 'loss', 'time');
    assert.deepEqual([...(byTime.training?.x ?? [])], [0.5, 1, 2, 4]);
    assert.deepEqual([...(byTime.validation?.x ?? [])], [2], 'the epoch of step 4 ended at 2 s');
    assert.equal(stepOfAxis(own, 2.2, 'time'), 4);
    assert.equal(stepOfAxis(own, 7, 'step'), 8);
  });
  it('has words for times', () => {
    assert.deepEqual([0.25, 59, 125, 4200, NaN].map(timeWords), [
      '0.25 s',
      '59 s',
      '2:05 min',
      '1:10 h',
      '–',
    ]);
  });
});

describe('comparison: maps', () => {
  it('put layers into rows that keep the order of every run', () => {
    const union = unionLayers([
      { layers: ['in', 'a', 'out'] },
      { layers: ['in', 'a', 'extra', 'out'] },
      { layers: ['stem', 'in', 'out'] },
    ]);
    assert.deepEqual(union, ['stem', 'in', 'a', 'extra', 'out']);
    assert.deepEqual(unionLayers([]), []);
  });

  it('share scale and axis: a run that ends early covers its part', () => {
    const long = series([1, 2, 3, 4], { a: [1, 1, 1, 1], b: [1e-5, 1e-5, 1e-5, Infinity] });
    const short = series([1, 2], { a: [10, 10] });
    const [first, second, none] = alignedMaps(['a', 'b'], [long, short, undefined], 'step', 100);
    assert.equal(none, undefined);
    assert.deepEqual([first?.from, first?.to, second?.from, second?.to], [0, 1, 0, 0.5]);
    assert.deepEqual([first?.map.low, first?.map.high], [-5, 1]);
    assert.deepEqual([second?.map.low, second?.map.high], [-5, 1]);
    assert.ok(first && second);
    assert.equal(cellAt(second, 0, 0.2), 1);
    assert.equal(cellAt(second, 0, 0.6), -Infinity, 'it has ended');
    assert.equal(cellAt(second, 1, 0.2), -Infinity, 'it has no such layer');
    assert.ok(Number.isNaN(cellAt(first, 1, 0.99)));
  });

  it('are laid out by time as well', () => {
    const slow = { ...series([1, 2], { a: [1, 1] }) };
    const fast = series([1, 2], { a: [1, 1] });
    fast.norms.seconds = Float64Array.of(0.5, 0.75);
    const [a, b] = alignedMaps(['a'], [slow, fast], 'time', 100);
    assert.equal(a?.to, 1);
    assert.ok(b && Math.abs(b.to - 0.5) < 0.01, String(b?.to));
  });
});

describe('comparison: styles and settings', () => {
  it('gives eight runs eight colours, dashes and markers on either ground', () => {
    for (const dark of [true, false]) {
      const styles = Array.from({ length: 8 }, (_, slot) => runStyle(slot, { dark }));
      for (const part of [
        styles.map(({ color }) => color),
        styles.map(({ dash }) => dash.join()),
        styles.map(({ marker }) => marker),
      ]) {
        assert.equal(new Set(part).size, 8);
      }
    }
  });
  it('keeps what was chosen, whatever was stored', () => {
    for (const stored of [undefined, 'x', [], { runs: 3, alignment: 'x', smoothing: 2, at: -1 }]) {
      assert.deepEqual(parseSettings(stored), DEFAULT_SETTINGS);
    }
    const chosen = {
      ...DEFAULT_SETTINGS,
      runs: ['a', null],
      alignment: 'time',
      at: 3,
      layer: 'x',
      hidden: ['b'],
    };
    assert.deepEqual(parseSettings(JSON.parse(JSON.stringify(chosen))), chosen);
  });
});
