// Bundles the labelled suite of test/diagnosis into one module for Node. tfjs is bundled too, and from
// its ES modules, as in the worker: a CommonJS tfjs-core beside it would be a second instance.
import path from 'node:path';
import { build } from 'esbuild';
import { out, root } from './paths.mjs';

/** @returns {Promise<string>} The module. */
export async function bundleDiagnosisSuite() {
  const outfile = path.join(out, 'test/diagnosis/main.cjs');
  await build({
    absWorkingDir: root,
    entryPoints: ['test/diagnosis/main.ts'],
    outfile,
    bundle: true,
    platform: 'node',
    mainFields: ['module', 'main'],
    format: 'cjs',
    target: 'node20',
    logLevel: 'error',
  });
  return outfile;
}
