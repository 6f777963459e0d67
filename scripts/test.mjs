// `npm test`: set-up, build, and every check there is, from a fresh clone. The last line is the sum
// over all suites; a check that is not a suite counts as one failure when it fails.
// Usage: node scripts/test.mjs [stage …]     stages: lint typecheck unit webview integration ui vsix
import path from 'node:path';
import { buildExtension } from './lib/build.mjs';
import { ensureChromium } from './lib/chromium.mjs';
import { ensureDependencies } from './lib/dependencies.mjs';
import { exec } from './lib/exec.mjs';
import { messageOf, progress } from './lib/log.mjs';
import { examples, root } from './lib/paths.mjs';

await ensureDependencies(root);
// These need the packages that the line above may just have installed.
const { ensureVscodeHost } = await import('./lib/vscodeHost.mjs');
const { runStage } = await import('./lib/stages.mjs');
const { runIntegration, runMocha, runPackaged } = await import('./lib/suites.mjs');
const { typecheck } = await import('./typecheck.mjs');

/** @typedef {import('./lib/stages.mjs').Stage} Stage */

const bin = (/** @type {string} */ file) => path.join(root, 'node_modules', file);

async function lint() {
  const eslint = [bin('eslint/bin/eslint.js'), '.', '--max-warnings=0'];
  const prettier = [bin('prettier/bin/prettier.cjs'), '--check', '.'];
  await exec(process.execPath, eslint, { cwd: root });
  await exec(process.execPath, prettier, { cwd: root });
}

/** Stages that only read the sources: they run beside the set-up and the unit tests. */
const readers = /** @type {Stage[]} */ ([
  { name: 'typecheck', run: typecheck },
  { name: 'lint', run: lint },
]);

/** Stages that have the machine to themselves, in this order: they train, and some watch the clock. */
const suites = /** @type {Stage[]} */ ([
  { name: 'unit', isSuite: true, run: (output) => runMocha('unit', output) },
  {
    name: 'webview',
    isSuite: true,
    run: (output) => runMocha('webview', output, { browser: true, timeoutMs: 60_000 }),
  },
  { name: 'integration', isSuite: true, run: runIntegration },
  {
    name: 'ui',
    isSuite: true,
    run: (output) => runMocha('ui', output, { browser: true, timeoutMs: 120_000 }),
  },
  { name: 'vsix', isSuite: true, run: runPackaged },
]);

const names = [...readers, ...suites].map(({ name }) => name);
const asked = process.argv.slice(2);
const unknown = asked.filter((name) => !names.includes(name));
if (unknown.length > 0) {
  console.error(`There is no stage ${unknown.join(', ')}. The stages are: ${names.join(', ')}.`);
  process.exit(2);
}
const isChosen = (/** @type {Stage} */ { name }) => asked.length === 0 || asked.includes(name);

const total = { passed: 0, failed: 0 };
const add = (/** @type {import('./lib/mochaCounts.mjs').Counts} */ counts) => {
  total.passed += counts.passed;
  total.failed += counts.failed;
};
const runAll = async (/** @type {Stage[]} */ stages) => {
  for (const stage of stages.filter(isChosen)) add(await runStage(stage));
};

try {
  // The type-check covers examples/, whose types are among its packages.
  const packages = ensureDependencies(examples);
  const chosen = suites.filter(isChosen);
  const reading = packages.then(() => runAll(readers));
  const host = chosen.some(({ name }) => name !== 'unit')
    ? Promise.all([ensureChromium(), ensureVscodeHost()])
    : Promise.resolve();
  await Promise.all([packages, buildExtension()]);
  // The unit tests need no host: they run while it is being installed.
  await runAll(chosen.filter(({ name }) => name === 'unit'));
  await Promise.all([reading, host]);
  await runAll(chosen.filter(({ name }) => name !== 'unit'));
} catch (error) {
  progress(`Set-up failed: ${messageOf(error)}`);
  total.failed += 1;
}
console.log(`${total.passed} passed, ${total.failed} failed`);
process.exit(total.failed === 0 ? 0 : 1);
