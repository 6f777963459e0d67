// `npm run bench`: what the statistics cost, against plain tfjs and against other ways to look at
// gradients; and that they change nothing, leave nothing behind, and are exact.
import { existsSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Browser } from 'playwright-core';
import { messageOf, progress } from '../scripts/lib/log.mjs';
import { out, root } from '../scripts/lib/paths.mjs';
import { launch } from './browser';
import { Checks, firstLineOf } from './checks';
import { checkExactness } from './exactness';
import { measureFirstSteps } from './firstStep';
import { measureCase, nameOf } from './measure';
import { parseOptions, UsageError, type BenchOptions } from './options';
import { planCases } from './plan';
import { formatMarkdown, formatResults } from './report';
import { describeMachine, firstOfEach, firstStepRowsOf, rowsOf, type Results } from './results';

const RESULTS = path.join(root, 'bench/results.json');
const print = (text: string): void => void process.stdout.write(`${text}\n`);

interface Manifest {
  version: string;
  contributes: { configuration: { properties: Record<string, { default: unknown }> } };
}

async function readJson<T>(file: string): Promise<T> {
  return JSON.parse(await readFile(file, 'utf8')) as T;
}

/** Runs what `args` ask for; resolves with the exit code. */
async function main(args: readonly string[]): Promise<number> {
  const options = parseOptions(args);
  if (options.table) {
    if (!existsSync(RESULTS)) {
      throw new UsageError('There is no bench/results.json yet: run `npm run bench` first.');
    }
    print(formatMarkdown(await readJson<Results>(RESULTS)));
    return 0;
  }
  const started = performance.now();
  const checks = new Checks();
  const browser = await launch(options.device);
  try {
    const results = await run(options, browser, checks);
    if (!options.quick) print(formatResults(results));
    const file = options.quick ? path.join(out, 'bench-quick.json') : RESULTS;
    await mkdir(path.dirname(file), { recursive: true });
    await writeFile(file, `${JSON.stringify(results, null, 2)}\n`);
    progress(`Written to ${path.relative(root, file)}`);
  } finally {
    await browser.close();
  }
  // As test suites report, so that `npm test` can count the checks.
  print(`\n  ${checks.passed} passing (${((performance.now() - started) / 1000).toFixed(0)}s)`);
  if (checks.failures.length > 0) print(`  ${checks.failures.length} failing`);
  checks.failures.forEach((failure, i) => print(`\n  ${i + 1}) ${failure}`));
  return checks.failures.length === 0 ? 0 : 1;
}

async function run(options: BenchOptions, browser: Browser, checks: Checks): Promise<Results> {
  const manifest = await readJson<Manifest>(path.join(root, 'package.json'));
  const settings = manifest.contributes.configuration.properties;
  const everySteps = Number(settings['gradientLens.activationSampling']?.default ?? 1);
  const cases = planCases(options, everySteps);
  const found: Pick<Results, 'rows' | 'programs' | 'activations'>[] = [];
  let renderer: string | undefined;
  await checkExactness(browser, cases, checks);
  for (const [i, one] of cases.entries()) {
    progress(`${i + 1} of ${cases.length}: ${nameOf(one)}`);
    try {
      const measured = await measureCase(browser, one, checks);
      renderer ??= measured.renderer;
      found.push(rowsOf(measured));
    } catch (error) {
      // The other cases still say something.
      checks.expect(false, nameOf(one), () => firstLineOf(error));
    }
  }
  const wantsFirst = !options.quick && cases.some((one) => one.backend === 'webgl');
  const firstSteps = wantsFirst ? await measureFirstSteps(options, checks) : [];
  const packages = ['tfjs', 'tfjs-vis', 'tfjs-backend-wasm'];
  const versionOf = async (name: string): Promise<[string, string]> => {
    const file = path.join(root, 'node_modules/@tensorflow', name, 'package.json');
    return [name, (await readJson<Manifest>(file)).version];
  };
  return {
    machine: describeMachine(renderer),
    versions: {
      'gradient-lens': manifest.version,
      ...Object.fromEntries(await Promise.all(packages.map(versionOf))),
      chromium: browser.version(),
      node: process.versions.node,
    },
    rows: firstOfEach(found.flatMap(({ rows }) => rows)),
    programs: found.flatMap(({ programs }) => programs),
    activations: found.flatMap(({ activations }) => activations),
    firstStep: firstSteps.flatMap(firstStepRowsOf),
    checks: { passed: checks.passed, failures: checks.failures },
  };
}

void main(process.argv.slice(2)).then(
  (code) => (process.exitCode = code),
  (error: unknown) => {
    process.stderr.write(`${messageOf(error)}\n`);
    process.exitCode = error instanceof UsageError ? 2 : 1;
  },
);
