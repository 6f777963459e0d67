import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { viewOf } from '../../../src/run/runView';
import { listRuns, pruneRuns, runFile } from '../../../src/store/runFolder';
import { readRun } from '../../../src/store/runReader';
import { RunRecorder } from '../../../src/store/runRecorder';
import { RunWriter } from '../../../src/store/runWriter';
import { StoreError } from '../../../src/store/storeError';
import { randomRecord } from '../protocol/records';
import { AskedSource, makeRun, runOver } from '../run/fakeSource';

describe('store of runs', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'gradient-lens-store-'));
  });
  afterEach(async () => {
    await rm(folder, { recursive: true, force: true });
  });

  /** A run of 60 steps in three batches, recorded to a file. */
  async function recorded(file: string, end = true) {
    const writer = await RunWriter.create(file);
    const { run, sink } = makeRun();
    const recorder = new RunRecorder(run, writer, 5);
    sink.started({ backend: 'cpu' });
    for (let batch = 0; batch < 3; batch++) {
      sink.records(Array.from({ length: 20 }, (_, i) => randomRecord(20 * batch + i + 1, 2)));
      sink.epoch({ epoch: batch + 1, step: 20 * batch + 20, metrics: { val_loss: NaN, acc: 1 } });
      await new Promise((resolve) => setTimeout(resolve, 15));
    }
    if (end) {
      sink.finished('completed', 60);
      await recorder.done;
    } else {
      await writer.flush();
    }
    return { run, sink, recorder };
  }

  it('leaves out what a change in the past made the run forget', async () => {
    const file = runFile(folder, 'cut');
    const { run, source, sink } = runOver(new AskedSource());
    const recorder = new RunRecorder(run, await RunWriter.create(file), 5);
    sink.records([1, 2, 3, 4].map((step) => randomRecord(step, 2)));
    sink.epoch({ epoch: 1, step: 4, metrics: { acc: 1 } });
    sink.state('paused', 2);
    source.answer = () => Promise.resolve({ question: 'change', result: { before: undefined } });
    await run.debug?.change({ type: 'clipNorm', value: 1 });
    sink.records(
      [3, 4, 5].map((step) => randomRecord(10 * step, 2)).map((r, i) => ({ ...r, step: i + 3 })),
    );
    sink.finished('completed', 5);
    await recorder.done;
    const { history } = await readRun(file);
    assert.deepEqual(history.records, run.steps);
    assert.equal(history.records.length, 5);
    assert.deepEqual(history.epochs, []);
  });

  it('gives back what the run was', async () => {
    const file = runFile(folder, 'a/b:c');
    const { run } = await recorded(file);
    const stored = await readRun(file);
    assert.equal(stored.isComplete, true);
    assert.equal(stored.tornBytes, 0);
    assert.deepEqual(stored.view, viewOf(run));
    assert.deepEqual(stored.history.records, run.steps);
    assert.deepEqual(stored.history.curves(), run.history.curves());
    assert.deepEqual(stored.history.epochs, run.epochs);
  });

  it('that was cut off by a reload shows as stopped and not live, with all its steps', async () => {
    const file = runFile(folder, 'cut');
    const { sink, recorder } = await recorded(file, false);
    const stored = await readRun(file);
    assert.equal(stored.view.state, 'stopped');
    assert.equal(stored.view.live, false);
    assert.equal(stored.isComplete, false);
    assert.equal(stored.view.step, 60);
    sink.finished('stopped', 60);
    await recorder.done;
  });

  it('survives being torn at any byte: the whole frames before are kept', async () => {
    const file = runFile(folder, 'torn');
    await recorded(file);
    const bytes = await readFile(file);
    const torn = runFile(folder, 'torn-copy');
    let best = 0;
    for (let length = 0; length <= bytes.length; length += 997) {
      await writeFile(torn, bytes.subarray(0, length));
      try {
        const { history } = await readRun(torn);
        assert.ok(history.step >= best);
        best = history.step;
      } catch (error) {
        assert.ok(error instanceof StoreError && best === 0, String(error));
      }
    }
    assert.ok(best >= 40);
  });

  it('stops at a damaged frame', async () => {
    const file = runFile(folder, 'damaged');
    await recorded(file);
    const bytes = await readFile(file);
    bytes[Math.floor(bytes.length / 2)]! ^= 0x10;
    await writeFile(file, bytes);
    const stored = await readRun(file);
    assert.ok(stored.tornBytes > 0);
    assert.ok(stored.history.step >= 20 && stored.history.step < 60);
  });

  it('refuses what is not a run, with words that help', async () => {
    const file = path.join(folder, 'x.glrun');
    await assert.rejects(readRun(file), (e) => e instanceof StoreError && e.code === 'cannot-read');
    await writeFile(file, '{"not": "a run"}');
    await assert.rejects(readRun(file), /is not a run .* Train the model again/);
    await assert.rejects(RunWriter.create(path.join(file, 'run.glrun')), /could not be created/);
  });

  it('bounds its file: fewer whole steps, but the scalars of all', async () => {
    const file = runFile(folder, 'bounded');
    const maxBytes = 300_000;
    const writer = await RunWriter.create(file, { maxBytes });
    const { run } = makeRun();
    writer.appendView(viewOf(run));
    const templates = [randomRecord(2, 2), randomRecord(1, 2)];
    for (let step = 1; step <= 600; step++) {
      writer.addRecord({ ...templates[step % 2]!, step, loss: 1 / step });
      if (step % 20 === 0) writer.writeBatch();
    }
    await writer.close();
    const bytes = await readFile(file);
    assert.ok(bytes.length <= maxBytes, `${String(bytes.length)} bytes`);
    const { history } = await readRun(file);
    assert.equal(history.curves().step.length, 600);
    assert.equal(history.curves().loss[599], 1 / 600);
    const whole = history.records.filter(({ layers }) => Object.keys(layers).length > 0);
    assert.ok(whole.length > 50 && whole.length < 600, `${String(whole.length)} whole`);
    assert.ok(whole.at(-1)!.step > 300, `the newest whole step is ${String(whole.at(-1)!.step)}`);
  });

  it('keeps the newest runs', async () => {
    for (let i = 0; i < 5; i++) {
      const file = runFile(folder, `run-${String(i)}`);
      await writeFile(file, 'x');
      await utimes(file, 1000 + i, 1000 + i);
    }
    await writeFile(path.join(folder, 'notes.txt'), 'mine');
    const removed = await pruneRuns(folder, 2);
    assert.equal(removed.length, 3);
    assert.deepEqual(
      (await listRuns(folder)).map((file) => path.basename(file)),
      ['run-4.glrun', 'run-3.glrun'],
    );
    assert.equal(await readFile(path.join(folder, 'notes.txt'), 'utf8'), 'mine');
    assert.deepEqual(await listRuns(path.join(folder, 'absent')), []);
  });
});
