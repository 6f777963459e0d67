// Rows of the runs view: words, sparklines, order and groups.
import assert from 'node:assert/strict';
import {
  differencesByModel,
  differingHyperparameters,
} from '../../../src/shared/core/runDifferences';
import { groupRuns } from '../../../src/surfaces/runs/groupRuns';
import { sortRuns } from '../../../src/surfaces/runs/sortRuns';
import { sparkBlocks, sparkPicture } from '../../../src/surfaces/runs/sparkline';
import { DEFAULT_VIEW_STATE, parseViewState } from '../../../src/surfaces/runs/viewState';
import {
  descriptionOf,
  durationWord,
  shortNameOf,
  spokenOf,
} from '../../../src/surfaces/runs/words';
import { NOW, summaryOf } from './runSummaries';

const HOUR_MS = 3_600_000;
const ids = (runs: readonly { id: string }[]): string => runs.map(({ id }) => id).join(' ');

describe('runs view: sparklines', () => {
  it('go from the lowest to the highest block', () => {
    assert.equal(sparkBlocks([7, 6, 5, 4, 3, 2, 1, 0]), '█▇▆▅▄▃▂▁');
    assert.equal(sparkBlocks([1, 1, 1]), '▁▁▁');
    assert.equal(sparkBlocks([]), '');
  });

  it('join what is more than fits, and mark what is not finite', () => {
    assert.equal(sparkBlocks([4, 4, 2, 2, 0, 0], 3), '█▅▁');
    assert.equal(sparkBlocks([1, 0, NaN, Infinity], 4), '█▁××');
    assert.equal(sparkBlocks([1, NaN, 0, NaN], 2), '█▁', 'a finite value beside it is enough');
    assert.equal(sparkBlocks([NaN, NaN]), '××');
  });

  it('are pictures without a gap in their bounds', () => {
    const colors = { line: '#3794ff', bad: '#f14c4c' };
    const decode = (address = '') => Buffer.from(address.split(',')[1] ?? '', 'base64').toString();
    const svg = decode(sparkPicture([2, 1, NaN, 0], colors));
    assert.match(svg, /d="M4\.0 4\.0L81\.3 24\.0M236\.0 44\.0"/);
    assert.match(svg, /stroke="#f14c4c"/);
    assert.equal(sparkPicture([NaN], colors), undefined);
    assert.doesNotMatch(decode(sparkPicture([1, 1], colors)), /NaN|#f14c4c/);
  });
});

describe('runs view: words of a run', () => {
  const run = summaryOf('a', {
    hyperparameters: { lr: 0.01, units: 64 },
    labels: { tags: ['night'], pinned: true },
    worst: { rule: 'vanishing-gradient', severity: 'warning', message: 'It vanishes.' },
    findings: { error: 0, warning: 1, information: 0 },
  });

  it('say what differs, what is wrong, and when', () => {
    assert.equal(
      descriptionOf(run, ['lr'], NOW),
      '0.213 █▄▂▁▁▁ · pinned · lr 0.01 · best 0.198 · vanishing gradient · #night · 11:00',
    );
  });

  it('are spoken without the picture', () => {
    assert.equal(
      spokenOf(run, ['lr', 'missing'], NOW),
      'mnist-cnn.model.ts, Completed, pinned, step 400, loss 0.213, best 0.198, lr 0.01, ' +
        'warning: vanishing gradient, tag night, started 11:00',
    );
  });

  it('are few before the first step, and plain where the loss is not finite', () => {
    const { lastLoss, bestLoss, ...rest } = summaryOf('b', { spark: [], startedAt: 0 });
    assert.equal(lastLoss, 0.213);
    assert.equal(bestLoss?.step, 380);
    assert.match(descriptionOf(rest, [], NOW), /^(1970-01-01|1969-12-31) \d\d:\d\d$/);
    assert.match(descriptionOf({ ...rest, lastLoss: NaN, spark: [1, NaN] }, [], NOW), /^NaN ▁× ·/);
  });

  it('leave out the endings of model files, not those of given names', () => {
    const short = (title: string, name?: string) =>
      shortNameOf({ title, labels: name === undefined ? {} : { name } });
    assert.deepEqual(
      [short('a.model.ts'), short('b.mjs'), short('logs'), short('c.js', 'mine.js')],
      ['a', 'b', 'logs', 'mine.js'],
    );
  });

  it('give durations in two units at most', () => {
    assert.deepEqual([0.04, 4.21, 59.6, 75, 3600, 7325, NaN].map(durationWord), [
      '0 s',
      '4.2 s',
      '1 min',
      '1 min 15 s',
      '1 h',
      '2 h 2 min',
      '–',
    ]);
  });
});

describe('hyperparameters that differ', () => {
  it('are those with several values, or missing in some runs', () => {
    const of = (hyperparameters: Record<string, number | string>) => ({ hyperparameters });
    assert.deepEqual(
      differingHyperparameters([
        of({ lr: 1, a: 'x', b: 2 }),
        of({ lr: 2, a: 'x' }),
        of({ lr: 1, a: 'x', b: 2 }),
      ]),
      ['lr', 'b'],
    );
    assert.deepEqual(differingHyperparameters([of({ lr: 1 })]), []);
    assert.deepEqual(differingHyperparameters([]), []);
  });

  it('are told per model', () => {
    const differing = differencesByModel([
      summaryOf('a', { path: 'x', hyperparameters: { lr: 1 } }),
      summaryOf('b', { path: 'x', hyperparameters: { lr: 2 } }),
      summaryOf('c', { path: 'y', hyperparameters: { width: 3 } }),
    ]);
    assert.deepEqual(
      [...differing],
      [
        ['x', ['lr']],
        ['y', []],
      ],
    );
  });
});

describe('runs view: order', () => {
  const runs = [
    summaryOf('old', { startedAt: 1, lastLoss: 0.1, seconds: 5, title: 'net10' }),
    summaryOf('new', {
      startedAt: 3,
      lastLoss: 0.5,
      bestLoss: { value: 0.01, step: 1 },
      title: 'net9',
    }),
    summaryOf('nan', {
      startedAt: 2,
      lastLoss: NaN,
      bestLoss: { value: 0.4, step: 1 },
      seconds: 99,
    }),
  ];

  it('is that of the chosen value, what has none last', () => {
    assert.equal(ids(sortRuns(runs, 'time')), 'new nan old');
    assert.equal(ids(sortRuns(runs, 'last')), 'old new nan');
    assert.equal(ids(sortRuns(runs, 'best')), 'new old nan');
    assert.equal(ids(sortRuns(runs, 'duration')), 'nan new old');
    assert.equal(ids(sortRuns(runs, 'name')), 'nan new old', 'mnist, then net9 before net10');
  });

  it('has the pinned ones first, and does not depend on the order before', () => {
    const pinned = runs.map((run) =>
      run.id === 'old' ? { ...run, labels: { pinned: true } } : run,
    );
    assert.equal(ids(sortRuns(pinned, 'time')), 'old new nan');
    assert.equal(ids(sortRuns([...pinned].reverse(), 'time')), 'old new nan');
  });
});

describe('runs view: groups', () => {
  const runs = [
    summaryOf('a', {
      labels: { tags: ['x', 'y'] },
      experiment: { id: 'e', name: 'Sweep', trial: 1 },
    }),
    summaryOf('b', {
      startedAt: NOW.getTime() - 20 * HOUR_MS,
      state: 'failed',
      path: 'other/mnist-cnn.model.ts',
    }),
    summaryOf('c', {
      labels: { tags: ['y'] },
      startedAt: NOW.getTime() - 50 * HOUR_MS,
      title: 'b.js',
      path: 'b.js',
    }),
  ];
  const shown = (by: Parameters<typeof groupRuns>[1]) =>
    groupRuns(runs, by, NOW).map(({ label, runs: own }) => `${label}: ${ids(own)}`);

  it('stand in the order of their first run, those without a value last', () => {
    assert.deepEqual(shown('tag'), ['x: a', 'y: a c', 'No tag: b']);
    assert.deepEqual(shown('experiment'), ['Sweep: a', 'No experiment: b c']);
    assert.deepEqual(shown('state'), ['Completed: a c', 'Failed: b']);
    assert.deepEqual(shown('day'), ['Today: a', 'Yesterday: b', '2026-01-29: c']);
  });

  it('tell models of the same name apart by their paths', () => {
    assert.deepEqual(shown('model'), [
      'models/mnist-cnn.model.ts: a',
      'other/mnist-cnn.model.ts: b',
      'b.js: c',
    ]);
  });
});

describe('runs view: what was chosen', () => {
  it('survives whatever was stored', () => {
    for (const stored of [undefined, null, 3, 'x', {}, { grouping: 'no', sort: 1, filter: {} }]) {
      assert.deepEqual(parseViewState(stored), DEFAULT_VIEW_STATE);
    }
    const chosen = { grouping: 'tag', sort: 'best', filter: 'lr>1', baseline: 'a' } as const;
    assert.deepEqual(parseViewState(JSON.parse(JSON.stringify(chosen))), chosen);
  });
});
