import assert from 'node:assert/strict';
import { surplusRuns } from '../../../src/store/retention';
import { summaryFor } from './manifests';

const none = () => false;
/** Newest first: run-9 … run-0, of ten bytes each. */
const runs = Array.from({ length: 10 }, (_, i) =>
  summaryFor(`run-${9 - i}`, { startedAt: 9 - i, bytes: 10 }),
);
const at = (id: string, change: Parameters<typeof summaryFor>[1]) =>
  runs.map((run) => (run.id === id ? { ...run, ...change } : run));

describe('retention of runs', () => {
  it('keeps the newest, and names the oldest first', () => {
    assert.deepEqual(surplusRuns(runs, { runs: 7, bytes: 1000 }, none), [
      'run-0',
      'run-1',
      'run-2',
    ]);
    assert.deepEqual(surplusRuns(runs, { runs: 10, bytes: 1000 }, none), []);
  });

  it('keeps within the bytes, but never deletes the newest for its size', () => {
    assert.deepEqual(surplusRuns(runs, { runs: 100, bytes: 79 }, none), [
      ...['run-0', 'run-1', 'run-2'],
    ]);
    assert.equal(surplusRuns(runs, { runs: 100, bytes: 1 }, none).length, 9);
  });

  it('never deletes a pinned run, nor counts it among the others', () => {
    const pinned = at('run-0', { labels: { pinned: true } });
    assert.deepEqual(surplusRuns(pinned, { runs: 8, bytes: 1000 }, none), ['run-1']);
    assert.equal(surplusRuns(pinned, { runs: 0, bytes: 0 }, none).includes('run-0'), false);
    // Its bytes are there all the same.
    assert.deepEqual(surplusRuns(pinned, { runs: 100, bytes: 90 }, none), ['run-1']);
  });

  it('never deletes a run that somebody records or looks at', () => {
    for (const state of ['starting', 'running', 'paused'] as const) {
      assert.deepEqual(surplusRuns(at('run-0', { state }), { runs: 9, bytes: 1000 }, none), [
        'run-1',
      ]);
    }
    const isShown = (id: string) => id === 'run-0' || id === 'run-1';
    assert.deepEqual(surplusRuns(runs, { runs: 0, bytes: 1000 }, isShown).at(0), 'run-2');
  });
});
