// The source against real processes that speak over a real socket: the order of what it tells, controls,
// and every way in which a process can end or misbehave.
import assert from 'node:assert/strict';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { NODE_INVITATION, type NodeInvitation } from '../../../src/shared/protocol/node';
import { ChildLauncher } from '../../../src/sources/node/childProcess';
import { NodeError } from '../../../src/sources/node/nodeError';
import { bundleScript, scene, START, temporaryFolder, type Scene } from './scene';

const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
};

const channelFolders = () =>
  readdirSync(tmpdir()).filter((name) => name.startsWith(`gradient-lens-${process.pid}-`));

describe('NodeSource', function () {
  // Processes start slowly on a machine with much to do.
  this.timeout(60_000);
  let script = '';
  let temporary: Awaited<ReturnType<typeof temporaryFolder>>;
  const pids: number[] = [];

  before(async () => {
    temporary = await temporaryFolder();
    script = await bundleScript('fakeProgram.ts', temporary.folder);
  });
  after(async () => {
    for (const pid of pids) if (isAlive(pid)) process.kill(pid, 'SIGKILL');
    await temporary.remove();
  });

  /** Plays a mode of the fake program; what it started is ended after the suite. */
  const play = (
    mode: string,
    amount = 0,
    overrides: Parameters<typeof scene>[1] = {},
  ): Scene & { pid: () => number; command: () => NodeInvitation } => {
    const launcher = new ChildLauncher('ignore');
    let pid = 0;
    let invitation: NodeInvitation | undefined;
    const played = scene([script, mode, String(amount)], {
      launcher: {
        launch: async (command) => {
          invitation = JSON.parse(command.env[NODE_INVITATION] ?? '') as NodeInvitation;
          const launched = await launcher.launch(command);
          pid = launched.pid ?? 0;
          pids.push(pid);
          return launched;
        },
      },
      ...overrides,
    });
    return { ...played, pid: () => pid, command: () => invitation! };
  };

  it('tells all that a process says, in order, with places in files', async () => {
    const { ended, calls, steps, names } = play('trains', 6);
    assert.deepEqual(await ended, ['finished', 'completed', 6]);
    assert.deepEqual(
      names().filter((name, i, all) => name !== all[i - 1]),
      ['progress', 'started', 'layers', 'plan', 'records', 'notice', 'finished'],
    );
    assert.deepEqual(steps(), [1, 2, 3, 4, 5, 6]);
    assert.deepEqual(
      calls.find(([name]) => name === 'started'),
      ['started', { backend: 'cpu', tfjsVersion: '4.22.0', runtime: 'node' }],
    );
    const [layer] = calls.find(([name]) => name === 'layers')![1] as { line: number }[];
    assert.equal(layer!.line, 3);
    assert.deepEqual(channelFolders(), []);
  });

  it('obeys pause, step, resume and stop', async () => {
    const { source, calls, ended, steps, until } = play('obeys');
    await until('three steps', () => steps().length >= 3);
    source.control({ type: 'pause' });
    await until('paused', () => calls.at(-1)?.[0] === 'state');
    const held = steps().length;
    source.control({ type: 'step', count: 2 });
    await until('two steps', () => calls.at(-1)?.[0] === 'state' && steps().length > held);
    assert.equal(steps().length, held + 2);
    source.control({ type: 'resume' });
    await until('more steps', () => steps().length > held + 5);
    source.control({ type: 'stop' });
    assert.deepEqual((await ended).slice(0, 2), ['finished', 'stopped']);
    assert.deepEqual(
      steps(),
      steps().map((_, i) => i + 1),
    );
  });

  it('passes on the controls that came before the process', async () => {
    const { source, ended, steps, until } = play('obeys', 0, { start: { ...START, paused: true } });
    source.control({ type: 'step', count: 3 });
    await until('three steps', () => steps().length >= 3);
    await new Promise((resolve) => setTimeout(resolve, 50));
    assert.deepEqual(steps(), [1, 2, 3]);
    source.control({ type: 'stop' });
    await ended;
  });

  it('lets nobody in but the process with the token, once', async () => {
    const guessing = play('guesses', 4);
    assert.deepEqual(await guessing.ended, ['finished', 'completed', 4]);
    assert.deepEqual(guessing.steps(), [1, 2, 3, 4]);
    assert.deepEqual(
      guessing.trouble.map((text) => /token|began with 'state'/.exec(text)?.[0]),
      ['token', "began with 'state'"],
    );
    const doubling = play('doubles');
    await doubling.ended;
    assert.deepEqual(
      doubling.calls.find(([name]) => name === 'notice'),
      ['notice', { code: 'second', message: 'refused' }],
    );
  });

  it('listens where only this user can enter, and nowhere any more once it is connected', async () => {
    // A pipe of Windows is no file.
    if (process.platform === 'win32') return;
    const { source, command, ended, until, pid } = play('sleeps');
    await until('the launch', () => pid() > 0);
    const { channel } = command();
    assert.equal(statSync(channel).mode & 0o777, 0o600);
    assert.equal(statSync(path.dirname(channel)).mode & 0o777, 0o700);
    source.control({ type: 'stop' });
    await ended;
    assert.ok(!existsSync(path.dirname(channel)));
    await new Promise<void>((resolve, reject) => {
      connect(channel)
        .on('error', () => resolve())
        .on('connect', () => reject(new Error('somebody listens')));
    });
  });

  const ends: [mode: string, amount: number, code: string | undefined, message: RegExp][] = [
    ['exits', 0, undefined, /^/],
    ['breaksOff', 0, undefined, /^/],
    ['breaksOff', 1, 'process-failed', /exit code 1 after step 3/],
    ['gives', 1, 'process-failed', /^train\.js ended with exit code 1 after step 3\./],
    ['exits', 3, 'process-failed', /^train\.js ended with exit code 3 after step 3\./],
    ['exits', 137, 'process-killed', /SIGKILL after step 3\. .*memory/],
    ['exits', 134, 'process-killed', /SIGABRT after step 3\. .*max-old-space-size/],
    ['dies', 0, 'process-killed', /^train\.js was ended by SIGKILL after step 3\./],
    ['exitsBefore', 0, 'nothing-trained', /without having loaded TensorFlow\.js/],
    ['exitsBefore', 9, 'process-failed', /exit code 9 before it loaded TensorFlow\.js/],
    ['throws', 0, 'model-exception', /^fakeProgram\.cjs, line 2: It broke\.$/],
  ];
  for (const [mode, amount, code, message] of ends) {
    it(`${mode} ${amount}: ${code ?? 'completed'}`, async () => {
      const { ended, error, steps, calls } = play(mode, amount);
      const [name, outcome] = await ended;
      if (code === undefined) {
        assert.deepEqual([name, outcome], ['finished', 'completed']);
        assert.equal((calls.at(-2)?.[1] as { code: string }).code, 'end-missing');
      } else {
        assert.equal(error()?.code, code);
        assert.match(error()!.message, message);
      }
      assert.deepEqual(steps(), mode === 'exitsBefore' ? [] : [1, 2, 3]);
    });
  }

  it('does not wait for ever for the end of a process', async () => {
    const { ended, steps } = play('lingers', 0, { times: { end: 200 } });
    assert.deepEqual(await ended, ['finished', 'completed', 3]);
    assert.deepEqual(steps(), [1, 2, 3]);
  });

  it('takes Ctrl-C in the terminal as a stop', async () => {
    const { ended, steps, until, pid } = play('obeys');
    await until('three steps', () => steps().length >= 3);
    process.kill(pid(), 'SIGINT');
    assert.deepEqual((await ended).slice(0, 2), ['finished', 'stopped']);
  });

  for (const mode of ['babbles', 'breaksAMessage', 'breaksABatch']) {
    it(`${mode}: ends the run with what was recorded, and leaves the program alone`, async () => {
      const { ended, error, steps, pid } = play(mode);
      await ended;
      assert.equal(error()?.code, 'channel-corrupt');
      assert.match(error()!.message, /after step 3.*goes on/);
      assert.deepEqual(steps(), [1, 2, 3]);
      assert.ok(isAlive(pid()));
    });
  }

  it('says that a process has stalled, and can stop it', async () => {
    const { source, calls, ended, steps, until } = play('stalls', 0, { times: { silence: 100 } });
    await until('the notice', () =>
      calls.some(([, notice]) => (notice as { code?: string }).code === 'process-silent'),
    );
    assert.deepEqual(steps(), [1, 2, 3]);
    source.control({ type: 'pause' });
    source.control({ type: 'stop' });
    assert.deepEqual(await ended, ['finished', 'stopped', 3]);
  });

  it('ends the run when a process goes on without its channel', async () => {
    const { ended, error, pid } = play('leaves', 0, { times: { end: 200 } });
    await ended;
    assert.equal(error()?.code, 'channel-lost');
    assert.ok(isAlive(pid()));
  });

  it('refuses a preload of another version', async () => {
    const { ended, error } = play('speaksAnotherVersion');
    await ended;
    assert.equal(error()?.code, 'version-mismatch');
  });

  it('ends the run of a program that does not end, with a notice', async () => {
    const { source, ended, names, steps, until, pid } = play('stubborn', 0, {
      times: { stop: 200 },
    });
    await until('three steps', () => steps().length >= 3);
    source.control({ type: 'stop' });
    assert.deepEqual(await ended, ['finished', 'stopped', 3]);
    assert.deepEqual(names().slice(-2), ['notice', 'finished']);
    assert.ok(isAlive(pid()));
  });

  it('stops at once what has not been launched, and what never connects', async () => {
    const early = play('obeys');
    early.source.control({ type: 'stop' });
    assert.deepEqual(await early.ended, ['finished', 'stopped', 0]);
    const silent = play('sleeps');
    await silent.until('the launch', () => silent.pid() > 0);
    silent.source.control({ type: 'stop' });
    assert.deepEqual(await silent.ended, ['finished', 'stopped', 0]);
  });

  it('lets go of a program when it is disposed, and says nothing after', async () => {
    const { source, calls, steps, until, pid } = play('obeys');
    await until('three steps', () => steps().length >= 3);
    source.dispose();
    const before = calls.length;
    await new Promise((resolve) => setTimeout(resolve, 200));
    assert.equal(calls.length, before);
    assert.ok(isAlive(pid()));
    assert.deepEqual(channelFolders(), []);
  });

  it('keeps up with a flood, and lets the host do other work', async () => {
    const { ended, steps } = play('floods', 50);
    let turns = 0;
    let longest = 0;
    let last = performance.now();
    const timer = setInterval(() => {
      const now = performance.now();
      longest = Math.max(longest, now - last);
      last = now;
      turns++;
    }, 5);
    const [name, , total] = await ended;
    clearInterval(timer);
    assert.equal(name, 'finished');
    assert.equal(steps().length, total);
    assert.equal(steps().at(-1), total);
    assert.ok(turns > 20, `${turns} turns`);
    // A batch of 1000 steps is the least that is taken in one go.
    assert.ok(longest < 2000, `${longest.toFixed(0)} ms without a turn`);
  });

  it('says why a program cannot be prepared or launched', async () => {
    const refused = scene([], {
      prepare: () => Promise.reject(new NodeError('node-missing', 'There is no Node.')),
    });
    await refused.ended;
    assert.deepEqual(refused.error(), { code: 'node-missing', message: 'There is no Node.' });
    const missing = scene([], {
      prepare: () =>
        Promise.resolve({
          command: { executable: '/no/such/node', args: [], cwd: tmpdir(), env: {} },
          locator: { locate: () => undefined },
          dispose: () => undefined,
        }),
    });
    await missing.ended;
    assert.equal(missing.error()?.code, 'launch-failed');
    assert.match(missing.error()!.message, /\/no\/such\/node could not be started/);
    assert.deepEqual(channelFolders(), []);
  });
});
