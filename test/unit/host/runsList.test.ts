// The list behind the runs view: runs of the session over those on disk, what is drawn again, and how it scales.
import assert from 'node:assert/strict';
import { Emitter } from '../../../src/run/emitter';
import type { RunSummary } from '../../../src/shared/core/runSummary';
import { Layout, type RunRow } from '../../../src/surfaces/runs/layout';
import { RunList } from '../../../src/surfaces/runs/runList';
import { DEFAULT_VIEW_STATE } from '../../../src/surfaces/runs/viewState';
import { descriptionOf, spokenOf } from '../../../src/surfaces/runs/words';
import { manySummaries, NOW, summaryOf } from './runSummaries';

const quiet = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
const fail = (error: unknown) => assert.fail(String(error));

function source(summaries: RunSummary[]) {
  const changed = new Emitter<void>(fail);
  return { summaries, onDidChange: changed.event, changed };
}

describe('list of runs', () => {
  it('has the progress of the session, and the labels and sizes of the disk', () => {
    const live = source([summaryOf('a', { state: 'running', live: true, step: 50 })]);
    const stored = source([
      summaryOf('a', { step: 40, labels: { name: 'Mine' }, bytes: 99, resumable: true }),
      summaryOf('b'),
    ]);
    const list = new RunList(live, stored, fail);
    assert.deepEqual([...list.runs.keys()].sort(), ['a', 'b']);
    const run = list.runs.get('a');
    assert.equal(run?.step, 50);
    assert.equal(run.live, true);
    assert.deepEqual([run.labels, run.bytes, run.resumable], [{ name: 'Mine' }, 99, true]);
    list.dispose();
  });

  it('keeps the object of a run that has not changed', async () => {
    const live = source([summaryOf('a', { live: true })]);
    const stored = source([summaryOf('a'), summaryOf('b')]);
    const list = new RunList(live, stored, fail);
    const before = list.runs;
    live.summaries[0] = { ...summaryOf('a', { live: true }), step: 401 };
    live.changed.fire();
    await quiet(10);
    assert.notEqual(list.runs.get('a'), before.get('a'));
    assert.equal(list.runs.get('b'), before.get('b'));
    const again = list.runs.get('a');
    stored.changed.fire();
    assert.equal(list.runs.get('a'), again, 'neither of its two sides has changed');
    list.dispose();
  });

  it('tells of progress at most twice a second', async () => {
    const live = source([summaryOf('a', { live: true })]);
    const list = new RunList(live, source([]), fail);
    let told = 0;
    list.onDidChange(() => told++);
    const until = Date.now() + 1200;
    while (Date.now() < until) {
      live.changed.fire();
      await quiet(5);
    }
    assert.ok(told >= 2 && told <= 4, `told ${told} times in 1.2 s`);
    list.dispose();
  });
});

describe('layout of the runs view', () => {
  const state = DEFAULT_VIEW_STATE;

  it('names the one row that made progress, and all when the order changes', () => {
    const layout = new Layout();
    const runs = [summaryOf('a', { lastLoss: 1 }), summaryOf('b', { lastLoss: 2 })];
    assert.equal(layout.update(runs, { ...state, sort: 'last' }, NOW), 'all');
    const rows = layout.roots as RunRow[];
    runs[1] = summaryOf('b', { lastLoss: 1.5 });
    const changed = layout.update(runs, { ...state, sort: 'last' }, NOW);
    assert.deepEqual(changed, [rows[1]]);
    assert.equal(rows[1]?.run.lastLoss, 1.5, 'the row is the same object');
    runs[1] = summaryOf('b', { lastLoss: 0.5 });
    assert.equal(layout.update(runs, { ...state, sort: 'last' }, NOW), 'all');
    assert.deepEqual(layout.update(runs, { ...state, sort: 'last' }, NOW), []);
  });

  it('draws the rows again whose differing hyperparameters have changed', () => {
    const layout = new Layout();
    const a = summaryOf('a', { hyperparameters: { lr: 1 } });
    const b = summaryOf('b', { hyperparameters: { lr: 1 } });
    layout.update([a, b], state, NOW);
    const changed = layout.update([a, { ...b, hyperparameters: { lr: 2 } }], state, NOW);
    assert.deepEqual(
      changed === 'all' ? changed : changed.map(({ run, differing }) => [run.id, differing]),
      [
        ['b', ['lr']],
        ['a', ['lr']],
      ],
    );
  });

  it('has a row per tag, each with its own key, and finds the group of a row', () => {
    const layout = new Layout();
    const run = summaryOf('a', { labels: { tags: ['x', 'y'] } });
    layout.update([run, summaryOf('b')], { ...state, grouping: 'tag' }, NOW);
    assert.deepEqual(
      layout.roots.map((row) => (row.kind === 'group' ? [row.label, row.rows.length] : row)),
      [
        ['x', 1],
        ['y', 1],
        ['No tag', 1],
      ],
    );
    const row = layout.rowOf('a');
    assert.ok(row);
    assert.equal(layout.groupOf(row)?.label, 'x');
    assert.equal(layout.shown, 2);
  });

  it('tells progress from other runs, and brings rows up to date in place', () => {
    const layout = new Layout();
    const runs = new Map([
      ['a', summaryOf('a')],
      ['b', summaryOf('b')],
    ]);
    layout.update(runs.values(), state, NOW);
    assert.ok(layout.hasAll(runs));
    runs.set('a', summaryOf('a', { step: 500 }));
    assert.ok(layout.hasAll(runs));
    assert.deepEqual(
      layout.refresh(runs).map(({ run }) => [run.id, run.step]),
      [['a', 500]],
    );
    runs.set('c', summaryOf('c'));
    assert.equal(layout.hasAll(runs), false);
  });

  it('lays out 1,000 runs, with words for every row, in a fraction of a second', () => {
    const runs = manySummaries(1000);
    const live = summaryOf('live', { state: 'running', live: true });
    const layout = new Layout();
    const timed = (what: () => void): number => {
      const start = performance.now();
      what();
      return performance.now() - start;
    };
    const all = timed(() => {
      layout.update([...runs, live], { ...state, grouping: 'model', sort: 'best' }, NOW);
      for (const group of layout.roots) {
        if (group.kind !== 'group') continue;
        for (const { run, differing } of group.rows) {
          descriptionOf(run, differing, NOW);
          spokenOf(run, differing, NOW);
        }
      }
    });
    const progress = timed(() => {
      const change = layout.update(
        [...runs, { ...live, step: 401 }],
        { ...state, grouping: 'model', sort: 'best' },
        NOW,
      );
      assert.equal(change === 'all' ? change : change.length, 1);
    });
    // Far from what they take (tens of milliseconds), so that a busy machine does not fail it.
    assert.ok(all < 1500 && progress < 500, `${all.toFixed(0)} ms, then ${progress.toFixed(0)} ms`);
    if (process.env['GRADIENT_LENS_FIGURES']) {
      process.stdout.write(
        `1,001 runs: ${all.toFixed(1)} ms; a step of one: ${progress.toFixed(1)} ms\n`,
      );
    }
  });
});
