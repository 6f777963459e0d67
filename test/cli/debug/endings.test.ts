// A debug session that is ended at an unsuitable moment, over the built runtime in a thread: nothing of its
// run is left, and nothing is said after its end.
import assert from 'node:assert/strict';
import path from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import type { StartRun } from '../../../src/debug/debuggedRun';
import { type Client, FIXTURES, withClient } from './client';

const PLANE = path.join(FIXTURES, 'plane.model.ts');

describe('a debug session that ends early', function () {
  this.timeout(60_000);
  const unhandled: unknown[] = [];
  const note = (error: unknown): void => void unhandled.push(error);
  let others: NodeJS.UnhandledRejectionListener[] = [];
  /** Lets the session's runs start. */
  let open: () => void;
  let client: Client;

  beforeEach(() => {
    others = process.listeners('unhandledRejection');
    process.removeAllListeners('unhandledRejection').on('unhandledRejection', note);
  });
  afterEach(() => open());
  const runs = withClient(
    (fresh) => (client = fresh),
    (start) => {
      const opened = new Promise<void>((resolve) => (open = resolve));
      const late: StartRun = async (...args) => {
        await opened;
        return start(...args);
      };
      return late;
    },
  );
  afterEach(async () => {
    await turn();
    process.removeListener('unhandledRejection', note);
    others.forEach((other) => process.on('unhandledRejection', other));
    assert.deepEqual(unhandled.splice(0), []);
  });

  const launch = async (): Promise<{ launched: Promise<unknown> }> => {
    await client.initializeRequest();
    const launched = client.launchRequest({ program: PLANE } as object).catch(String);
    await client.configurationDoneRequest();
    return { launched };
  };

  it('while its run is being prepared: it does not start then', async () => {
    const { launched } = await launch();
    await client.disconnectRequest({});
    open();
    assert.match(String(await launched), /The session ended before the run had started/);
    assert.deepEqual(
      runs.map(({ state }) => state),
      ['stopped'],
    );
  });

  it('before the worker holds at the first step', async () => {
    open();
    const { launched } = await launch();
    await launched;
    const states = (): string[] => runs.map(({ state }) => state);
    assert.deepEqual(states(), ['starting']);
    await client.disconnectRequest({});
    assert.deepEqual(states(), ['stopped']);
  });

  it('while a restart is under way', async () => {
    open();
    await client.launchTo({ program: PLANE, stopOnEntry: true });
    const restarted: Promise<unknown> = client.restartRequest({}).catch(String);
    await client.disconnectRequest({});
    assert.match(String(await restarted), /The session ended before the run had started/);
    assert.equal(runs.length, 1);
  });

  it('while it steps: it has not stopped anywhere after its end', async () => {
    open();
    await client.launchTo({ program: PLANE, stopOnEntry: true });
    const told: string[] = [];
    for (const event of ['stopped', 'terminated']) client.on(event, () => told.push(event));
    await client.nextRequest({ threadId: 1 });
    await client.terminateRequest({});
    await runs[0]?.finished;
    await turn();
    assert.equal(told.at(-1), 'terminated');
    assert.doesNotMatch(client.said, /before it could pause/);
  });

  it('is paused before the first step, where that was asked for while it started', async () => {
    open();
    const stopped = client.waitForEvent('stopped');
    const { launched } = await launch();
    await launched;
    await client.pauseRequest({ threadId: 1 });
    const { body } = (await stopped) as { body?: unknown };
    assert.equal((body as { description: string }).description, 'Paused before the first step');
  });
});
