// The source against a page that is played by the test: order of messages, controls, and every way in
// which a worker or its page can go missing.
import assert from 'node:assert/strict';
import { BundleMap } from '../../../src/model/sourceMap';
import { ModelError } from '../../../src/model/modelError';
import type { RunSink } from '../../../src/run/source';
import { emptySummary } from '../../../src/shared/core/summary';
import { encodeStepRecords } from '../../../src/shared/protocol/codec';
import type {
  FromRuntime,
  Question,
  StartOptions,
  ToRuntime,
} from '../../../src/shared/protocol/runtime';
import type { PageListener, TrainingPage } from '../../../src/sources/webview/trainingPage';
import { WebviewSource } from '../../../src/sources/webview/webviewSource';
import { WorkspaceFileError } from '../../../src/sources/webview/workspaceFiles';

const START: StartOptions = {
  runId: 'r1',
  kind: 'program',
  seed: 7,
  backend: 'auto',
  paused: false,
  sampling: { everySteps: 1, activationEverySteps: 1 },
  epsilon: 'keras',
  fusedUpdates: 'auto',
  probe: 'auto',
  hyperparameters: {},
};

/** A map that sends line 1 of the bundle to line 4 of /ws/model.ts, and line 2 to a dependency. */
const MAP = new BundleMap(
  JSON.stringify({
    version: 3,
    sources: ['model.ts', 'node_modules/dep/index.js'],
    names: [],
    mappings: 'AAGA;ACAA',
  }),
  '/ws',
);

/** Records every call of the sink as `name` and its arguments. */
function recordingSink(): { sink: RunSink; calls: [string, ...unknown[]][]; names(): string[] } {
  const calls: [string, ...unknown[]][] = [];
  const sink = new Proxy({} as RunSink, {
    get:
      (_, name) =>
      (...args: unknown[]) =>
        void calls.push([String(name), ...args]),
  });
  return { sink, calls, names: () => calls.map(([name]) => name) };
}

function scene(overrides: Partial<ConstructorParameters<typeof WebviewSource>[0]> = {}) {
  const sent: ToRuntime[] = [];
  const log: string[] = [];
  let listener: PageListener | undefined;
  const page: TrainingPage = {
    ready: () => Promise.resolve(),
    launch: (id, code, start) => {
      log.push(`launch ${id} ${code}`);
      sent.push(start);
    },
    send: (_, message) => void sent.push(message),
    terminate: (id) => void log.push(`terminate ${id}`),
    attach: (_, heard) => {
      listener = heard;
      return () => (listener = undefined);
    },
  };
  const printed: string[] = [];
  const trouble: string[] = [];
  const source = new WebviewSource({
    page,
    files: {
      readFile: () => Promise.resolve(Uint8Array.from([1, 2]).buffer),
      stat: () => Promise.reject(new WorkspaceFileError('missing-file', 'It is not there.')),
      list: () => Promise.resolve(['a']),
    },
    start: START,
    bundle: () => Promise.resolve({ code: 'CODE', map: MAP, inputs: [], hash: 'h', ms: 1 }),
    onConsole: (level, text) => printed.push(`${level} ${text}`),
    onTrouble: (message) => trouble.push(message),
    ...overrides,
  });
  const recorded = recordingSink();
  source.start(recorded.sink);
  const settle = () => new Promise((resolve) => setTimeout(resolve, 5));
  const say = (message: FromRuntime) => listener?.message(message);
  return {
    source,
    sent,
    log,
    printed,
    trouble,
    say,
    settle,
    page,
    ...recorded,
    listener: () => listener,
  };
}

const batch = (step: number) => {
  const gradient = emptySummary();
  const record = { gradient, weight: gradient, updateRatio: 0 };
  return encodeStepRecords([
    { step, metrics: {}, seconds: 1, layers: { a: record }, tensors: { 'a/w': record } },
  ]);
};
const memory = { numTensors: 1, numBytes: 4 };
const FACTS = {
  step: 1,
  trainedLayers: ['a'],
  layers: [],
  inputs: [],
  outputs: [],
  optimizer: { className: 'SGD' },
  batchSize: 2,
  sampled: 2,
  backend: 'webgl',
  epsilon: 1e-7,
};

