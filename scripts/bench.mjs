// `npm run bench`: sets up what the bench needs, then runs it (bench/README.md).
// Usage: node scripts/bench.mjs --debug-session [--pairs N] [--steps N]
//        node scripts/bench.mjs --open-runs [--runs N] [--steps N] [--layers N] [--pairs N] [--training-pairs N]
//        node scripts/bench.mjs [--quick] [--device] [--table] [--net …] [--backend …] [--optimizer …] [--pairs N]
import path from 'node:path';
import { ensureDependencies } from './lib/dependencies.mjs';
import { CommandError, exec } from './lib/exec.mjs';
import { messageOf } from './lib/log.mjs';
import { root } from './lib/paths.mjs';

/** A full run takes a quarter of an hour on two cores; milliseconds. */
const TIMEOUT_MS = 2 * 3600_000;
/** Benches of their own, on the extension as it is built. */
const OTHERS = new Map([
  ['--debug-session', 'bench/debugSession.ts'],
  ['--open-runs', 'bench/openRuns.ts'],
]);

try {
  await ensureDependencies(root);
  const asked = process.argv.slice(2);
  const other = asked.flatMap((option) => OTHERS.get(option) ?? []).at(0);
  if (other) await (await import('./lib/build.mjs')).buildExtension();
  const options = asked.filter((option) => !OTHERS.has(option));
  // The bench is TypeScript.
  const args = ['--import', 'tsx', path.join(root, other ?? 'bench/main.ts'), ...options];
  const print = (/** @type {string} */ line) => console.log(line);
  await exec(process.execPath, args, { cwd: root, timeoutMs: TIMEOUT_MS, onLine: print });
} catch (error) {
  // A bench that ran to its end has said what failed.
  const code = error instanceof CommandError ? error.code : undefined;
  if (code === undefined) console.error(messageOf(error));
  process.exitCode = code ?? 1;
}
