// A training that goes on from an earlier run: the past is handed over once and first, what is taken again is not
// told again, and what is not as it was is said.
import assert from 'node:assert/strict';
import { BundleMap } from '../../../src/model/sourceMap';
import { recordsUpTo } from '../../../src/run/past';
import { RunHistory } from '../../../src/run/runHistory';
import { Emitter } from '../../../src/run/emitter';
import { TrainingRun } from '../../../src/run/trainingRun';
import { emptySummary } from '../../../src/shared/core/summary';
import type { StepRecord } from '../../../src/shared/core/stepRecord';
import { encodeStepRecords } from '../../../src/shared/protocol/codec';
import type { FromRuntime, StartOptions, ToRuntime } from '../../../src/shared/protocol/runtime';
import type { ResumedRun } from '../../../src/sources/webview/resumption';
import type { PageListener, TrainingPage } from '../../../src/sources/webview/trainingPage';
import { WebviewSource } from '../../../src/sources/webview/webviewSource';

const START: StartOptions = {
  ...{ runId: 'r2', kind: 'experiment', seed: 7, backend: 'wasm', paused: false },
  sampling: { everySteps: 1, activationEverySteps: 1 },
  ...{ epsilon: 'keras', fusedUpdates: 'auto', probe: 'auto', hyperparameters: {} },
};
const MAP = new BundleMap(
  JSON.stringify({ version: 3, sources: [], names: [], mappings: '' }),
  '/',
);

function record(step: number, loss = step / 8): StepRecord {
  const tensor = { gradient: emptySummary(), weight: emptySummary(), updateRatio: 0.5 };
  return {
    ...{ step, epoch: Math.ceil(step / 3), loss, metrics: { acc: loss / 2 }, seconds: step },
    ...{ layers: { a: tensor }, tensors: { 'a/w': tensor } },
  };
}
const steps = (from: number, to: number) =>
  Array.from({ length: to - from + 1 }, (_, i) => record(from + i));

const PAST: ResumedRun['past'] = {
  ...{
    run: 'r1',
    step: 5,
    records: steps(1, 5),
    epochs: [{ epoch: 1, step: 3, metrics: { val_loss: 2 } }],
  },
  ...{ layers: [{ name: 'a', className: 'Dense', tensors: [] }], facts: [] },
};

const soon = () => new Promise((resolve) => setTimeout(resolve, 1));

/** A run over a source that goes on from {@link PAST}, with a page that the test plays. */
async function scene(resumed: Partial<ResumedRun> = {}, hash = 'h') {
  const sent: ToRuntime[] = [];
  let listener: PageListener | undefined;
  const page: TrainingPage = {
    ready: () => Promise.resolve(),
    launch: (_, __, start) => void sent.push(start),
    send: (_, message) => void sent.push(message),
    terminate: () => undefined,
    attach: (_, heard) => {
      listener = heard;
      return () => (listener = undefined);
    },
  };
  const source = new WebviewSource({
    ...{
      page,
      start: START,
      onConsole: () => undefined,
      onTrouble: (trouble) => assert.fail(trouble),
    },
    files: {
      readFile: () => Promise.reject(new Error()),
      stat: () => Promise.reject(new Error()),
      list: () => Promise.reject(new Error()),
    },
    resumed: { past: PAST, backend: 'wasm', bundle: 'h', words: 'the run before', ...resumed },
    bundle: () => Promise.resolve({ code: '', map: MAP, inputs: [], hash, ms: 1 }),
  });
  const run = new TrainingRun({
    ...{
      id: 'r2',
      model: 'm',
      title: 'm',
      path: 'm',
      request: { seed: 7, backend: 'wasm' },
      source,
    },
  });
  const told: number[] = [];
  run.onDidStep(({ step }) => told.push(step));
  run.start();
  // Without a recorder to wait for, until the worker is launched.
  while (resumed.recorded === undefined && sent.length === 0) await soon();
  const say = (message: FromRuntime) => listener?.message(message);
  const records = (
    list: readonly StepRecord[],
    epochs: { epoch: number; step: number; metrics: Record<string, number> }[] = [],
  ) =>
    say({
      type: 'steps',
      batch: encodeStepRecords(list),
      epochs,
      memory: { numTensors: 1, numBytes: 4 },
    });
  const notices = () => run.notices.map(({ code }) => code);
  return { run, sent, say, records, told, notices };
}

const CHECKPOINT = new ArrayBuffer(8);
const STARTED = { type: 'started', backend: 'wasm', tfjsVersion: '4' } as const;

