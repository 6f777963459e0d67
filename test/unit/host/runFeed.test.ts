// What a page gets of a run, visible or not.
import assert from 'node:assert/strict';
import { Emitter } from '../../../src/run/emitter';
import { RunHistory } from '../../../src/run/runHistory';
import type { RunView, ShownStep, ToPanel } from '../../../src/shared/protocol/panel';
import { decodeStepRecords } from '../../../src/shared/protocol/codec';
import { RunFeed } from '../../../src/surfaces/panel/runFeed';
import { recordAt } from '../../../src/surfaces/panel/shownStep';

const quiet = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

function scene() {
  const changed = new Emitter<void>((error) => assert.fail(String(error)));
  const history = new RunHistory();
  const posts: ToPanel[] = [];
  const target = { visible: true, post: (message: ToPanel) => void posts.push(message) };
  const debugger_: { at: ShownStep | undefined } = { at: undefined };
  const view = () => ({ id: 'r', step: history.step }) as RunView;
  const run = {
    id: 'r',
    title: 't',
    model: undefined as never,
    history,
    onDidChange: changed.event,
    view,
    debugged: () => debugger_.at,
  };
  const feed = new RunFeed(run, target);
  const train = () => {
    history.append({
      step: history.step + 1,
      loss: 1,
      metrics: {},
      seconds: 0,
      layers: {},
      tensors: {},
    });
    changed.fire();
  };
  /** Steps that all messages carried, in order. */
  const steps = () =>
    posts.flatMap((post) =>
      post.type === 'snapshot' || post.type === 'update' ? [...post.curves.step] : [],
    );
  /** Where the debugger looks from now on. */
  const stopAt = (at: ShownStep | undefined) => {
    debugger_.at = at;
    changed.fire();
  };
  /** The cursor of the newest message, and the step of the record that came with it. */
  const shown = () => {
    const post = posts.at(-1);
    if (post?.type !== 'snapshot' && post?.type !== 'update') return undefined;
    const record = post.shown && decodeStepRecords(post.shown).at(-1);
    return { cursor: post.view?.cursor, record: record?.step };
  };
  return { feed, posts, target, train, steps, stopAt, shown, history };
}

describe('RunFeed', () => {
  it('sends a snapshot, then what came after, each step once', async () => {
    const s = scene();
    s.train();
    await quiet(80);
    assert.equal(s.posts.length, 0, 'nothing before the page is ready');
    s.feed.snapshot();
    for (let i = 0; i < 4; i++) s.train();
    await quiet(80);
    assert.deepEqual(
      s.posts.map(({ type }) => type),
      ['snapshot', 'update'],
    );
    assert.deepEqual(s.steps(), [1, 2, 3, 4, 5]);
    s.feed.dispose();
    s.train();
    await quiet(80);
    assert.equal(s.posts.length, 2);
  });

  it('sends at most 20 updates a second', async () => {
    const s = scene();
    s.feed.snapshot();
    const until = Date.now() + 500;
    while (Date.now() < until) {
      // 1,000 steps a second, in batches as they come.
      s.train();
      s.train();
      await quiet(2);
    }
    await quiet(80);
    const updates = s.posts.length - 1;
    assert.ok(updates >= 2 && updates <= 12, `${updates} updates in half a second`);
    assert.deepEqual(
      s.steps(),
      Array.from({ length: s.steps().length }, (_, i) => i + 1),
    );
    s.feed.dispose();
  });

  it('is silent while the page is hidden, and catches up when it is shown', async () => {
    const s = scene();
    s.feed.snapshot();
    s.target.visible = false;
    s.train();
    s.train();
    await quiet(80);
    assert.equal(s.posts.length, 1);
    s.target.visible = true;
    s.feed.shown();
    await quiet(80);
    assert.deepEqual(s.steps(), [1, 2]);
    s.feed.dispose();
  });
});

describe('the shown step', () => {
  const records = [1, 2, 4, 8, 16].map(
    (step) => ({ step }) as Parameters<typeof recordAt>[0][number],
  );
  const at = (step: number, side?: 'before' | 'after') => recordAt(records, step, side)?.step;

  it('is that of the nearest record, or of the next one on a side', () => {
    assert.deepEqual(
      [0, 1, 3, 5, 7, 12, 99].map((step) => at(step)),
      [1, 1, 2, 4, 8, 8, 16],
    );
    assert.deepEqual(
      [1, 2, 3, 99].map((step) => at(step, 'before')),
      [1, 1, 2, 16],
    );
    assert.deepEqual(
      [0, 1, 4, 5, 16].map((step) => at(step, 'after')),
      [1, 2, 8, 8, 16],
    );
    assert.equal(recordAt([], 3), undefined);
  });

  it('is sent with its record, once, and no more after the newest is shown again', async () => {
    const s = scene();
    for (let i = 0; i < 10; i++) s.train();
    s.feed.snapshot();
    assert.equal(s.feed.find({ step: 4, side: 'after' }), 5);
    s.feed.look(4);
    await quiet(80);
    assert.deepEqual(s.shown(), { cursor: { step: 4 }, record: 4 });
    s.train();
    await quiet(80);
    assert.deepEqual(s.shown(), { cursor: { step: 4 }, record: undefined });
    s.feed.snapshot();
    assert.deepEqual(s.shown(), { cursor: { step: 4 }, record: 4 }, 'a page that was reloaded');
    s.feed.look(undefined);
    await quiet(80);
    assert.deepEqual(s.shown(), { cursor: undefined, record: undefined });
    s.feed.dispose();
  });

  it('is the debugger’s from its next stop on', async () => {
    const s = scene();
    for (let i = 0; i < 10; i++) s.train();
    s.feed.snapshot();
    s.feed.look(3);
    s.stopAt({ step: 8, layer: 'dense', phase: 'backward' });
    await quiet(80);
    assert.deepEqual(s.shown(), {
      cursor: { step: 8, layer: 'dense', phase: 'backward' },
      record: 8,
    });
    s.feed.look(2);
    await quiet(80);
    assert.deepEqual(s.shown(), { cursor: { step: 2 }, record: 2 });
    s.stopAt(undefined);
    await quiet(80);
    assert.equal(s.shown()?.cursor, undefined);
    s.feed.dispose();
  });

  it('is given up where it was forgotten', async () => {
    const s = scene();
    for (let i = 0; i < 10; i++) s.train();
    s.feed.snapshot();
    s.feed.look(9);
    await quiet(80);
    s.history.cut(5);
    s.stopAt(undefined);
    await quiet(80);
    assert.equal(s.posts.at(-1)?.type, 'snapshot');
    assert.equal(s.shown()?.cursor, undefined);
    s.feed.dispose();
  });
});