describe('WebviewSource', () => {
  it('bundles, launches, greets, and passes everything on with source lines', async () => {
    const s = scene();
    await s.settle();
    assert.deepEqual(s.log, ['launch r1 CODE']);
    assert.deepEqual(s.sent, [{ type: 'start', options: START }]);
    s.say({ type: 'hello', version: 1 });
    assert.equal(s.sent.length, 1);
    s.say({ type: 'started', backend: 'wasm', tfjsVersion: '4.22.0' });
    const frames = [
      { line: 2, column: 1 },
      { line: 1, column: 1 },
    ];
    s.say({ type: 'layers', layers: [{ name: 'a', className: 'Dense', tensors: [], frames }] });
    const epochs = [{ epoch: 1, step: 1, metrics: { val_loss: 1 } }];
    s.say({ type: 'plan', epochs: 2 });
    s.say({ type: 'steps', batch: batch(1), epochs, memory });
    s.say({ type: 'console', level: 'warn', text: 'hm' });
    s.say({ type: 'finished', outcome: 'completed', steps: 1 });
    const of = (name: string) => s.calls.find(([called]) => called === name)?.[1];
    const location = { file: '/ws/model.ts', line: 4, column: 1 };
    assert.deepEqual(of('layers'), [
      { name: 'a', className: 'Dense', tensors: [], line: 4, location },
    ]);
    assert.equal((of('records') as { step: number }[])[0]!.step, 1);
    assert.deepEqual(of('plan'), { epochs: 2 });
    assert.deepEqual(of('epoch'), { epoch: 1, step: 1, metrics: { val_loss: 1 } });
    assert.deepEqual(s.printed, ['warn hm']);
    assert.equal(s.names().at(-1), 'finished');
    assert.equal(s.log.at(-1), 'terminate r1');
    assert.equal(s.listener(), undefined);
  });

  it('gives a failure its line, and says when a dependency needs Node', async () => {
    for (const [name, code] of [
      ['TypeError', 'model-exception'],
      ['NeedsNodeError', 'needs-node'],
    ]) {
      const s = scene();
      await s.settle();
      const error = {
        code: 'model-exception',
        name: name!,
        message: 'It broke.',
        frames: [{ line: 1, column: 1 }],
      };
      s.say({ type: 'failed', error, steps: 0 });
      assert.deepEqual(s.calls.at(-1), [
        'failed',
        {
          code,
          message: 'model.ts, line 4: It broke.',
          line: 4,
          location: { file: '/ws/model.ts', line: 4, column: 1 },
        },
      ]);
    }
  });

  it('fails with the error of the bundle, and with that of the panel', async () => {
    const location = { file: '/ws/model.ts', line: 2, column: 5 };
    const syntax = scene({
      bundle: () => Promise.reject(new ModelError('syntax-error', 'No.', location)),
    });
    await syntax.settle();
    const failure = { code: 'syntax-error', message: 'No.', line: 2, location };
    assert.deepEqual(syntax.calls.at(-1), ['failed', failure]);
    assert.deepEqual(syntax.log, []);
    const s = scene();
    const closed = scene({ page: { ...s.page, ready: () => Promise.reject(new Error('closed')) } });
    await closed.settle();
    assert.deepEqual(closed.calls.at(-1), ['failed', { code: 'panel-failed', message: 'closed' }]);
  });

  it('answers requests, with the reason where it cannot', async () => {
    const s = scene();
    await s.settle();
    s.say({ type: 'request', id: 3, method: 'readFile', params: { path: 'x' } });
    s.say({ type: 'request', id: 4, method: 'stat', params: { path: 'x' } });
    await s.settle();
    assert.deepEqual(
      s.sent.slice(1).map((message) => message.type === 'response' && [message.id, message.ok]),
      [
        [3, true],
        [4, false],
      ],
    );
    const error = { code: 'missing-file', message: 'It is not there.' };
    assert.deepEqual(s.sent[2], { type: 'response', id: 4, ok: false, error });
  });

  it('stops at once before the launch, and ends a worker that does not answer', async () => {
    const early = scene();
    early.source.control({ type: 'stop' });
    assert.deepEqual(early.calls.at(-1), ['finished', 'stopped', 0]);
    await early.settle();
    assert.deepEqual(early.log, []);

    const s = scene();
    await s.settle();
    s.say({ type: 'steps', batch: batch(9), epochs: [], memory });
    s.source.control({ type: 'stop' });
    s.source.control({ type: 'stop' });
    assert.deepEqual(s.sent.slice(1), [{ type: 'stop' }]);
    await new Promise((resolve) => setTimeout(resolve, 1100));
    assert.deepEqual(s.calls.at(-1), ['finished', 'stopped', 9]);
    assert.equal(s.names().filter((name) => name === 'finished').length, 1);
    assert.equal(s.log.at(-1), 'terminate r1');
  });

  it('tells of a lost page and of a worker that died, once', async () => {
    const s = scene();
    await s.settle();
    const listener = s.listener()!;
    listener.lost({ code: 'page-reloaded', message: 'gone' });
    listener.workerError('too late');
    assert.deepEqual(s.calls.at(-1), ['lost', { code: 'page-reloaded', message: 'gone' }]);
    const died = scene();
    await died.settle();
    died.listener()!.workerError('It died.');
    assert.deepEqual(died.calls.at(-1), ['failed', { code: 'worker-failed', message: 'It died.' }]);
  });

  it('refuses another version and a malformed batch', async () => {
    const s = scene();
    await s.settle();
    s.say({ type: 'steps', batch: new ArrayBuffer(7), epochs: [], memory });
    assert.equal(s.trouble.length, 1);
    assert.ok(!s.names().includes('records'));
    s.say({ type: 'hello', version: 99 });
    assert.equal((s.calls.at(-1)![1] as { code: string }).code, 'version-mismatch');
  });

  it('passes controls on, and says nothing after it is disposed', async () => {
    const s = scene();
    // Before there is a worker to hear it.
    s.source.control({ type: 'pause' });
    assert.deepEqual(s.sent, []);
    await s.settle();
    s.source.control({ type: 'step', count: 3 });
    s.say({ type: 'hello', version: 1 });
    const start = { type: 'start', options: START } as const;
    assert.deepEqual(s.sent, [start, { type: 'pause' }, { type: 'step', count: 3 }]);
    const before = s.calls.length;
    s.source.dispose();
    s.source.dispose();
    s.source.control({ type: 'resume' });
    assert.equal(s.calls.length, before);
    assert.deepEqual(s.log.at(-1), 'terminate r1');
    assert.equal(s.sent.length, 3);
  });

  it('goes on in a fresh worker where the context was lost, at once on wasm the second time', async () => {
    const s = scene();
    const checkpoint = new ArrayBuffer(8);
    const epochs = [{ epoch: 1, step: 10, metrics: { loss: 1 } }];
    const epoch = { type: 'steps', batch: batch(10), epochs, memory } as const;
    await s.settle();
    s.say({ type: 'hello', version: 1 });
    s.say({ type: 'started', backend: 'webgl', reason: 'It is faster.', tfjsVersion: '4.22.0' });
    s.say({ type: 'state', state: 'paused', step: 10 });
    s.say(epoch);
    s.say({ type: 'facts', facts: FACTS });
    s.say({ type: 'interrupted', step: 12, from: 9, checkpoint });
    assert.deepEqual(s.log.slice(1), ['terminate r1', 'launch r1 CODE']);
    s.source.control({ type: 'resume' });
    s.say({ type: 'hello', version: 1 });
    assert.deepEqual(s.sent.slice(1), [
      { type: 'start', options: { ...START, backend: 'webgl', paused: true }, checkpoint },
      { type: 'resume' },
    ]);
    s.say({ type: 'started', backend: 'webgl', tfjsVersion: '4.22.0' });
    s.say(epoch);
    s.say({ type: 'facts', facts: { ...FACTS, step: 10 } });
    s.say({ type: 'interrupted', step: 30, from: 0 });
    s.say({ type: 'hello', version: 1 });
    assert.deepEqual(s.sent.at(-1), {
      type: 'start',
      options: { ...START, backend: 'wasm', paused: true },
    });
    s.say({ type: 'started', backend: 'wasm', tfjsVersion: '4.22.0' });
    const told = (name: string) =>
      s.calls.filter(([call]) => call === name).map(([, info]) => info);
    // What it began with is not what it goes on from.
    assert.deepEqual(told('facts'), [FACTS]);
    // The epoch that came twice is told once.
    assert.equal(told('epoch').length, 1);
    assert.deepEqual(
      (told('started') as { reason: string }[]).map(({ reason }) => reason),
      [
        'It is faster.',
        'It is faster.',
        'WebAssembly trains because the WebGL context was lost repeatedly.',
      ],
    );
    const notices = (told('notice') as { message: string }[]).map(({ message }) => message);
    assert.match(notices[0]!, /lost at step 12; training goes on from step 9 on\./);
    assert.match(
      notices[1]!,
      /again, at step 30; training goes on from the beginning in WebAssembly/,
    );
    assert.ok(!s.names().includes('failed'));
  });

  it('replaces a worker that cannot go back by one that takes the same steps again', async () => {
    const debugged = { ...START, paused: true, debug: { changes: [] } };
    const { source, say, sent, log, calls, settle } = scene({ start: debugged });
    await settle();
    const change = { step: 2, change: { type: 'learningRate', value: 1 } } as const;
    say({ type: 'state', state: 'paused', step: 9 });
    source.control({ type: 'rewind', step: 5, changes: [change] });
    assert.deepEqual(sent.at(-1), { type: 'rewind', step: 5 });
    say({ type: 'cannotRewind', step: 5 });
    assert.deepEqual(log, ['launch r1 CODE', 'terminate r1', 'launch r1 CODE']);
    const debug = { replayTo: 5, changes: [change] };
    assert.deepEqual(sent.at(-1), { type: 'start', options: { ...START, debug } });
    say({ type: 'state', state: 'paused', step: 5 });
    // Where a lost device brings a third one, that holds nowhere.
    source.control({ type: 'resume' });
    say({ type: 'interrupted', step: 7, from: 0 });
    assert.deepEqual(sent.at(-1), {
      type: 'start',
      options: { ...START, paused: true, backend: 'webgl', debug: { changes: [change] } },
    });
    assert.equal(calls.filter(([name]) => name === 'state').length, 2);
    source.dispose();
  });

  it('asks, and passes answers on; what is not answered fails', async () => {
    const { source, say, sent, settle } = scene({ start: { ...START, debug: { changes: [] } } });
    await settle();
    const ask = (question: Question): Promise<unknown> => source.ask?.(question) ?? assert.fail();
    const params = { role: 'weight', name: 'd/kernel', call: 0, start: 0, count: 2 } as const;
    const first = ask({ question: 'values', params });
    const second = ask({ question: 'change', params: { type: 'batch', batch: 2 } });
    const third = ask({ question: 'values', params });
    assert.deepEqual(sent.at(-1), { type: 'ask', id: 3, question: 'values', params });
    const result = Float32Array.of(1, 2).buffer;
    say({ type: 'answer', id: 2, ok: false, message: 'There is no batch 2.' });
    say({ type: 'answer', id: 1, ok: true, question: 'values', result });
    await assert.rejects(second, /There is no batch 2/);
    assert.equal(((await first) as { result: unknown }).result, result);
    source.dispose();
    await assert.rejects(third, /ended/);
  });

  it('cannot be asked where nobody debugs', () => {
    const { source } = scene();
    assert.equal(Reflect.get(source, 'ask'), undefined);
    source.dispose();
  });
});
