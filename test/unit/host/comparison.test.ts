// The host's side of a comparison: which runs, in which slots, their series within bounds, histograms at a step, and
// what a page is sent of them.
import assert from 'node:assert/strict';
import { Emitter } from '../../../src/run/emitter';
import { RunHistory } from '../../../src/run/runHistory';
import {
  MAX_COMPARED,
  NORM_ROWS,
  SERIES_ROWS,
  type ToComparePage,
} from '../../../src/shared/protocol/compare';
import {
  parseComparedSlots,
  parseFromComparePage,
} from '../../../src/shared/protocol/compareGuard';
import { CompareFeed } from '../../../src/surfaces/compare/compareFeed';
import { comparedSeries } from '../../../src/surfaces/compare/comparedSeries';
import { Comparison, type OpenedRun } from '../../../src/surfaces/compare/comparison';
import { randomRecord } from '../protocol/records';
import { summaryOf } from './runSummaries';

const quiet = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
const fail = (error: unknown) => assert.fail(String(error));

function opened(steps: number): OpenedRun & { history: RunHistory; changed: Emitter<void> } {
  const history = new RunHistory();
  for (let step = 1; step <= steps; step++) history.append(randomRecord(step, 2));
  const changed = new Emitter<void>(fail);
  const layers = ['dense_0', 'dense_1'].map((name) => ({ name, className: 'Dense', tensors: [] }));
  return { history, changed, onDidChange: changed.event, view: () => ({ layers }) };
}

function scene(count = 3) {
  const runs = new Map(Array.from({ length: count }, (_, i) => [`run-${i}`, opened(5 * (i + 1))]));
  const summaries = new Map([...runs.keys()].map((id) => [id, summaryOf(id)]));
  const comparison = new Comparison(
    {
      summary: (id) => summaries.get(id),
      open: (id) => {
        const run = runs.get(id);
        return run ? Promise.resolve(run) : Promise.reject(new Error(`no ${id}`));
      },
    },
    fail,
  );
  return { comparison, runs, summaries };
}

describe('comparison', () => {
  it('gives each run a slot of its own, and keeps the slots of the others', () => {
    const { comparison } = scene(10);
    for (let i = 0; i < 10; i++) comparison.add(`run-${i}`);
    assert.equal(comparison.runs.length, MAX_COMPARED);
    assert.equal(comparison.add('run-1'), false, 'there already');
    assert.equal(comparison.add('unknown'), false);
    comparison.remove('run-2');
    assert.equal(comparison.add('run-9'), true);
    assert.deepEqual(comparison.runs.map(({ summary, slot }) => [summary.id, slot]).at(-1), [
      'run-9',
      2,
    ]);
    assert.equal(comparison.ids[2], 'run-9');
  });

  it('takes runs back into their slots', () => {
    const { comparison } = scene();
    comparison.add('run-1', 4);
    comparison.add('run-2', 4);
    assert.deepEqual(comparison.ids, ['run-2', undefined, undefined, undefined, 'run-1']);
  });

  it('says which runs are being read, and why one cannot be', async () => {
    const { comparison, summaries } = scene(1);
    summaries.set('gone', summaryOf('gone'));
    comparison.add('run-0');
    comparison.add('gone');
    assert.deepEqual(
      comparison.runs.map(({ isLoading }) => isLoading),
      [true, true],
    );
    await quiet(0);
    const [read, gone] = comparison.runs;
    assert.deepEqual(read?.layers, ['dense_0', 'dense_1']);
    assert.deepEqual([gone?.isLoading, gone?.problem], [false, 'no gone']);
  });

  it('finds histograms at the step nearest to the one asked, the newest without one', async () => {
    const { comparison, runs } = scene();
    for (const id of runs.keys()) comparison.add(id);
    await quiet(0);
    const look = { type: 'look', layer: 'dense_1', quantity: 'gradient' } as const;
    const steps = (at: { run: string; step: number }[]) =>
      comparison.histograms({ ...look, at }).map(({ step }) => step);
    assert.deepEqual(steps([]), [5, 10, 15]);
    assert.deepEqual(
      steps([
        { run: 'run-1', step: 7 },
        { run: 'run-0', step: 99 },
      ]),
      [5, 7, 15],
    );
    const [first] = comparison.histograms({ ...look, at: [] });
    assert.equal(
      first?.summary,
      runs.get('run-0')?.history.records.at(-1)?.layers['dense_1']?.gradient,
    );
    for (const layer of ['none', '__proto__', 'constructor']) {
      assert.equal(comparison.histograms({ ...look, layer, at: [] })[0]?.summary, undefined);
    }
  });
});

