import assert from 'node:assert/strict';
import { copyFile, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { RunHistory } from '../../../src/run/runHistory';
import { viewOf } from '../../../src/run/runView';
import { readManifest } from '../../../src/store/manifestFile';
import { LOCK_FILE, OVERVIEW_FILE, STEPS_FILE } from '../../../src/store/runFolder';
import { openRun } from '../../../src/store/runReader';
import { RunRecorder } from '../../../src/store/runRecorder';
import { RunWriter } from '../../../src/store/runWriter';
import { StoreError } from '../../../src/store/storeError';
import { decodeStepRecords } from '../../../src/shared/protocol/codec';
import type { ToPanel } from '../../../src/shared/protocol/panel';
import { RunFeed } from '../../../src/surfaces/panel/runFeed';
import type { ShownRun } from '../../../src/surfaces/panel/shownRun';
import { decodeHistograms } from '../../../src/shared/protocol/histogramCodec';
import { randomRecord } from '../protocol/records';
import { AskedSource, makeRun, runOver } from '../run/fakeSource';
import { sampleOrigin } from './manifests';

/** All that a panel gets of a history. */
function shown(history: RunHistory) {
  const { curves, histograms } = history.since();
  return { curves, histograms: decodeHistograms(histograms), epochs: history.epochs };
}

describe('store of runs', () => {
  let root: string;
  beforeEach(async () => {
    root = await mkdtemp(path.join(tmpdir(), 'gradient-lens-store-'));
  });
  afterEach(async () => {
    await rm(root, { recursive: true, force: true });
  });

  const begin = (run: ReturnType<typeof makeRun>['run']) =>
    RunRecorder.begin(run, { root, origin: sampleOrigin, batchMs: 5 });

  /** A run of 60 steps in three batches, recorded to a folder. */
  async function recorded(end = true) {
    const { run, sink } = makeRun();
    const recorder = await begin(run);
    sink.started({ backend: 'cpu', tfjsVersion: '4.22.0' });
    sink.layers([{ name: 'dense_0', className: 'Dense', tensors: [] }]);
    for (let batch = 0; batch < 3; batch++) {
      sink.records(Array.from({ length: 20 }, (_, i) => randomRecord(20 * batch + i + 1, 2)));
      sink.epoch({ epoch: batch + 1, step: 20 * batch + 20, metrics: { val_loss: NaN, acc: 1 } });
      await new Promise((resolve) => setTimeout(resolve, 15));
    }
    if (end) {
      sink.finished('completed', 60);
      await recorder.done;
    } else {
      await recorder.flush();
    }
    return { run, sink, recorder, folder: recorder.folder };
  }

  it('gives back what the run was, from its overview alone', async () => {
    const { run, folder } = await recorded();
    const stored = await openRun(folder);
    assert.equal(stored.isComplete, true);
    assert.deepEqual([stored.tornBytes, stored.readBytes], [0, 0]);
    assert.deepEqual(stored.view, viewOf(run));
    assert.deepEqual(stored.history.records, run.steps);
    assert.deepEqual(shown(stored.history), shown(run.history));
    assert.deepEqual(stored.history.since().newest, run.history.since().newest);
  });

  it('can be walked through step by step like a run under way', async () => {
    const { run, folder } = await recorded();
    const { view, history } = await openRun(folder);
    const posted: ToPanel[] = [];
    const shownRun = { id: view.id, title: view.title, history, view: () => view } as ShownRun;
    const feed = new RunFeed(shownRun, {
      visible: true,
      post: (message) => posted.push(message),
    });
    feed.snapshot();
    const step = feed.find({ step: 17 });
    assert.equal(step, 17);
    feed.look(step);
    while (posted.length < 2) await new Promise((resolve) => setTimeout(resolve, 10));
    feed.dispose();
    const update = posted[1]!;
    assert.ok(update.type === 'update' && update.shown);
    assert.deepEqual(update.view.cursor, { step: 17 });
    assert.deepEqual(decodeStepRecords(update.shown), [run.steps[16]]);
    assert.equal(feed.find({ step: 17, side: 'after' }), 18);
  });

  it('gives back the same from its steps alone', async () => {
    const { run, folder } = await recorded();
    await rm(path.join(folder, OVERVIEW_FILE));
    const stored = await openRun(folder);
    assert.ok(stored.readBytes > 10_000);
    assert.deepEqual(stored.view, viewOf(run));
    assert.deepEqual(stored.history.records, run.steps);
    assert.deepEqual(shown(stored.history), shown(run.history));
  });

  it('says in the manifest what the run was made of', async () => {
    const { run, folder } = await recorded();
    const manifest = await readManifest(folder);
    assert.equal(manifest.state, 'completed');
    assert.deepEqual(manifest.layers, run.layers);
    assert.deepEqual(manifest.model, sampleOrigin.model);
    assert.equal(manifest.versions.tfjs, '4.22.0');
    assert.ok(Date.parse(manifest.endedAt ?? '') > 0);
    const { summary } = manifest;
    assert.equal(summary.step, 60);
    assert.equal(summary.firstLoss, run.steps[0]?.loss);
    assert.equal(summary.lastLoss, run.steps.at(-1)?.loss);
    const losses = run.steps.map(({ loss }) => loss ?? NaN);
    assert.equal(summary.bestLoss?.value, Math.min(...losses));
    assert.deepEqual(summary.metrics, { acc: 1, val_loss: NaN });
    // 60 steps in 32 points: pairs.
    assert.equal(summary.spark.length, 30);
    assert.equal(summary.spark[3], (losses[6]! + losses[7]!) / 2);
  });

  it('leaves no lock and nothing temporary behind', async () => {
    const { folder, run, recorder } = await recorded(false);
    assert.ok((await readdir(folder)).includes(LOCK_FILE));
    recorder.dispose();
    await recorder.close();
    const names = (await readdir(folder)).map((name) => name.replace(/\.\d+\..*\.\d+\./, '.'));
    assert.deepEqual(names.sort(), [
      'events.out.tfevents.gradient-lens',
      'manifest.json',
      'overview.bin',
      'steps.glrun',
    ]);
    assert.equal(run.state, 'running');
  });

  it('that was cut off by a reload shows as stopped and not live, with all its steps', async () => {
    const { sink, recorder, folder } = await recorded(false);
    const stored = await openRun(folder);
    assert.equal(stored.view.state, 'stopped');
    assert.equal(stored.view.live, false);
    assert.equal(stored.isComplete, false);
    assert.equal(stored.view.step, 60);
    sink.finished('stopped', 60);
    await recorder.done;
  });

  it('begins with the steps that the run has already', async () => {
    const { run, sink } = makeRun();
    sink.started({ backend: 'cpu' });
    sink.records([1, 2, 3].map((step) => randomRecord(step, 2)));
    sink.epoch({ epoch: 1, step: 3, metrics: { acc: 1 } });
    const recorder = await begin(run);
    sink.records([randomRecord(4, 2)]);
    sink.finished('completed', 4);
    await recorder.done;
    await rm(path.join(recorder.folder, OVERVIEW_FILE));
    const { history } = await openRun(recorder.folder);
    assert.deepEqual(history.records, run.steps);
    assert.deepEqual(history.epochs, run.epochs);
  });

  it('leaves out what a change in the past made the run forget', async () => {
    const { run, source, sink } = runOver(new AskedSource());
    const recorder = await begin(run);
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
    for (const withOverview of [true, false]) {
      if (!withOverview) await rm(path.join(recorder.folder, OVERVIEW_FILE));
      const { history } = await openRun(recorder.folder);
      assert.deepEqual(history.records, run.steps);
      assert.equal(history.records.length, 5);
      assert.deepEqual(history.epochs, []);
    }
  });

  it('survives being torn at any byte: the whole frames before are kept', async () => {
    const { folder } = await recorded();
    const bytes = await readFile(path.join(folder, STEPS_FILE));
    const torn = path.join(root, 'torn');
    await mkdir(torn);
    // It is ahead of the file then, and is not believed.
    await copyFile(path.join(folder, OVERVIEW_FILE), path.join(torn, OVERVIEW_FILE));
    let best = 0;
    for (let length = 0; length < bytes.length; length += 997) {
      await writeFile(path.join(torn, STEPS_FILE), bytes.subarray(0, length));
      try {
        const { history } = await openRun(torn);
        assert.ok(history.step >= best);
        best = history.step;
      } catch (error) {
        assert.ok(error instanceof StoreError && best === 0, String(error));
      }
    }
    assert.ok(best >= 40);
  });

  it('stops at a damaged frame, and does without a damaged overview', async () => {
    const { folder } = await recorded();
    const overview = await readFile(path.join(folder, OVERVIEW_FILE));
    overview[Math.floor(overview.length / 2)]! ^= 0x10;
    await writeFile(path.join(folder, OVERVIEW_FILE), overview);
    assert.equal((await openRun(folder)).history.step, 60);
    const bytes = await readFile(path.join(folder, STEPS_FILE));
    bytes[Math.floor(bytes.length / 2)]! ^= 0x10;
    await writeFile(path.join(folder, STEPS_FILE), bytes);
    const stored = await openRun(folder);
    assert.ok(stored.tornBytes > 0);
    assert.ok(stored.history.step >= 20 && stored.history.step < 60);
  });

  it('goes on showing its curves when its files are deleted meanwhile', async () => {
    const { folder } = await recorded();
    const { history } = await openRun(folder);
    assert.equal(Object.keys(history.records[30]!.layers).length, 2);
    await rm(folder, { recursive: true });
    assert.deepEqual(history.records[31]!.layers, {});
    assert.equal(history.curves().step.length, 60);
  });

  it('refuses what is not a run, with words that help', async () => {
    const folder = path.join(root, 'x');
    await mkdir(folder);
    await assert.rejects(
      openRun(folder),
      (e) => e instanceof StoreError && e.code === 'cannot-read',
    );
    await writeFile(path.join(folder, STEPS_FILE), '{"not": "a run"}');
    await assert.rejects(openRun(folder), /is not a run .* Train the model again/);
    const file = path.join(folder, STEPS_FILE, 'below a file');
    await assert.rejects(RunWriter.create(file), /could not be created/);
    await assert.rejects(
      RunRecorder.begin(makeRun().run, { root: path.dirname(file), origin: sampleOrigin }),
      (e) => e instanceof StoreError && e.code === 'cannot-write',
    );
  });

  it('bounds its file: fewer whole steps, but the scalars of all', async () => {
    const folder = path.join(root, 'bounded');
    const file = path.join(folder, STEPS_FILE);
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
    const { size } = await stat(file);
    assert.ok(size <= maxBytes, `${String(size)} bytes`);
    const { history, index } = await openRun(folder);
    assert.equal(history.curves().step.length, 600);
    assert.equal(history.curves().loss[599], 1 / 600);
    const { records } = history;
    // A reader who looks at a step gets one with its layers.
    assert.ok(records.every(({ layers }) => Object.keys(layers).length > 0));
    assert.ok(records.length > 50 && records.length < 600, `${String(records.length)} whole`);
    assert.ok(records.at(-1)!.step > 300, `the newest is ${String(records.at(-1)!.step)}`);
    assert.deepEqual(
      index.entries.map(({ offset, size: length, head }) => [offset, length, head]),
      writer.index.entries.map(({ offset, size: length, head }) => [offset, length, head]),
    );
  });
});
