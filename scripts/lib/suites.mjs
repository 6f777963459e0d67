// The stages that run tests: mocha in Node, in a browser driven from Node, and in the extension host;
// and the bench, for what must be true whatever the machine.
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { bundleIntegration } from './bundleTests.mjs';
import { ensureChromium } from './chromium.mjs';
import { CommandError, exec } from './exec.mjs';
import { runExtensionTests } from './extensionTests.mjs';
import { packageExtension } from './packaging.mjs';
import { examples, out, root } from './paths.mjs';
import { copyWorkspace } from './workspaces.mjs';

/** @typedef {import('./stages.mjs').StageOutput} StageOutput */

const FIXTURES = path.join(root, 'test/fixtures/workspace');
const mochaBin = path.join(root, 'node_modules/mocha/bin/mocha.js');

/** An extension with nothing in it: VS Code runs tests only beside an extension under development. */
const BYSTANDER = {
  name: 'gradient-lens-bystander',
  publisher: 'gradient-lens-tests',
  version: '0.0.1',
  engines: { vscode: '^1.100.0' },
};

/**
 * Mocha in this machine's Node, over the files of folders of test/.
 * @param {string | readonly string[]} folders
 * @param {StageOutput} output
 * @param {{ browser?: boolean, timeoutMs?: number, jobs?: number }} [options] `browser`: the tests drive
 *   one. `jobs`: so many files at a time, for tests that do not watch the clock.
 */
export async function runMocha(
  folders,
  output,
  { browser = false, timeoutMs = 20_000, jobs = 1 } = {},
) {
  const under = [folders].flat();
  // Tests find the browser where the set-up found or put it.
  const env = browser ? { CHROME_PATH: await ensureChromium() } : {};
  const specs = under.flatMap((folder) => ['--spec', `test/${folder}/**/*.test.ts`]);
  const parallel = jobs > 1 ? ['--parallel', '--jobs', String(jobs)] : [];
  const args = [...specs, ...parallel, '--timeout', String(timeoutMs)];
  const grep = process.env['GRADIENT_LENS_GREP'];
  await exec(
    process.execPath,
    // Only these files: the configuration's own spec would be added to them.
    [
      mochaBin,
      '--config',
      path.join(root, 'test/.mocharc.json'),
      ...args,
      ...(grep ? ['-g', grep] : []),
    ],
    { cwd: root, env: { ...env, FORCE_COLOR: '0' }, onLine: output.watch, timeoutMs: 1_800_000 },
  ).catch(() => {
    // Mocha has printed its failures line by line already.
    throw new Error(`mocha failed in test/${under.join(', test/')}.`);
  });
}

/** The API's whole journey, in the extension host, on a copy of the fixture workspace. */
export async function runIntegration(/** @type {StageOutput} */ output) {
  await runExtensionTests({
    name: 'integration',
    folder: await copyWorkspace('integration', FIXTURES),
    extension: root,
    tests: await bundleIntegration(),
    onLine: output.watch,
    timeoutMs: 600_000,
  });
}

/** The package as users get it: built, installed by VS Code itself, and used on the examples. */
export async function runPackaged(/** @type {StageOutput} */ output) {
  const vsix = await packageExtension({ target: 'universal', print: output.print });
  const bystander = path.join(out, 'bystander');
  await mkdir(bystander, { recursive: true });
  await writeFile(path.join(bystander, 'package.json'), JSON.stringify(BYSTANDER));
  await runExtensionTests({
    name: 'packaged',
    folder: await copyWorkspace('packaged', examples),
    extension: bystander,
    tests: await bundleIntegration(),
    env: { GRADIENT_LENS_SUITE: 'packaged' },
    vsix,
    onLine: output.watch,
  });
}

/** The quick part of the labelled suite: nets with one fault and healthy ones, trained and diagnosed. */
export async function runDiagnosis(/** @type {StageOutput} */ output) {
  const args = [path.join(root, 'scripts/diagnoseSuite.mjs'), '--quick'];
  await exec(process.execPath, args, { cwd: root, onLine: output.watch }).catch((error) => {
    // A suite that ran to its end has said which nets failed.
    if (error instanceof CommandError && error.code === 1) throw new Error('The suite failed.');
    throw error;
  });
}

/** The bench's checks: the same losses with statistics and without, exact numbers, flat memory. */
export async function runBench(/** @type {StageOutput} */ output) {
  const env = { CHROME_PATH: await ensureChromium() };
  const args = ['--import', 'tsx', path.join(root, 'bench/main.ts'), '--quick'];
  await exec(process.execPath, args, { cwd: root, env, onLine: output.watch }).catch((error) => {
    // A bench that ran to its end has said which checks failed.
    if (error instanceof CommandError && error.code === 1) throw new Error('The bench failed.');
    throw error;
  });
}
