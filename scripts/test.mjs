// `npm test`: set-up, build, and every check there is, from a fresh clone. The last line is the sum
// over all suites; a check that is not a suite counts as one failure when it fails.
// Usage: node scripts/test.mjs [stage …]     stages: lint typecheck unit node webview panel cli integration ui vsix diagnosis bench
import path from 'node:path';
import { buildExtension } from './lib/build.mjs';
import { ensureChromium } from './lib/chromium.mjs';
import { ensureDependencies } from './lib/dependencies.mjs';
import { exec } from './lib/exec.mjs';
import { progress } from './lib/log.mjs';
import { examples, root } from './lib/paths.mjs';

await ensureDependencies(root);
// These need the packages that the line above may just have installed.
const { ensureVscodeHost } = await import('./lib/vscodeHost.mjs');
const { runStage } = await import('./lib/stages.mjs');
const { runBench, runDiagnosis, runIntegration, runMocha, runPackaged } =
  await import('./lib/suites.mjs');
const { typecheck } = await import('./typecheck.mjs');

/** @typedef {import('./lib/stages.mjs').Stage} Stage */

const bin = (/** @type {string} */ file) => path.join(root, 'node_modules', file);

async function lint() {
  const eslint = [bin('eslint/bin/eslint.js'), '.', '--max-warnings=0'];
  const prettier = [bin('prettier/bin/prettier.cjs'), '--check', '.'];
  await exec(process.execPath, eslint, { cwd: root });
  await exec(process.execPath, prettier, { cwd: root });
}

/** Sets up what a suite needs beyond the checkout's own packages; fails with a sentence that says how. */
const setUp = /** @type {Stage[]} */ ([
  { name: 'examples', run: () => ensureDependencies(examples) },
  { name: 'build', run: buildExtension },
]);
const prepareHost = /** @type {Stage} */ ({
  name: 'browser and VS Code',
  run: () => Promise.all([ensureChromium(), ensureVscodeHost()]),
});

/** Stages that only read the sources: they run beside the set-up and the unit tests. */
const readers = /** @type {Stage[]} */ ([
  { name: 'typecheck', run: typecheck },
  { name: 'lint', run: lint },
]);

/** Tests of the worker, which compare numbers; those of the page watch the clock. */
const WEBVIEW = ['runtime', 'statistics', 'fused', 'examples'].map((folder) => `webview/${folder}`);

const unit = /** @type {Stage} */ ({
  name: 'unit',
  isSuite: true,
  run: (output) => runMocha('unit', output),
});

/** Stages that have the machine to themselves, in this order: they train, and some watch the clock. */
const suites = /** @type {Stage[]} */ ([
  {
    name: 'node',
    isSuite: true,
    run: (output) => runMocha('node', output, { timeoutMs: 30_000 }),
  },
  {
    name: 'webview',
    isSuite: true,
    // Software WebGL and starting pages leave a core idle most of the time: two files at once.
    run: (output) => runMocha(WEBVIEW, output, { browser: true, timeoutMs: 90_000, jobs: 2 }),
  },
  {
    name: 'panel',
    isSuite: true,
    run: (output) => runMocha('webview/panel', output, { browser: true, timeoutMs: 60_000 }),
  },
  {
    name: 'cli',
    isSuite: true,
    run: (output) => runMocha('cli', output, { browser: true, timeoutMs: 60_000 }),
  },
  { name: 'integration', isSuite: true, run: runIntegration },
  {
    name: 'ui',
    isSuite: true,
    run: (output) => runMocha('ui', output, { browser: true, timeoutMs: 120_000 }),
  },
  { name: 'vsix', isSuite: true, run: runPackaged },
  { name: 'diagnosis', isSuite: true, run: runDiagnosis },
  { name: 'bench', isSuite: true, run: runBench },
]);

const names = [...readers, unit, ...suites].map(({ name }) => name);
const asked = process.argv.slice(2);
const unknown = asked.filter((name) => !names.includes(name));
if (unknown.length > 0) {
  console.error(`There is no stage ${unknown.join(', ')}. The stages are: ${names.join(', ')}.`);
  process.exit(2);
}
const isChosen = (/** @type {Stage} */ { name }) => asked.length === 0 || asked.includes(name);

const total = { passed: 0, failed: 0, report: /** @type {string[]} */ ([]) };
/** @param {Stage[]} stages One after the other. @returns {Promise<boolean>} True when all passed. */
async function runAll(stages) {
  const before = total.failed;
  for (const stage of stages) {
    const { passed, failed, report } = await runStage(stage);
    total.passed += passed;
    total.failed += failed;
    total.report.push(...report);
  }
  return total.failed === before;
}

const chosen = suites.filter(isChosen);
const host = chosen.length > 0 ? runAll([prepareHost]) : Promise.resolve(true);
// Linting alone, say, needs no build.
const isReady = await runAll(chosen.length > 0 ? setUp : setUp.slice(0, 1));
const reading = runAll(readers.filter(isChosen));
await runAll([unit].filter(isChosen));
await reading;
if ((await host) && isReady) await runAll(chosen);
else if (chosen.length > 0) {
  total.failed += chosen.length;
  progress(`Not run, as the set-up failed: ${chosen.map(({ name }) => name).join(', ')}`);
}
// Again, where the reader of a long log looks first.
if (total.report.length > 0) console.log(['', 'What failed:', ...total.report].join('\n'));
console.log(`${total.passed} passed, ${total.failed} failed`);
process.exit(total.failed === 0 ? 0 : 1);
