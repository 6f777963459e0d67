import assert from 'node:assert/strict';
import { host, disposeHosts, resultOf, type RunOptions, type TestHost } from './host';
import type { StepRecord } from '../../../src/shared/core/stepRecord';

/** Runs a program under the lens to its end. */
async function trained(file: string, options?: RunOptions): Promise<TestHost> {
  const run = await host(file, options);
  const { code, stderr } = await run.ended;
  assert.equal(code, 0, stderr);
  assert.deepEqual(run.rejected, []);
  assert.equal(run.of('finished').at(-1)?.outcome, 'completed');
  assert.equal(run.of('finished').at(-1)?.steps, run.records.length);
  assert.equal(run.messages.at(-1)?.type, 'finished');
  return run;
}

const stepsOf = (records: readonly StepRecord[]): number[] => records.map(({ step }) => step);
const upTo = (count: number): number[] => Array.from({ length: count }, (_, i) => i + 1);

/** Lines of the first frames of all layers. */
function linesOf(run: TestHost): (number | undefined)[] {
  return run
    .of('layers')
    .at(-1)!
    .layers.map(({ frames }) => frames[0]?.line);
}

describe('programs in Node', function () {
  this.timeout(30_000);
  afterEach(disposeHosts);

  it('a fit: every step with its metrics, epochs, facts and places', async () => {
    const run = await trained('fit.js');
    assert.deepEqual(stepsOf(run.records), upTo(9));
    assert.deepEqual(
      run.messages.slice(0, 2).map(({ type }) => type),
      ['hello', 'started'],
    );
    const [hello] = run.of('hello');
    assert.equal(hello?.token, run.token);
    assert.equal(hello.pid, run.child.pid);
    assert.match(hello.script, /fit\.js$/);
    assert.deepEqual(run.of('plan'), [{ type: 'plan', epochs: 3, stepsPerEpoch: 3 }]);
    const epochs = run.of('steps').flatMap((message) => message.epochs);
    assert.deepEqual(
      epochs.map(({ epoch, step }) => [epoch, step]),
      [
        [1, 3],
        [2, 6],
        [3, 9],
      ],
    );
    const { val_loss: validation, loss } = JSON.parse(
      (await run.ended).stdout.split('\n')[0] ?? '',
    ) as Record<string, number[]>;
    assert.deepEqual(
      epochs.map(({ metrics }) => metrics['val_loss']),
      validation,
    );
    const first = run.records.slice(0, 3).map((record) => record.loss ?? NaN);
    assert.ok(Math.abs(first.reduce((a, b) => a + b) / 3 - (loss?.[0] ?? NaN)) < 1e-6);
    for (const record of run.records) {
      assert.equal(record.epoch, Math.ceil(record.step / 3));
      assert.ok(record.metrics['acc'] !== undefined, `step ${record.step}`);
      assert.equal(record.learningRate, 0.01);
      assert.deepEqual(Object.keys(record.layers), ['dense_Dense1', 'dense_Dense2']);
      assert.equal(record.layers['dense_Dense1']?.activation?.count, 16 * 8);
      assert.equal(record.layers['dense_Dense2']?.activationGradient?.count, 16);
    }
    assert.ok(run.records.some(({ probe }) => probe !== undefined));
    const [facts] = run.of('facts');
    assert.equal(facts?.facts.outputs[0]?.loss, 'binaryCrossentropy');
    assert.equal(facts.facts.backend, 'cpu');
    assert.deepEqual(linesOf(run), [10, 11]);
    const at = run.of('layers').at(-1)?.layers[0]?.frames[0]?.file;
    assert.match(at ?? '', /test[/\\]fixtures[/\\]node[/\\]fit\.js$/);
  });

  it('a loop that never gives way: records while it runs, memory flat', async () => {
    const run = await trained('loop.js', { args: ['400'] });
    assert.deepEqual(stepsOf(run.records), upTo(400));
    const { losses, grown } = resultOf(await run.ended) as { losses: number[]; grown: number };
    assert.equal(grown, 0);
    assert.deepEqual(
      run.records.slice(0, 100).map(({ loss }) => loss),
      losses,
    );
    assert.deepEqual(linesOf(run), [7, 8]);
  });

  it('the same seed gives the same losses, another one others', async () => {
    const losses = async (seed: number): Promise<unknown> =>
      resultOf(await (await trained('loop.js', { start: { seed } })).ended)['losses'];
    const first = await losses(7);
    assert.deepEqual(await losses(7), first);
    assert.notDeepEqual(await losses(8), first);
  });

  for (const [file, steps, layers] of [
    ['lstm.js', 6, ['lstm_LSTM1', 'dense_Dense1']],
    ['gan.js', 16, ['g1', 'g2', 'c1', 'c2']],
    ['bursts.js', 20, ['dense_Dense1', 'dense_Dense2']],
  ] as const) {
    it(`${file}: computes bit for bit what it computes without the lens`, async () => {
      const plain = await host(file, { plain: true });
      const expected = resultOf(await plain.ended)['losses'];
      const run = await trained(file);
      assert.deepEqual(resultOf(await run.ended)['losses'], expected);
      assert.deepEqual(stepsOf(run.records), upTo(steps));
      const known = run
        .of('layers')
        .at(-1)!
        .layers.map(({ name }) => name);
      assert.deepEqual([...known].sort(), [...layers].sort());
      assert.ok(linesOf(run).every((line) => line !== undefined));
    });
  }

  it('a GAN: each step is of the net whose turn it is', async () => {
    const run = await trained('gan.js');
    for (const record of run.records) {
      const expected = record.step % 2 === 1 ? ['c1', 'c2'] : ['g1', 'g2'];
      assert.deepEqual(Object.keys(record.layers), expected, `step ${record.step}`);
    }
  });

  it('one that reads its own files, by fitDataset, in any working folder', async () => {
    const run = await trained('files.js');
    assert.equal(run.records.length, 4);
    assert.equal(run.of('facts')[0]?.facts.inputs[0]?.shape.join(), '2');
  });

  it('an ES module with a class of its own that only applies gradients', async () => {
    const run = await trained('module.mjs');
    assert.match((await run.ended).stdout, /done true/);
    assert.equal(run.records.length, 5);
    const [layer] = run.of('layers').at(-1)!.layers;
    assert.match(layer?.frames[0]?.file ?? '', /^file:\/\/.*module\.mjs$/);
  });

  it('one that starts a child which trains: the child is not seen', async () => {
    const run = await trained('parent.js', { byEnvironment: true });
    assert.equal(run.connections, 1);
    assert.equal(run.records.length, 5);
    const { stdout } = await run.ended;
    assert.match(stdout, /child: \{"losses":\[/);
  });

  it('one that a launcher without tfjs starts: the program is seen, its exit code kept', async () => {
    const run = await host('launcher.js', { byEnvironment: true });
    assert.equal((await run.ended).code, 3);
    assert.equal(run.connections, 1);
    assert.equal(run.records.length, 6);
    assert.match(run.of('hello')[0]?.script ?? '', /loop\.js$/);
  });

  it('one that trains in a thread: its records, its end, one run', async () => {
    const run = await trained('thread.js', { byEnvironment: true });
    assert.equal(run.connections, 1);
    assert.equal(run.records.length, 5);
    assert.ok('w' in resultOf(await run.ended));
  });

  it('a loss that takes the logarithm of zero: the autopsy names it and its line', async () => {
    const run = await trained('diverges.js');
    const [found] = run.of('autopsy');
    assert.equal(found?.autopsy.cause, 'log-of-zero');
    assert.equal(found.autopsy.step, 1);
    assert.equal(found.frames[0]?.line, 9);
    const order = run.messages.map(({ type }) => type);
    assert.ok(order.indexOf('autopsy') > order.indexOf('steps'));
  });

  it('one that hears its errors, and does without tfjs-node, trains on', async () => {
    const run = await trained('caught.js');
    assert.equal(run.records.length, 4);
    assert.equal(run.of('started')[0]?.reason, undefined);
  });

  it('sampling thins out the layers of the steps, not the steps', async () => {
    const run = await trained('loop.js', {
      start: { sampling: { everySteps: 10, activationEverySteps: 10 } },
    });
    assert.equal(run.records.length, 40);
    const full = run.records.filter(({ layers }) => Object.keys(layers).length > 0);
    assert.deepEqual(stepsOf(full), [1, 11, 21, 31]);
  });

  it('calls the exported function of one that trains nothing by itself', async () => {
    const run = await trained('exported.js');
    assert.deepEqual(stepsOf(run.records), upTo(4));
    assert.equal((await run.ended).stdout.trim(), (3 * 0.8 ** 4).toFixed(4));
  });

  it('reports what such a function throws, in an ES module too', async () => {
    const run = await host('exported.mjs');
    const { code, stderr } = await run.ended;
    assert.notEqual(code, 0);
    assert.match(stderr, /enough/);
    assert.deepEqual(stepsOf(run.records), [1]);
    assert.match(run.of('failed').at(-1)?.error.message ?? '', /enough/);
  });
});
