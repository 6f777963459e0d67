// The npm package as users get it: packed, installed in an empty folder, and run by its command, without
// an editor and without a tfjs of the user's own.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { copyFileSync, existsSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { packNpm } from '../../scripts/lib/npmPackage.mjs';
import { report, runCli, temporaryFolder, WORKSPACE } from './spawned';

/** A quick download, also without what npm fetches beside it. */
const MAX_BYTES = 1024 * 1024;

describe('the packed npm package', function () {
  this.timeout(120_000);
  const folder = temporaryFolder();
  const installed = path.join(folder, 'node_modules/gradient-lens');
  const cli = path.join(installed, 'dist/cli.cjs');
  let tarball: string;

  before(async () => {
    tarball = await packNpm();
    writeFileSync(path.join(folder, 'package.json'), '{ "private": true }');
    const flags = ['--prefer-offline', '--no-audit', '--no-fund', '--loglevel=error'];
    execFileSync('npm', ['install', ...flags, tarball], { cwd: folder, stdio: 'pipe' });
    copyFileSync(path.join(WORKSPACE, 'small.model.ts'), path.join(folder, 'small.model.ts'));
    copyFileSync(path.join(WORKSPACE, 'vanishing.js'), path.join(folder, 'vanishing.js'));
  });

  it('is small, and brings esbuild with it and nothing else', () => {
    assert.ok(statSync(tarball).size < MAX_BYTES, `${statSync(tarball).size} bytes`);
    const names = readdirSync(path.join(folder, 'node_modules')).filter((name) =>
      /^[a-z]/.test(name),
    );
    assert.deepEqual(names.sort(), ['esbuild', 'gradient-lens']);
    assert.ok(!existsSync(path.join(folder, 'node_modules/@tensorflow')));
  });

  it('has a command that npx finds', () => {
    const command = path.join(folder, 'node_modules/.bin/gradient-lens');
    const shell = process.platform === 'win32';
    const printed = execFileSync(command, ['--version'], { cwd: folder, encoding: 'utf8', shell });
    assert.match(printed, /^\d+\.\d+\.\d+\n$/);
  });

  it('trains an experiment module', async () => {
    const args = ['train', 'small.model.ts', '--steps', '6'];
    const { code, stderr, report: written } = await report(args, { cwd: folder, cli });
    assert.equal(code, 0, stderr);
    assert.equal(written.backend, 'wasm');
    assert.equal(written.steps.length, 6);
  });

  it('finds what is wrong, and its SARIF has the pages of the rules', async () => {
    const args = ['train', 'vanishing.js', '--steps', '40', '--sarif', '-'];
    const { code, stdout } = await runCli(args, { cwd: folder, cli });
    assert.equal(code, 1);
    assert.match(stdout, /"ruleId": "vanishing-gradient"/);
    assert.match(stdout, /"markdown": "# vanishing-gradient/);
  });
});
