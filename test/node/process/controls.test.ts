import assert from 'node:assert/strict';
import { host, disposeHosts, resultOf, type TestHost } from './host';

/** Steps at which the program was held, and at which it ran on, in order. */
function states(run: TestHost): string[] {
  return run.of('state').map(({ state, step }) => `${state} ${step}`);
}

describe('controls of a program in Node', function () {
  this.timeout(30_000);
  afterEach(disposeHosts);

  it('hold a loop that never gives way before its first step, let steps through, let it go', async () => {
    const run = await host('loop.js', { args: ['30'], start: { paused: true } });
    await run.until(() => run.of('state').length === 1);
    assert.equal(run.records.length, 0);
    run.send({ type: 'step', count: 1 });
    await run.until(() => run.of('state').length === 2);
    run.send({ type: 'step', count: 5 });
    await run.until(() => run.of('state').length === 3);
    assert.deepEqual(states(run), ['paused 0', 'paused 1', 'paused 6']);
    // All that was taken is here, and no more.
    assert.equal(run.records.length, 6);
    run.send({ type: 'resume' });
    await run.ended;
    assert.deepEqual(states(run).slice(3), ['running 6']);
    assert.equal(run.records.length, 30);
    assert.equal(run.of('finished')[0]?.steps, 30);
  });

  it('hold a fit, with the metrics of its last step', async () => {
    const run = await host('fit.js', { start: { paused: true } });
    await run.until(() => run.of('state').length === 1);
    run.send({ type: 'step', count: 2 });
    await run.until(() => run.of('state').some(({ step }) => step === 2));
    assert.equal(run.records.length, 2);
    assert.ok(run.records[1]?.metrics['acc'] !== undefined);
    run.send({ type: 'resume' });
    assert.equal((await run.ended).code, 0);
    assert.equal(run.records.length, 9);
  });

  it('pause a program that runs, at once and for good', async () => {
    const run = await host('forever.js', { args: ['sync'] });
    await run.until(() => run.records.length > 10);
    run.send({ type: 'pause' });
    await run.until(() => run.of('state').length > 0);
    const [{ state, step } = { state: '', step: 0 }] = run.of('state');
    assert.equal(state, 'paused');
    assert.equal(run.records.at(-1)?.step, step);
    const before = run.records.length;
    await new Promise((resolve) => setTimeout(resolve, 400));
    assert.equal(run.records.length, before);
    // Held again where it is: the answer comes again.
    run.send({ type: 'pause' });
    await run.until(() => run.of('state').length === 2);
    run.send({ type: 'resume' });
    await run.until(() => run.records.length > before + 10);
  });

  it('acknowledge a pause that no step has reached yet', async () => {
    const run = await host('listens.js', { env: { NOTHING: '1' } });
    await run.until(() => run.records.length > 2);
    run.send({ type: 'pause' });
    await run.until(() => run.of('state').length > 0);
    assert.equal(run.of('state')[0]?.state, 'paused');
    // Ended as Ctrl-C would, once it goes on.
    run.send({ type: 'resume' });
    await run.until(() => run.of('state').some(({ state }) => state === 'running'));
    run.child.kill('SIGINT');
    assert.equal((await run.ended).code, 5);
  });

  it('take pauses out of the time of training', async () => {
    const run = await host('loop.js', { args: ['6'], start: { paused: true } });
    await run.until(() => run.of('state').length === 1);
    await new Promise((resolve) => setTimeout(resolve, 1500));
    run.send({ type: 'step', count: 3 });
    await run.until(() => run.records.length === 3);
    await new Promise((resolve) => setTimeout(resolve, 1500));
    run.send({ type: 'resume' });
    await run.ended;
    const seconds = run.records.map((record) => record.seconds);
    assert.ok((seconds.at(-1) ?? Infinity) < 1.5, seconds.join());
    assert.deepEqual(
      [...seconds].sort((a, b) => a - b),
      seconds,
    );
  });

  it('end a program at its step limit, with code 0 and nothing lost', async () => {
    for (const file of ['loop.js', 'fit.js', 'bursts.js', 'forever.js']) {
      const run = await host(file, { start: { maxSteps: 5 } });
      assert.equal((await run.ended).code, 0, file);
      assert.deepEqual(
        run.records.map(({ step }) => step),
        [1, 2, 3, 4, 5],
        file,
      );
      assert.deepEqual(run.messages.at(-1), { type: 'finished', outcome: 'completed', steps: 5 });
    }
  });

  it('let go of a program that goes on by itself', async () => {
    const run = await host('loop.js', { args: ['60', '4'], start: { paused: true } });
    await run.until(() => run.of('state').length === 1);
    run.send({ type: 'detach' });
    const end = await run.ended;
    assert.equal(end.code, 4);
    assert.equal(resultOf(end)['grown'], 0);
    assert.equal(run.of('finished').length, 0);
  });
});
