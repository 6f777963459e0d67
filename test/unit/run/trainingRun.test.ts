import assert from 'node:assert/strict';
import { RunControlError } from '../../../src/run/runControlError';
import { RunRegistry } from '../../../src/run/runRegistry';
import { viewOf } from '../../../src/run/runView';
import type { RunState } from '../../../src/shared/core/run';
import { randomRecord } from '../protocol/records';
import { makeRun } from './fakeSource';

const rejectsWith = (promise: Promise<unknown>, code: RunControlError['code']) =>
  assert.rejects(promise, (e) => e instanceof RunControlError && e.code === code);

/** True where the promise has settled by the time the microtasks before this have run. */
async function isSettled(promise: Promise<unknown>): Promise<boolean> {
  let settled = false;
  promise.then(
    () => (settled = true),
    () => (settled = true),
  );
  await new Promise((resolve) => setImmediate(resolve));
  return settled;
}

describe('TrainingRun: states', () => {
  it('goes from starting through running to completed, and tells each', async () => {
    const { run, sink } = makeRun();
    const states: RunState[] = [];
    run.onDidChangeState((state) => states.push(state));
    assert.equal(run.state, 'starting');
    sink.started({ backend: 'wasm', reason: 'no GPU' });
    assert.equal(run.state, 'starting');
    assert.equal(run.backend, 'wasm');
    sink.records([randomRecord(1, 2)]);
    assert.equal(run.state, 'running');
    sink.finished('completed', 1);
    await run.finished;
    assert.deepEqual(states, ['running', 'completed']);
  });

  it('ignores everything that comes after the end', async () => {
    const { run, sink } = makeRun();
    sink.failed({ code: 'model-exception', message: 'x is not defined', line: 3 });
    await run.finished;
    sink.records([randomRecord(1, 1)]);
    sink.finished('completed', 1);
    sink.state('running', 1);
    assert.equal(run.state, 'failed');
    assert.equal(run.steps.length, 0);
    assert.equal(run.error?.line, 3);
  });

  it('that is lost has stopped, is not live, and says so', async () => {
    const { run, sink } = makeRun();
    sink.records([randomRecord(1, 1)]);
    sink.lost({ code: 'page-reloaded', message: 'The page was reloaded.' });
    await run.finished;
    assert.equal(run.state, 'stopped');
    assert.equal(run.live, false);
    assert.equal(run.notices[0]?.code, 'page-reloaded');
  });

  it('starts paused where asked', () => {
    const { run, sink } = makeRun({ paused: true });
    sink.state('paused', 0);
    assert.equal(run.state, 'paused');
  });

  it('survives a listener that throws', () => {
    const { run, sink, errors } = makeRun();
    const seen: number[] = [];
    run.onDidStep(() => {
      throw new Error('listener');
    });
    const subscription = run.onDidStep((record) => seen.push(record.step));
    sink.records([randomRecord(1, 1), randomRecord(2, 1)]);
    subscription.dispose();
    sink.records([randomRecord(3, 1)]);
    assert.deepEqual(seen, [1, 2]);
    assert.equal(errors.length, 3);
  });
});

