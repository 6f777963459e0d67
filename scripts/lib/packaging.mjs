// Makes .vsix packages. What is in one is said by .vscodeignore alone: its files are copied to a
// staging folder, esbuild is added there, and the checkout's dist/ stays as it was built.
import { copyFile, mkdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { exec } from './exec.mjs';
import { out, relative, root } from './paths.mjs';
import { TARGETS, vendorEsbuild } from './vendorEsbuild.mjs';

/** Bytes that the package may have without esbuild: a quick download on a slow line. */
const PLAIN_LIMIT = 3 * 1024 * 1024;

const vsceBin = path.join(root, 'node_modules/@vscode/vsce/vsce');

/** A package that cannot be made, or is not what it should be. */
export class PackagingError extends Error {
  /** @override */
  name = 'PackagingError';
}

const megabytes = (/** @type {number} */ bytes) => `${(bytes / 1024 / 1024).toFixed(2)} MB`;

/** @param {string} stage */
async function copyShippedFiles(stage) {
  const list = await exec(process.execPath, [vsceBin, 'ls', '--no-dependencies'], { cwd: root });
  const files = list.split('\n').filter(Boolean);
  const names = ['extension', 'export', 'fixes', 'panel', 'runtime', 'inspect', 'inspection'];
  const scripts = names.map((name) => `dist/${name}.js`);
  const forNode = ['nodeRuntime', 'nodeTap'].map((name) => `dist/${name}.cjs`);
  for (const needed of ['package.json', 'LICENSE', ...scripts, ...forNode]) {
    if (files.includes(needed)) continue;
    throw new PackagingError(
      `The package would lack ${needed}. Run \`npm run build\` first, and see .vscodeignore.`,
    );
  }
  await rm(stage, { recursive: true, force: true });
  for (const file of files.filter((name) => name !== 'package.json')) {
    await mkdir(path.dirname(path.join(stage, file)), { recursive: true });
    await copyFile(path.join(root, file), path.join(stage, file));
  }
  /** @type {Record<string, unknown>} */
  const manifest = JSON.parse(await readFile(path.join(root, 'package.json'), 'utf8'));
  // What concerns the checkout only; everything the extension needs is bundled.
  for (const key of ['scripts', 'devDependencies', 'dependencies', 'private']) delete manifest[key];
  await writeFile(path.join(stage, 'package.json'), JSON.stringify(manifest, null, 2));
}

/**
 * @param {string} stage
 * @param {string} target `plain`: without esbuild.
 * @returns {Promise<{ file: string, size: number }>}
 */
async function packStage(stage, target) {
  /** @type {{ name: string, version: string }} */
  const { name, version } = JSON.parse(await readFile(path.join(stage, 'package.json'), 'utf8'));
  const isPlatform = target !== 'universal' && target !== 'plain';
  const suffix = target === 'universal' ? '' : `-${target}`;
  const file = path.join(out, `${name}-${version}${suffix}.vsix`);
  await exec(
    process.execPath,
    [
      vsceBin,
      'package',
      '--no-dependencies',
      '--allow-missing-repository',
      '--no-rewrite-relative-links',
      '--skip-license',
      ...(isPlatform ? ['--target', target] : []),
      '--out',
      file,
    ],
    { cwd: stage },
  );
  return { file, size: (await stat(file)).size };
}

/**
 * Makes the package for one target from the dist/ that is there, after proving that the extension
 * itself, without esbuild, is small.
 * @param {{ target: string, print: (line: string) => void }} options `target`: see {@link TARGETS}.
 * @returns {Promise<string>} Path of the .vsix.
 */
export async function packageExtension({ target, print }) {
  if (!TARGETS.includes(target)) {
    throw new PackagingError(`There is no target ${target}. Choose one of: ${TARGETS.join(', ')}.`);
  }
  const stage = path.join(out, 'package', target);
  await copyShippedFiles(stage);
  const plain = await packStage(stage, 'plain');
  const measured = `${megabytes(plain.size)} without esbuild, limit ${megabytes(PLAIN_LIMIT)}`;
  if (plain.size > PLAIN_LIMIT) throw new PackagingError(`The package is too large: ${measured}.`);
  await rm(plain.file);
  await vendorEsbuild(stage, target);
  const { file, size } = await packStage(stage, target);
  const flavour = target === 'universal' ? 'esbuild-wasm' : 'native esbuild';
  print(`${relative(file)}: ${megabytes(size)} with ${flavour} (${measured})`);
  return file;
}
