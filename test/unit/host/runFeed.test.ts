// What a page gets of a run, visible or not.
import assert from 'node:assert/strict';
import { Emitter } from '../../../src/run/emitter';
import { RunHistory } from '../../../src/run/runHistory';
import type { RunView, ToPanel } from '../../../src/shared/protocol/panel';
import { panelHtml } from '../../../src/surfaces/panel/panelHtml';
import { RunFeed } from '../../../src/surfaces/panel/runFeed';

const quiet = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

function scene() {
  const changed = new Emitter<void>((error) => assert.fail(String(error)));
  const history = new RunHistory();
  const posts: ToPanel[] = [];
  const target = { visible: true, post: (message: ToPanel) => void posts.push(message) };
  const view = () => ({ id: 'r', step: history.step }) as RunView;
  const run = {
    id: 'r',
    title: 't',
    model: undefined as never,
    history,
    onDidChange: changed.event,
    view,
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
  return { feed, posts, target, train, steps };
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

describe('panelHtml', () => {
  const html = () =>
    panelHtml({
      cspSource: 'https://csp',
      script: 'https://s/panel.js?a=1&b="2"',
      style: 'https://s/panel.css',
      runtime: 'https://s/runtime.js',
      wasm: 'https://s/x.wasm',
    });

  it('lets only its own script run, with a nonce of its own each time', () => {
    const nonceOf = (text: string) => /script-src 'nonce-([^']+)'/.exec(text)?.[1];
    const page = html();
    assert.match(page, /default-src 'none'/);
    assert.doesNotMatch(page, /unsafe-inline|'unsafe-eval'/);
    assert.ok(page.includes(`<script nonce="${nonceOf(page)}" src=`));
    assert.notEqual(nonceOf(page), nonceOf(html()));
    assert.ok((nonceOf(page) ?? '').length >= 20);
  });

  it('escapes addresses', () => {
    assert.ok(html().includes('src="https://s/panel.js?a=1&#38;b=&#34;2&#34;"'));
  });
});
