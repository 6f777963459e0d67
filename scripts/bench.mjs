// `npm run bench`: sets up what the bench needs, then runs it (bench/README.md).
// Usage: node scripts/bench.mjs --debug-session [--pairs N] [--steps N]
//        node scripts/bench.mjs [--quick] [--device] [--table] [--net …] [--backend …] [--optimizer …] [--pairs N]
import path from 'node:path';
import { ensureDependencies } from './lib/dependencies.mjs';
import { CommandError, exec } from './lib/exec.mjs';
import { messageOf } from './lib/log.mjs';
import { root } from './lib/paths.mjs';

/** A full run takes a quarter of an hour on two cores; milliseconds. */
const TIMEOUT_MS = 2 * 3600_000;
const DEBUG_SESSION = '--debug-session';

try {
  await ensureDependencies(root);
  const asked = process.argv.slice(2);
  const others = asked.filter((option) => option !== DEBUG_SESSION);
  const isDebugSession = others.length < asked.length;
  // What is measured there is the extension as it is built.
  if (isDebugSession) await (await import('./lib/build.mjs')).buildExtension();
  const entry = isDebugSession ? 'bench/debugSession.ts' : 'bench/main.ts';
  // The bench is TypeScript.
  const args = ['--import', 'tsx', path.join(root, entry), ...others];
  const print = (/** @type {string} */ line) => console.log(line);
  await exec(process.execPath, args, { cwd: root, timeoutMs: TIMEOUT_MS, onLine: print });
} catch (error) {
  // A bench that ran to its end has said what failed.
  const code = error instanceof CommandError ? error.code : undefined;
  if (code === undefined) console.error(messageOf(error));
  process.exitCode = code ?? 1;
}