describe('TrainingRun: controls', () => {
  it('pause and resume settle when the source answers', async () => {
    const { run, source, sink } = makeRun();
    sink.records([randomRecord(1, 1)]);
    const pause = run.pause();
    assert.equal(await isSettled(pause), false);
    assert.deepEqual(source.controls, [{ type: 'pause' }]);
    sink.state('paused', 2);
    await pause;
    assert.equal(run.state, 'paused');
    assert.equal(run.currentStep, 2);
    await run.pause();
    const resume = run.resume();
    assert.equal(await isSettled(resume), false);
    sink.state('running', 2);
    await resume;
    await run.resume();
    assert.deepEqual(source.controls, [{ type: 'pause' }, { type: 'resume' }]);
  });

  it('step settles only when its steps are done, and steps queue', async () => {
    const { run, source, sink } = makeRun({ paused: true });
    sink.state('paused', 0);
    const first = run.step(2);
    const second = run.step();
    await isSettled(first);
    assert.deepEqual(source.controls, [{ type: 'step', count: 2 }]);
    sink.state('paused', 1);
    assert.equal(await isSettled(first), false);
    sink.state('paused', 2);
    await first;
    assert.equal(await isSettled(second), false);
    assert.deepEqual(source.controls.at(-1), { type: 'step', count: 1 });
    sink.state('paused', 3);
    await second;
  });

  it('a pause takes over a long step; a resume too', async () => {
    const { run, sink } = makeRun({ paused: true });
    sink.state('paused', 0);
    const long = run.step(1000);
    await isSettled(long);
    sink.state('running', 1);
    const pause = run.pause();
    await isSettled(pause);
    sink.state('paused', 5);
    await Promise.all([long, pause]);
    const again = run.step(1000);
    await isSettled(again);
    const resume = run.resume();
    await isSettled(resume);
    sink.state('running', 6);
    await Promise.all([again, resume]);
  });

  it('a step directly after a pause waits for the pause', async () => {
    const { run, source, sink } = makeRun();
    sink.records([randomRecord(1, 1)]);
    const pause = run.pause();
    const step = run.step();
    await isSettled(step);
    assert.equal(source.controls.length, 1);
    sink.state('paused', 4);
    await pause;
    assert.equal(await isSettled(step), false);
    sink.state('paused', 5);
    await step;
  });

  it('refuses counts that are none', async () => {
    const { run } = makeRun();
    for (const wrong of [0, -1, 1.5, NaN, Infinity])
      await rejectsWith(run.step(wrong), 'bad-step-count');
  });

  it('cannot pause a program that never awaits, also a pause that waits already', async () => {
    const { run, sink } = makeRun();
    sink.records([randomRecord(1, 1)]);
    const waiting = run.pause();
    waiting.catch(() => undefined);
    await isSettled(waiting);
    sink.notice({ code: 'never-awaits', message: 'The loop never awaits.' });
    await rejectsWith(waiting, 'cannot-pause');
    await rejectsWith(run.pause(), 'cannot-pause');
    await rejectsWith(run.step(), 'cannot-pause');
    assert.equal(run.pausable, false);
    assert.equal(viewOf(run).pausable, false);
  });

  it('fails a pause that is not answered in time', async () => {
    const { run, sink } = makeRun({}, 20);
    sink.records([randomRecord(1, 1)]);
    // The queue's timer keeps no process alive; this one does until it has fired.
    const alive = setInterval(() => undefined, 5);
    await rejectsWith(run.pause(), 'no-answer');
    clearInterval(alive);
  });

  it('stop resolves when the run has ended; controls of an ended run are refused', async () => {
    const { run, source, sink } = makeRun();
    sink.records([randomRecord(1, 1)]);
    const pause = run.pause();
    pause.catch(() => undefined);
    const stop = run.stop();
    assert.equal(await isSettled(stop), false);
    sink.finished('stopped', 7);
    await stop;
    await rejectsWith(pause, 'run-ended');
    assert.equal(run.state, 'stopped');
    assert.equal(run.currentStep, 7);
    await rejectsWith(run.pause(), 'run-ended');
    await rejectsWith(run.resume(), 'run-ended');
    await rejectsWith(run.step(), 'run-ended');
    await run.stop();
    assert.equal(source.controls.filter(({ type }) => type === 'stop').length, 1);
  });

  it('a step that runs into the end of training has done its work', async () => {
    const { run, sink } = makeRun({ paused: true });
    sink.state('paused', 0);
    const step = run.step(10);
    await isSettled(step);
    sink.finished('completed', 4);
    await step;
  });
});

describe('TrainingRun: what it collects', () => {
  it('merges the metrics of an epoch into its last record, whichever comes first', () => {
    const { run, sink } = makeRun();
    sink.records([randomRecord(1, 2), randomRecord(2, 2)]);
    sink.epoch({ epoch: 1, step: 2, metrics: { val_loss: 0.5 } });
    sink.epoch({ epoch: 2, step: 4, metrics: { val_loss: 0.25, val_acc: NaN } });
    const seen: Record<string, number>[] = [];
    run.onDidStep((record) => seen.push(record.metrics));
    sink.records([randomRecord(3, 2), randomRecord(4, 2)]);
    assert.equal(run.steps[0]?.metrics['val_loss'], undefined);
    assert.equal(run.steps[1]?.metrics['val_loss'], 0.5);
    assert.equal(run.steps[3]?.metrics['val_loss'], 0.25);
    assert.ok(Number.isNaN(run.steps[3].metrics['val_acc']));
    assert.equal(seen[1]!['val_loss'], 0.25);
    assert.equal(run.epochs.length, 2);
    assert.deepEqual(run.steps[1].layers, randomRecord(2, 2).layers);
  });

  it('shows itself to the page', () => {
    const { run, sink } = makeRun({ maxSteps: 50 });
    sink.progress('Reading data');
    assert.equal(viewOf(run).progress, 'Reading data');
    sink.started({ backend: 'webgl', renderer: 'SwiftShader' });
    sink.plan({ epochs: 3 });
    sink.plan({ stepsPerEpoch: 20 });
    sink.records(
      Array.from({ length: 10 }, (_, i) => randomRecord(i + 1, 2)),
      { numTensors: 5, numBytes: 100 },
    );
    const view = viewOf(run);
    assert.equal(view.progress, undefined);
    assert.deepEqual(
      [view.state, view.step, view.maxSteps, view.epochs, view.stepsPerEpoch, view.epoch],
      ['running', 10, 50, 3, 20, 2],
    );
    assert.ok(Math.abs((view.stepsPerSecond ?? 0) - 20) < 1e-9);
    assert.deepEqual(view.memory, { numTensors: 5, numBytes: 100 });
    assert.deepEqual(structuredClone(view), view);
  });

  it('registers, announces, bounds and disposes runs', async () => {
    const registry = new RunRegistry();
    const announced: string[] = [];
    registry.onDidStartRun((run) => announced.push(run.title));
    const made = Array.from({ length: 25 }, () => makeRun());
    for (const { run, sink } of made) {
      registry.add(run);
      sink.finished('completed', 0);
    }
    assert.equal(announced.length, 25);
    assert.equal(registry.runs.length, 20);
    assert.equal(made[0]!.source.isDisposed, true);
    assert.equal(made[24]!.source.isDisposed, false);
    const live = makeRun();
    registry.add(live.run);
    registry.dispose();
    await live.run.finished;
    assert.equal(live.run.state, 'stopped');
    assert.equal(live.source.isDisposed, true);
  });
});
