// `npm run diagnose:suite`: bundles the labelled suite of test/diagnosis and runs it.
// Usage: node scripts/diagnoseSuite.mjs [--quick] [--rule ID …] [--net NAME …] [--seeds 1,2,3] [--json FILE] [--verbose]
import { bundleDiagnosisSuite } from './lib/bundleSuite.mjs';
import { ensureDependencies } from './lib/dependencies.mjs';
import { CommandError, exec } from './lib/exec.mjs';
import { messageOf } from './lib/log.mjs';
import { examples, root } from './lib/paths.mjs';

/** Hundreds of trainings; milliseconds. */
const TIMEOUT_MS = 2 * 3600_000;

try {
  await ensureDependencies(root);
  // MNIST, CIFAR-10 and Iris are packages of the examples.
  await ensureDependencies(examples);
  const suite = await bundleDiagnosisSuite();
  const print = (/** @type {string} */ line) => console.log(line);
  await exec(process.execPath, [suite, ...process.argv.slice(2)], {
    cwd: root,
    timeoutMs: TIMEOUT_MS,
    onLine: print,
  });
} catch (error) {
  // A suite that ran to its end has said what is wrong.
  const code = error instanceof CommandError ? error.code : undefined;
  if (code === undefined) console.error(messageOf(error));
  process.exitCode = code ?? 2;
}
