// The debugger's side of a run, over a source that the test plays: where the training stands, what is known
// of the past, and what a change in the past makes the run forget.
import assert from 'node:assert/strict';
import type { RunSink } from '../../../src/run/source';
import { RunHistory } from '../../../src/run/runHistory';
import { RunControlError } from '../../../src/run/runControlError';
import type { StepRecording } from '../../../src/shared/core/recording';
import { viewOf } from '../../../src/run/runView';
import { randomRecord } from '../protocol/records';
import { AskedSource, makeRun, runOver } from './fakeSource';

const recordingOf = (step: number): StepRecording => ({
  ...{ step, tensors: [], forward: [], backward: [] },
  optimizer: { className: 'SGDOptimizer', numbers: { learningRate: 0.1 } },
});

function scene(steps: number) {
  const { run, source, sink } = runOver(new AskedSource(), { paused: true });
  for (let step = 1; step <= steps; step++) sink.records([randomRecord(step, 1)]);
  sink.state('paused', steps);
  assert.ok(run.debug);
  return { run, source, sink, debug: run.debug };
}

/** Answers a rewind as a worker does. */
function goBackTo(step: number, sink: RunSink): void {
  sink.records([randomRecord(step, 1)]);
  sink.recording(recordingOf(step));
  sink.state('paused', step);
}

describe('RunDebug', () => {
  it('is there only where the source can be asked', () => {
    assert.equal(makeRun().run.debug, undefined);
    assert.ok(runOver(new AskedSource()).run.debug);
  });

  it('steps with a recording, which holds until the training goes on', async () => {
    const { debug, source, sink } = scene(3);
    const stepped = debug.step();
    assert.deepEqual(source.controls, [{ type: 'step', count: 1, record: true }]);
    sink.records([randomRecord(4, 1)]);
    sink.recording(recordingOf(4));
    sink.state('paused', 4);
    await stepped;
    assert.equal(debug.recording?.step, 4);
    sink.state('running', 4);
    sink.records([randomRecord(5, 1)]);
    assert.equal(debug.recording, undefined);
  });

  it('goes back: the training stands there, the history stays, and its steps come again', async () => {
    const { run, debug, source, sink } = scene(9);
    const back = debug.rewind(4);
    assert.deepEqual(source.controls, [{ type: 'rewind', step: 4, changes: [] }]);
    goBackTo(4, sink);
    await back;
    assert.equal(debug.position, 4);
    assert.equal(debug.recording?.step, 4);
    assert.equal(run.currentStep, 9);
    assert.equal(run.steps.length, 9);
    const again: number[] = [];
    debug.onDidReplay(({ step }) => again.push(step));
    const stepped = run.step(2);
    assert.deepEqual(source.controls.at(-1), { type: 'step', count: 2 });
    sink.records([randomRecord(5, 1), randomRecord(6, 1)]);
    sink.state('paused', 6);
    await stepped;
    assert.deepEqual(again, [5, 6]);
    assert.equal(run.steps.length, 9);
  });

  it('takes an epoch once, however often the training comes by its end', () => {
    const { run, sink } = scene(4);
    const ended: number[] = [];
    run.onDidEndEpoch(({ epoch }) => ended.push(epoch));
    const epoch = (number: number) => sink.epoch({ epoch: number, step: 2 * number, metrics: {} });
    [1, 2, 1, 2, 3].forEach(epoch);
    assert.deepEqual(ended, [1, 2, 3]);
  });

  it('a change in the past makes the run forget what came after', async () => {
    const { run, debug, source, sink } = scene(9);
    source.answer = () => Promise.resolve({ question: 'change', result: { before: 0.1 } });
    await debug.change({ type: 'learningRate', value: 0.01 });
    const back = debug.rewind(4);
    goBackTo(4, sink);
    await back;
    const change = { type: 'learningRate', value: 1 } as const;
    assert.equal(await debug.change(change), 0.1);
    assert.deepEqual(debug.changes, [{ step: 4, change, before: 0.1 }]);
    assert.equal(viewOf(run).changes?.[0]?.words, 'learning rate 0.1 → 1');
    assert.equal(run.currentStep, 4);
    assert.deepEqual(
      run.steps.map(({ step }) => step),
      [1, 2, 3, 4],
    );
    const stepped = debug.step();
    sink.records([randomRecord(5, 1)]);
    sink.state('paused', 5);
    await stepped;
    assert.equal(run.steps.at(-1)?.step, 5);
    // Going back again, a fresh worker would have to know of the change.
    const again = debug.rewind(2);
    assert.deepEqual(source.controls.at(-1), {
      ...{ type: 'rewind', step: 2 },
      changes: [{ step: 4, change, before: 0.1 }],
    });
    goBackTo(2, sink);
    await again;
  });

  it('a change that is refused changes nothing', async () => {
    const { debug, run } = scene(3);
    await assert.rejects(debug.change({ type: 'batch', batch: 7 }), /No\./);
    assert.deepEqual(debug.changes, []);
    assert.equal(run.currentStep, 3);
  });

  it('fails where the run ends on the way back', async () => {
    const { debug, sink } = scene(3);
    const back = debug.rewind(1);
    sink.failed({ code: 'model-exception', message: 'No.' });
    await assert.rejects(back, RunControlError);
  });

  it('gives values as numbers', async () => {
    const { debug, source } = scene(1);
    const result = Float32Array.of(1.5, NaN, -0).buffer;
    source.answer = () => Promise.resolve({ question: 'values', result });
    const ref = { role: 'gradient', name: 'dense/kernel', call: 0 } as const;
    assert.deepEqual(await debug.values(ref, 4, 3), Float32Array.of(1.5, NaN, -0));
    assert.deepEqual(source.questions, [
      { question: 'values', params: { ...ref, start: 4, count: 3 } },
    ]);
  });
});

describe('RunHistory: cut', () => {
  it('keeps what came before, and goes on from there', () => {
    const history = new RunHistory();
    for (let step = 1; step <= 20; step++) history.append(randomRecord(step, 2));
    for (const epoch of [1, 2]) history.addEpoch({ epoch, step: epoch * 10, metrics: { acc: 1 } });
    const { cursor } = history.since();
    const before = history.records.slice(0, 12);
    history.cut(12);
    assert.ok(history.isCutSince(cursor));
    assert.deepEqual(history.records, before);
    assert.deepEqual(
      [...history.curves().step],
      [...Array(12).keys()].map((i) => i + 1),
    );
    assert.deepEqual(
      history.epochs.map(({ epoch }) => epoch),
      [1],
    );
    assert.equal(history.step, 12);
    assert.equal(history.append(randomRecord(12, 2)), undefined);
    assert.ok(history.append(randomRecord(13, 2)));
    assert.equal(history.isCutSince(history.since().cursor), false);
  });

  it('forgets steps whose records are gone, not those after which the training stands', () => {
    const history = new RunHistory();
    history.append(randomRecord(1, 1));
    history.append(randomRecord(9, 1));
    history.cut(5);
    assert.equal(history.step, 5);
    assert.deepEqual(
      history.records.map(({ step }) => step),
      [1],
    );
  });
});
