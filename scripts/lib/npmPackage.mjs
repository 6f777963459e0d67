// Makes the npm package `gradient-lens`: the types and the command line with all that it runs. Its files
// are copied to a staging folder, so that npm/ stays as it is in the checkout.
import { cp, mkdir, readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import { NPM_FLAGS } from './dependencies.mjs';
import { exec } from './exec.mjs';
import { PackagingError } from './packaging.mjs';
import { out, root } from './paths.mjs';

/** Built files that the command line runs. */
const BUILT = [
  ...['cli.cjs', 'runtime.js', 'nodeRuntime.cjs', 'nodeTap.cjs', 'headless.js'],
  'tfjs-backend-wasm-simd.wasm',
];

/** @param {string} file @returns {Promise<Record<string, unknown>>} */
async function readJson(file) {
  return JSON.parse(await readFile(file, 'utf8'));
}

/** @param {string} stage */
async function fillStage(stage) {
  const manifest = await readJson(path.join(root, 'npm/package.json'));
  const own = await readJson(path.join(root, 'package.json'));
  const installed = await readJson(path.join(root, 'node_modules/esbuild/package.json'));
  const wanted = /** @type {Record<string, string>} */ (manifest['dependencies'])['esbuild'];
  if (manifest['version'] !== own['version'] || wanted !== installed['version']) {
    throw new PackagingError(
      'npm/package.json has another version of the package, or of esbuild, than the checkout. Correct it.',
    );
  }
  const files = /** @type {string[]} */ (manifest['files']).filter((name) => name.includes('.'));
  await rm(stage, { recursive: true, force: true });
  await mkdir(path.join(stage, 'dist'), { recursive: true });
  for (const name of ['package.json', 'README.md', ...files]) {
    await cp(path.join(root, 'npm', name), path.join(stage, name));
  }
  for (const name of BUILT) {
    await cp(path.join(root, 'dist', name), path.join(stage, 'dist', name)).catch((error) => {
      throw new PackagingError(
        `The package would lack dist/${name}: ${error.message}. Run \`npm run build\` first.`,
      );
    });
  }
  await cp(path.join(root, 'docs/rules'), path.join(stage, 'docs/rules'), { recursive: true });
  await cp(path.join(root, 'LICENSE'), path.join(stage, 'LICENSE'));
}

/**
 * Packs the dist/ that is there.
 * @returns {Promise<string>} Path of the .tgz.
 */
export async function packNpm() {
  const folder = path.join(out, 'npm');
  const stage = path.join(folder, 'package');
  await fillStage(stage);
  const args = ['pack', '--pack-destination', folder, ...NPM_FLAGS];
  const printed = await exec('npm', args, { cwd: stage });
  return path.join(folder, printed.trim().split('\n').at(-1) ?? '');
}
