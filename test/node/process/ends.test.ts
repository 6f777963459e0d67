import assert from 'node:assert/strict';
import { host, disposeHosts, resultOf } from './host';

describe('ends of a program in Node', function () {
  this.timeout(40_000);
  afterEach(disposeHosts);

  it('by process.exit: the last step is there, and the code is its own', async () => {
    const run = await host('exits.js');
    assert.equal((await run.ended).code, 7);
    assert.equal(run.records.length, 9);
    assert.deepEqual(run.messages.at(-1), { type: 'finished', outcome: 'completed', steps: 9 });
  });

  it('by itself: the code is its own', async () => {
    const run = await host('loop.js', { args: ['5', '3'] });
    assert.equal((await run.ended).code, 3);
    assert.equal(run.records.length, 5);
  });

  it('by an error that nobody catches: told with its code and line', async () => {
    const run = await host('fails.js');
    const end = await run.ended;
    assert.equal(end.code, 1);
    assert.match(end.stderr, /inner shapes/);
    const [failed] = run.of('failed');
    assert.equal(failed?.error.code, 'shape-mismatch');
    assert.equal(failed.error.frames[0]?.line, 7);
    assert.equal(failed.steps, 3);
    assert.equal(run.records.length, 3);
    assert.equal(run.of('finished').length, 0);
  });

  it('by Ctrl-C, between steps: the last step is there, and the signal is what it died of', async () => {
    const run = await host('forever.js', { args: ['async'] });
    await run.until(() => run.records.length > 50);
    run.child.kill('SIGINT');
    const { signal } = await run.ended;
    assert.equal(signal, 'SIGINT');
    const [finished] = run.of('finished');
    assert.equal(finished?.outcome, 'stopped');
    assert.equal(run.records.at(-1)?.step, finished.steps);
  });

  it('by Ctrl-C, in a loop that never gives way: at once, as without the lens', async () => {
    const run = await host('forever.js', { args: ['sync'] });
    await run.until(() => run.records.length > 50);
    run.child.kill('SIGINT');
    const { signal } = await run.ended;
    assert.equal(signal, 'SIGINT');
    const steps = run.records.map(({ step }) => step);
    assert.deepEqual(
      steps,
      steps.map((_, i) => i + 1),
    );
  });

  it('by Ctrl-C while it is held', async () => {
    const run = await host('forever.js', { args: ['async'] });
    await run.until(() => run.records.length > 5);
    run.send({ type: 'pause' });
    await run.until(() => run.of('state').length > 0);
    // Held in its step, not only told to be.
    await new Promise((resolve) => setTimeout(resolve, 300));
    run.child.kill('SIGINT');
    assert.equal((await run.ended).signal, 'SIGINT');
  });

  it('by a Ctrl-C that it hears itself: it ends as it wants to', async () => {
    const run = await host('listens.js');
    await run.until(() => run.records.length > 5);
    run.child.kill('SIGINT');
    const end = await run.ended;
    assert.equal(end.code, 5);
    assert.equal(run.records.length, resultOf(end)['steps']);
    assert.equal(run.of('finished')[0]?.steps, run.records.length);
  });

  it('of its host: it trains on to its own end, and its memory stays flat', async () => {
    const run = await host('loop.js', { args: ['3000', '6'] });
    await run.until(() => run.records.length > 20);
    run.hangUp();
    const end = await run.ended;
    assert.equal(end.code, 6);
    assert.equal(end.stderr.includes('Error'), false, end.stderr);
    const { grown, losses } = resultOf(end) as { grown: number; losses: number[] };
    assert.equal(grown, 0);
    assert.equal(losses.length, 100);
  });

  it('of its host, while it is held: it goes on', async () => {
    const run = await host('loop.js', { args: ['20', '6'], start: { paused: true } });
    await run.until(() => run.of('state').length > 0);
    run.hangUp();
    assert.equal((await run.ended).code, 6);
  });

  it('without a host from the start, even where it was to be held: it trains', async () => {
    const run = await host('loop.js', {
      args: ['5', '2'],
      start: { paused: true },
      env: {
        GRADIENT_LENS_NODE: JSON.stringify({
          ...{ version: 1, channel: '/nowhere/at/all', token: '0'.repeat(32) },
          start: {
            ...{ seed: 1, paused: true, epsilon: 'keras', probe: 'auto', standIn: 'offer' },
            ...{ sampling: { everySteps: 1, activationEverySteps: 1 }, breakOn: [] },
          },
        }),
      },
    });
    const end = await run.ended;
    assert.equal(end.code, 2);
    assert.equal((resultOf(end)['losses'] as number[]).length, 5);
  });

  it('after its host sent bytes that are no message: it trains on', async () => {
    const run = await host('loop.js', { args: ['2000', '2'] });
    await run.until(() => run.records.length > 5);
    run.sendRaw(Uint8Array.of(255, 255, 255, 255, 1, 2, 3));
    assert.equal((await run.ended).code, 2);
  });

  it('with a host that stalls: it ends by itself, and is not held up by more than its last second', async () => {
    const run = await host('wide.js', { args: ['60'] });
    run.stalls = true;
    await run.until(() => run.child.exitCode !== null);
    assert.equal((await run.ended).code, 0);
    assert.deepEqual(resultOf(await run.ended), { steps: 60 });
  });
});