describe('series of a comparison', () => {
  it('are those of the run where they are short', () => {
    const { history } = opened(20);
    const series = comparedSeries(history.curves());
    assert.deepEqual(
      [...series.step],
      Array.from({ length: 20 }, (_, i) => i + 1),
    );
    assert.deepEqual([...series.norms.step], [...series.step]);
    assert.equal(series.seconds.length, 20);
  });

  it('are bounded for any run, and keep its extremes', () => {
    const history = new RunHistory();
    for (let step = 1; step <= 20_000; step++) {
      const loss = step === 7777 ? 50 : 1;
      history.append({ step, loss, metrics: {}, seconds: step / 10, layers: {}, tensors: {} });
    }
    const series = comparedSeries(history.curves());
    assert.ok(series.step.length <= SERIES_ROWS && series.step.length > SERIES_ROWS / 4);
    assert.ok(series.norms.step.length <= NORM_ROWS);
    assert.equal(Math.max(...series.loss), 50);
    assert.equal(series.step.at(-1), 20_000);
    assert.equal(series.seconds.at(-1), 2000);
    for (const column of [series.seconds, series.loss, series.learningRate]) {
      assert.equal(column.length, series.step.length);
    }
  });
});

describe('feed of a comparison', () => {
  const start = async (isVisible = () => true) => {
    const { comparison, runs, summaries } = scene(2);
    const posts: ToComparePage[] = [];
    const target = { isVisible, post: (message: ToComparePage) => void posts.push(message) };
    const feed = new CompareFeed(comparison, target, () => 'run-1', 100);
    for (const id of runs.keys()) comparison.add(id);
    await quiet(20);
    return { comparison, runs, summaries, posts, feed };
  };
  const types = (posts: readonly ToComparePage[]) =>
    posts.map((post) => (post.type === 'series' ? `series ${post.run}` : post.type));

  it('sends nothing before the page is ready; then the runs, then their series', async () => {
    const { posts, feed } = await start();
    assert.equal(posts.length, 0);
    feed.ready();
    await quiet(20);
    assert.deepEqual(types(posts), ['comparison', 'series run-0', 'series run-1']);
    assert.equal(posts[0]?.type === 'comparison' && posts[0].baseline, 'run-1');
    feed.ready();
    await quiet(20);
    assert.equal(posts.length, 6, 'a page that was reloaded has nothing');
    feed.dispose();
  });

  it('sends progress of a run at most once an interval, and the histograms with it', async () => {
    const { posts, feed, runs } = await start();
    feed.ready();
    await quiet(20);
    feed.look({ type: 'look', layer: 'dense_0', quantity: 'weight', at: [] });
    posts.length = 0;
    const until = Date.now() + 350;
    while (Date.now() < until) {
      runs.get('run-0')?.changed.fire();
      await quiet(5);
    }
    await quiet(150);
    const sent = types(posts);
    const series = sent.filter((type) => type === 'series run-0').length;
    assert.ok(series >= 2 && series <= 5, `${series} in 350 ms`);
    assert.equal(sent.filter((type) => type === 'histograms').length, series);
    assert.ok(!sent.includes('series run-1') && !sent.includes('comparison'));
    feed.dispose();
  });

  it('waits while the page is hidden', async () => {
    let isVisible = false;
    const { posts, feed } = await start(() => isVisible);
    feed.ready();
    await quiet(20);
    assert.deepEqual(posts, []);
    isVisible = true;
    feed.refresh();
    await quiet(20);
    assert.equal(posts.length, 3);
    feed.dispose();
  });
});

describe('guard of the page that compares', () => {
  it('lets its messages through, as copies', () => {
    const look = { type: 'look', layer: 'a', quantity: 'weight', at: [{ run: 'x', step: 3 }] };
    for (const message of [{ type: 'ready' }, { type: 'add' }, look, { type: 'open', run: 'x' }]) {
      assert.deepEqual(parseFromComparePage({ ...message, more: 1 }), message);
    }
    assert.deepEqual(parseFromComparePage({ type: 'baseline' }), { type: 'baseline' });
  });

  it('refuses all else', () => {
    const at = Array.from({ length: MAX_COMPARED + 1 }, () => ({ run: 'x', step: 1 }));
    const refused: unknown[] = [
      ...[
        null,
        1,
        'ready',
        [],
        {},
        { type: 'constructor' },
        { type: 'open' },
        { type: 'open', run: 3 },
      ],
      { type: 'look', layer: 'a', quantity: 'loss', at: [] },
      { type: 'look', layer: 'a', quantity: 'weight', at },
      { type: 'look', layer: 'a', quantity: 'weight', at: [{ run: 'x', step: -1 }] },
      { type: 'remove', run: 'x'.repeat(5000) },
    ];
    for (const message of refused) {
      let reason = '';
      assert.equal(
        parseFromComparePage(message, (why) => (reason = why.message)),
        undefined,
      );
      assert.match(reason, /refused/);
    }
  });

  it('reads the slots that a page kept', () => {
    assert.deepEqual(parseComparedSlots({ runs: ['a', null, 'b'] }), ['a', undefined, 'b']);
    for (const state of [undefined, 3, {}, { runs: 'a' }, { runs: Array(9).fill('a') }]) {
      assert.deepEqual(parseComparedSlots(state), []);
    }
  });
});
