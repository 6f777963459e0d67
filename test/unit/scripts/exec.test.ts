// Commands of the scripts: what a failure says, and that nothing outlives a command.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { CommandError, exec } from '../../../scripts/lib/exec.mjs';
import { isAlive } from '../../../scripts/lib/processes.mjs';

const node = (code: string) => ['-e', code];

describe('exec', () => {
  let folder: string;
  beforeEach(() => (folder = mkdtempSync(path.join(tmpdir(), 'gradient-lens-'))));
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it('gives stdout, and every line as it comes', async () => {
    const lines: string[] = [];
    const text = await exec(
      process.execPath,
      node("console.log('one'); console.error('two'); console.log('three')"),
      { onLine: (line) => lines.push(line) },
    );
    assert.equal(text, 'one\nthree');
    assert.deepEqual(lines.sort(), ['one', 'three', 'two']);
  });

  it('says which command failed, how, and what it printed last', async () => {
    const failing = exec(process.execPath, node("console.error('no space left'); process.exit(3)"));
    await assert.rejects(failing, (error) => {
      assert.ok(error instanceof CommandError);
      assert.equal(error.code, 3);
      assert.match(error.message, /ended with code 3\.\nno space left/);
      return true;
    });
  });

  it('says that a command does not exist', async () => {
    await assert.rejects(exec('gradient-lens-no-such-command', []), /could not start: .*ENOENT/);
  });

  it('ends its commands when this process is killed', async () => {
    const pidFile = path.join(folder, 'pid');
    const module = JSON.stringify(path.join(__dirname, '../../../scripts/lib/exec.mjs'));
    const sleeper = `require('node:fs').writeFileSync(${JSON.stringify(pidFile)}, String(process.pid));
      setInterval(() => undefined, 1000);`;
    const script = `import(${module}).then(({ exec }) =>
      exec(process.execPath, ['-e', ${JSON.stringify(sleeper)}]));`;
    const parent = spawn(process.execPath, node(script), { stdio: 'ignore' });
    for (let i = 0; i < 100 && !existsSync(pidFile); i++) await pause(50);
    parent.kill('SIGKILL');
    const pid = Number(readFileSync(pidFile, 'utf8'));
    assert.ok(pid > 0);
    for (let i = 0; i < 40 && isAlive(pid); i++) await pause(100);
    assert.equal(isAlive(pid), false);
  });

  it('ends a command that takes too long, with the processes it started', async () => {
    const pidFile = path.join(folder, 'pid');
    const grandchild = 'setInterval(() => undefined, 1000)';
    const child = `
      const { spawn } = require('node:child_process');
      const { pid } = spawn(process.execPath, ['-e', ${JSON.stringify(grandchild)}]);
      require('node:fs').writeFileSync(${JSON.stringify(pidFile)}, String(pid));
      setInterval(() => undefined, 1000);`;
    await assert.rejects(
      exec(process.execPath, node(child), { timeoutMs: 1500 }),
      /took longer than 1\.5 s/,
    );
    const pid = Number(readFileSync(pidFile, 'utf8'));
    assert.ok(pid > 0);
    for (let i = 0; i < 30 && isAlive(pid); i++) await pause(100);
    assert.equal(isAlive(pid), false);
  });
});
