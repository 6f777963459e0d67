// The host goes away while a program trains, by a kill or with a farewell: the program ends normally, as
// it would have ended alone, and nothing of the host stays behind but until the next one.
import assert from 'node:assert/strict';
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { build } from 'esbuild';
import { ChannelServer } from '../../../src/sources/node/channelServer';

const root = path.resolve(import.meta.dirname, '../../..');
const STEPS = 400;

/** Trains and notes its losses and how it ended; now and then it lets the clock run. */
const PROGRAM = `
const tf = require('@tensorflow/tfjs');
const fs = require('node:fs');
const file = process.argv[2];
const w = tf.variable(tf.tensor1d([3, -2, 1]), true, 'w');
const losses = [];
process.on('exit', (code) => {
  fs.writeFileSync(file + '.part', JSON.stringify({ code, losses }));
  fs.renameSync(file + '.part', file);
});
(async () => {
  for (let step = 0; step < ${STEPS}; step++) {
    const loss = tf.train.sgd(0.01).minimize(() => w.square().sum(), true);
    losses.push(loss.dataSync()[0]);
    loss.dispose();
    if (step % 10 === 0) await new Promise((resolve) => setTimeout(resolve, 20));
  }
})();
`;

describe('a program whose host goes away', function () {
  this.timeout(60_000);
  let folder = '';
  let script = '';
  let program = '';
  const hosts: ChildProcess[] = [];

  before(async () => {
    // Below the checkout, whose tfjs it loads.
    await mkdir(path.join(root, 'out'), { recursive: true });
    folder = await mkdtemp(path.join(root, 'out/survival-'));
    program = path.join(folder, 'program.js');
    await writeFile(program, PROGRAM);
    script = path.join(folder, 'host.cjs');
    await build({
      ...{ entryPoints: [path.join(import.meta.dirname, 'hostProcess.ts')], outfile: script },
      ...{ bundle: true, platform: 'node', format: 'cjs', target: 'node20', logLevel: 'error' },
      external: ['esbuild'],
    });
  });
  after(async () => {
    for (const host of hosts) host.kill('SIGKILL');
    await rm(folder, { recursive: true, force: true });
  });

  /** Starts a host, and resolves when its run has taken some steps. */
  async function host(result: string): Promise<ChildProcess> {
    const child = spawn(process.execPath, [script, root, program, result], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    hosts.push(child);
    let said = '';
    await new Promise<void>((resolve, reject) => {
      child.stdout.on('data', (chunk: Buffer) => {
        said += chunk.toString();
        if (/^running (?:[5-9]|\d\d+)$/m.test(said)) resolve();
      });
      child.once('exit', (code) => reject(new Error(`The host ended (${code}): ${said}`)));
    });
    return child;
  }

  async function ended(result: string): Promise<{ code: number; losses: number[] }> {
    while (!existsSync(result)) await new Promise((resolve) => setTimeout(resolve, 20));
    return JSON.parse(readFileSync(result, 'utf8')) as { code: number; losses: number[] };
  }

  for (const signal of ['SIGKILL', 'SIGTERM'] as const) {
    it(`by ${signal}: it trains on and ends as it would have alone`, async () => {
      const alone = path.join(folder, 'alone.json');
      spawnSync(process.execPath, [program, alone]);
      const result = path.join(folder, `${signal}.json`);
      const child = await host(result);
      const gone = new Promise((resolve) => child.once('close', resolve));
      child.kill(signal);
      await gone;
      assert.ok(!existsSync(result), 'the program had ended before its host');
      const { code, losses } = await ended(result);
      assert.equal(code, 0);
      assert.equal(losses.length, STEPS);
      assert.deepEqual({ code, losses }, await ended(alone));
    });
  }

  it('leaves a folder at most until the next channel opens', async () => {
    const left = () =>
      readdirSync(tmpdir()).filter((name) =>
        hosts.some(({ pid }) => name.startsWith(`gradient-lens-${pid ?? 0}-`)),
      );
    const channel = await ChannelServer.open({
      connected: () => undefined,
      message: () => undefined,
      corrupt: () => undefined,
      closed: () => undefined,
      refused: () => undefined,
    });
    assert.deepEqual(left(), []);
    channel.close();
    assert.ok(!existsSync(channel.path));
  });
});
