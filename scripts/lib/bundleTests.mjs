// Bundles what runs inside the extension host: the suites of test/integration, each found by its
// name, and the drivers of `npm start` and of the start times. Packages stay imports: out/ lies below the checkout's own.
import { rm } from 'node:fs/promises';
import path from 'node:path';
import { build } from 'esbuild';
import { out, root } from './paths.mjs';

/**
 * @param {string} from Folder of sources, relative to the checkout.
 * @param {readonly string[]} entries Globs below it.
 * @returns {Promise<string>} The folder below out/ that holds the modules.
 */
async function bundle(from, entries) {
  const outdir = path.join(out, from);
  await rm(outdir, { recursive: true, force: true });
  await build({
    absWorkingDir: root,
    entryPoints: entries.map((entry) => `${from}/${entry}`),
    outbase: from,
    outdir,
    bundle: true,
    packages: 'external',
    platform: 'node',
    format: 'cjs',
    target: 'node20',
    sourcemap: 'linked',
    logLevel: 'warning',
  });
  return outdir;
}

/** @returns {Promise<string>} Module of the integration suites, without `.js`. */
export async function bundleIntegration() {
  const outdir = await bundle('test/integration', ['index.ts', '**/*.test.ts']);
  return path.join(outdir, 'index');
}

/** @returns {Promise<string>} Module that trains one file and tells how it went, without `.js`. */
export async function bundleDriver() {
  return path.join(await bundle('scripts/driver', ['index.ts']), 'index');
}

/** @returns {Promise<string>} Module that starts a model again and again, without `.js`. */
export async function bundleStarts() {
  return path.join(await bundle('scripts/starts', ['index.ts']), 'index');
}