describe('a training that goes on', () => {
  it('begins with the past, and goes on after it as one run', async () => {
    const s = await scene({ checkpoint: CHECKPOINT });
    assert.deepEqual(s.sent, [{ type: 'start', options: START, checkpoint: CHECKPOINT }]);
    assert.deepEqual(s.told, [1, 2, 3, 4, 5]);
    assert.deepEqual([s.run.state, s.run.currentStep, s.run.epoch], ['starting', 5, 2]);
    assert.deepEqual(s.run.layers, PAST.layers);
    s.say(STARTED);
    // The epoch that ended at the checkpoint may be ended once more.
    s.records(steps(6, 7), [
      { epoch: 1, step: 3, metrics: { val_loss: 2 } },
      { epoch: 2, step: 6, metrics: { val_loss: 1 } },
    ]);
    assert.equal(s.run.state, 'running');
    assert.deepEqual(s.told, [1, 2, 3, 4, 5, 6, 7]);
    assert.deepEqual(
      s.run.epochs.map(({ epoch }) => epoch),
      [1, 2],
    );
    assert.deepEqual(s.notices(), ['resumed']);
    assert.match(s.run.notices[0]!.message, /goes on from the run before after step 5\.$/);
  });

  it('hands a long past over in parts, in which the window goes on', async () => {
    const records = steps(1, 950);
    const epochs = [1, 200, 201, 600, 950].map((step, i) => ({ epoch: i + 1, step, metrics: {} }));
    let turns = 0;
    const timer = setInterval(() => turns++, 0);
    const s = await scene({
      checkpoint: CHECKPOINT,
      past: { ...PAST, step: 950, records, epochs },
    });
    clearInterval(timer);
    assert.deepEqual(
      s.told,
      records.map(({ step }) => step),
    );
    assert.deepEqual(s.run.epochs, epochs);
    assert.ok(turns > 0);
  });

  it('waits for whoever records it', async () => {
    const recorded = new Emitter<void>(() => undefined);
    const s = await scene({
      checkpoint: CHECKPOINT,
      recorded: new Promise((resolve) => recorded.event(() => resolve(undefined))),
    });
    for (let turn = 0; turn < 10; turn++) await soon();
    assert.deepEqual([s.told, s.sent], [[], []]);
    recorded.fire();
    while (s.sent.length === 0) await soon();
    assert.equal(s.told.length, 5);
    assert.equal(s.sent.length, 1);
  });

  it('takes steps again without telling them again, and says how far it is', async () => {
    const s = await scene();
    assert.deepEqual(s.sent, [{ type: 'start', options: START }]);
    assert.match(s.run.notices[0]!.message, /taken once more first/);
    s.say(STARTED);
    s.records(steps(1, 4));
    assert.equal(s.run.state, 'starting');
    assert.equal(s.run.progress, 'Taking the steps up to 5 again: 1');
    s.records(steps(5, 6));
    assert.deepEqual(s.told, [1, 2, 3, 4, 5, 6]);
    assert.equal(s.run.state, 'running');
    assert.deepEqual(s.notices(), ['resumed']);
  });

  it('says where a program does not repeat itself, once', async () => {
    const s = await scene();
    s.say(STARTED);
    s.records([record(1), record(2, 9), record(3, 9)]);
    assert.deepEqual(s.notices(), ['resumed', 'replay-differs']);
    assert.match(s.run.notices[1]!.message, /loss at step 2 was 0.25, and now is 9/);
  });

  it('says where another backend trains, or another device, or other files', async () => {
    const other = await scene(
      { checkpoint: CHECKPOINT, backend: 'webgl', renderer: 'GPU A' },
      'other',
    );
    other.say(STARTED);
    assert.deepEqual(other.notices(), ['resumed', 'model-changed', 'resumed-elsewhere']);
    assert.match(other.run.notices[2]!.message, /trained on webgl \(GPU A\), and goes on on wasm/);
    const device = await scene({ checkpoint: CHECKPOINT, backend: 'webgl', renderer: 'GPU A' });
    device.say({ ...STARTED, backend: 'webgl', renderer: 'GPU B' });
    assert.deepEqual(device.notices(), ['resumed', 'resumed-elsewhere']);
    const same = await scene({ checkpoint: CHECKPOINT, backend: 'webgl', renderer: 'GPU A' });
    same.say({ ...STARTED, backend: 'webgl', renderer: 'GPU A' });
    assert.deepEqual(same.notices(), ['resumed']);
  });

  it('begins again where it began when the device is lost before a newer state', async () => {
    const s = await scene({ checkpoint: CHECKPOINT });
    s.say(STARTED);
    s.say({ type: 'interrupted', step: 6, from: 0 });
    assert.deepEqual(s.sent.at(-1), {
      ...{ type: 'start', options: { ...START, backend: 'webgl' }, checkpoint: CHECKPOINT },
    });
    assert.match(s.run.notices.at(-1)!.message, /from step 5 on/);
  });
});

describe('the past of a run', () => {
  it('has the steps whose records were let go as points of its curves', () => {
    const history = new RunHistory({ bytes: 60_000 });
    for (let step = 1; step <= 400; step++) history.append(record(step));
    history.addEpoch({ epoch: 1, step: 3, metrics: { val_loss: 2 } });
    assert.ok(history.records.length < 400, 'the bound is too large for this test');
    const { records, epochs } = recordsUpTo(history, 300);
    const whole = history.records.filter(({ step }) => step <= 300);
    assert.ok(records.length > whole.length, 'the curves have more');
    const numbers = records.map(({ step }) => step);
    assert.deepEqual(
      numbers,
      [...new Set(numbers)].sort((a, b) => a - b),
    );
    assert.deepEqual([numbers[0], Math.max(...numbers) <= 300], [1, true]);
    for (const { step, loss, metrics, epoch } of records) {
      assert.deepEqual(
        { loss, epoch, acc: metrics['acc'] },
        { loss: step / 8, epoch: Math.ceil(step / 3), acc: step / 16 },
      );
    }
    assert.deepEqual(epochs, [{ epoch: 1, step: 3, metrics: { val_loss: 2 } }]);
  });
});
