// Launch configurations with the lens in them: nothing of the user's is lost, whatever a configuration has.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import {
  inEnvFile,
  isOwnThread,
  isTargetOf,
  programOf,
  withLens,
  type LaunchConfig,
} from '../../../src/jsDebug/launchConfig';
import { lensOption } from '../../../src/jsDebug/lensOption';
import { CHANNEL_THREAD, NODE_INVITATION } from '../../../src/shared/protocol/node';

const preload = '/opt/lens/nodeTap.cjs';
const invitation = '{"version":1}';

function envOf(config: LaunchConfig, envFile?: string, platform?: NodeJS.Platform) {
  const parts = { preload, invitation, ...(envFile !== undefined && { envFile }) };
  return withLens(config, parts, platform ?? 'linux').env as Record<string, string | null>;
}

describe('launch configuration under the lens', () => {
  it('loads the preload and hands over the invitation', () => {
    assert.deepEqual(envOf({ type: 'pwa-node', program: 'a.js' }), {
      NODE_OPTIONS: '--require "/opt/lens/nodeTap.cjs"',
      [NODE_INVITATION]: invitation,
    });
  });

  it('keeps the environment, the options of Node and everything else', () => {
    const config = {
      type: 'node-terminal',
      command: 'npm test',
      env: { NODE_OPTIONS: '--max-old-space-size=4096', TOKEN: 'x', GONE: null },
      args: ['--epochs', '3'],
      skipFiles: ['**/vendor/**'],
    };
    const before = structuredClone(config);
    const { env, skipFiles, ...rest } = withLens(config, { preload, invitation }, 'linux');
    assert.deepEqual(rest, { type: 'node-terminal', command: 'npm test', args: before.args });
    assert.deepEqual(env, {
      NODE_OPTIONS: '--max-old-space-size=4096 --require "/opt/lens/nodeTap.cjs"',
      ...{ TOKEN: 'x', GONE: null, [NODE_INVITATION]: invitation },
    });
    assert.deepEqual(skipFiles, [
      '**/node_modules/@tensorflow/**',
      '**/vendor/**',
      '/opt/lens/nodeTap.cjs',
    ]);
    assert.deepEqual(config, before, 'the configuration itself is left as it is');
  });

  it('takes over the options that only an envFile has, which env would hide', () => {
    const file = '# comment\nexport OTHER=1\nNODE_OPTIONS="--enable-source-maps --no-warnings"\r\n';
    const required = '--require "/opt/lens/nodeTap.cjs"';
    assert.equal(envOf({}, file)['NODE_OPTIONS'], `--enable-source-maps --no-warnings ${required}`);
    const both = envOf({ env: { NODE_OPTIONS: '--trace-gc' } }, file);
    assert.equal(both['NODE_OPTIONS'], `--trace-gc ${required}`);
    assert.equal(inEnvFile("A=1\nA = '2 x'", 'A'), '2 x');
    assert.equal(inEnvFile('AB=1', 'A'), undefined);
  });

  it('loads the preload once where the configuration does already', () => {
    const once = envOf({ env: { NODE_OPTIONS: `--require ${preload} --trace-gc` } });
    assert.equal(once['NODE_OPTIONS'], `--require ${preload} --trace-gc`);
  });

  it('finds NODE_OPTIONS on Windows whatever its case', () => {
    const env = envOf({ env: { Node_Options: '--trace-gc' } }, undefined, 'win32');
    assert.equal(env['Node_Options'], '--trace-gc --require "/opt/lens/nodeTap.cjs"');
    assert.equal('NODE_OPTIONS' in env, false);
  });

  it('quotes a path as Node itself reads it', () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'a "strange" \\ folder '));
    try {
      const file = path.join(folder, 'pre load.cjs');
      writeFileSync(file, 'globalThis.loaded = true;');
      const { env } = withLens<LaunchConfig>({}, { preload: file, invitation });
      const options = (env as Record<string, string>)['NODE_OPTIONS'];
      const run = ['-p', 'globalThis.loaded'];
      const output = execFileSync(process.execPath, run, {
        env: { ...process.env, NODE_OPTIONS: options },
      });
      assert.equal(output.toString().trim(), 'true');
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('keeps what js-debug skips by itself where the configuration says nothing', () => {
    const { skipFiles } = withLens<LaunchConfig>({}, { preload, invitation });
    assert.ok((skipFiles as string[]).includes('<node_internals>/**'));
  });

  it('knows sessions of processes, and that of its own thread', () => {
    const target = { type: 'pwa-node', name: 'a.js [12]', __pendingTargetId: '1' };
    assert.equal(isTargetOf(target), true);
    assert.equal(isTargetOf({ type: 'pwa-node', name: 'a' }), false);
    assert.equal(isOwnThread(target), false);
    assert.equal(isOwnThread({ ...target, name: `[worker 3] ${CHANNEL_THREAD}` }), true);
    assert.equal(isOwnThread({ name: `[worker 3] ${CHANNEL_THREAD}` }), false);
  });

  it('takes the program of a test runner from its arguments', () => {
    const isFile = (file: string) => file.startsWith('/w/');
    const mocha = { program: '/w/node_modules/mocha/bin/mocha.js', args: ['-u', '/w/t.test.js'] };
    assert.equal(programOf(mocha, isFile), '/w/t.test.js');
    assert.equal(programOf({ program: '/w/a.js', args: ['/w/b.js'] }, isFile), '/w/a.js');
    assert.equal(programOf({ command: 'npm test' }, isFile), undefined);
  });

  it('reads true and objects, and nothing else, as asking for the lens', () => {
    assert.deepEqual(lensOption(true), {});
    assert.deepEqual(lensOption({}), {});
    assert.deepEqual(lensOption({ breakOn: ['exploding-gradient', 'nonsense', 'non-finite'] }), {
      breakOn: ['non-finite', 'exploding-gradient'],
    });
    assert.deepEqual(lensOption({ breakOn: [] }), { breakOn: [] });
    for (const value of [false, undefined, null, 'yes', 1, []]) {
      assert.equal(lensOption(value), undefined);
    }
  });
});
