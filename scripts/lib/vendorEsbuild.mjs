// Puts esbuild where the packaged extension looks for it: dist/vendor/node_modules/. Packages for one
// platform carry its native esbuild; the universal package carries the WebAssembly one.
import { cp, mkdir, readFile, rm } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { NPM_FLAGS } from './dependencies.mjs';
import { exec } from './exec.mjs';
import { progress } from './log.mjs';
import { cache, root } from './paths.mjs';

/** Packages of VS Code for a platform, and esbuild's name of it. Its Linux binaries are static. */
const NATIVE = /** @type {Record<string, string>} */ ({
  'linux-x64': 'linux-x64',
  'linux-arm64': 'linux-arm64',
  'linux-armhf': 'linux-arm',
  'alpine-x64': 'linux-x64',
  'alpine-arm64': 'linux-arm64',
  'darwin-x64': 'darwin-x64',
  'darwin-arm64': 'darwin-arm64',
  'win32-x64': 'win32-x64',
  'win32-arm64': 'win32-arm64',
});

/** Every package that can be made. */
export const TARGETS = ['universal', ...Object.keys(NATIVE)];

/** The files of each package that run; the rest is documentation and browser builds. */
const FILES = {
  esbuild: ['package.json', 'LICENSE.md', 'lib/main.js'],
  'esbuild-wasm': [
    'package.json',
    'LICENSE.md',
    'lib/main.js',
    'bin/esbuild',
    'esbuild.wasm',
    'wasm_exec.js',
    'wasm_exec_node.js',
  ],
};

/** @returns {Promise<string>} The exact esbuild version that the extension is built with. */
async function esbuildVersion() {
  const text = await readFile(path.join(root, 'node_modules/esbuild/package.json'), 'utf8');
  return /** @type {{ version: string }} */ (JSON.parse(text)).version;
}

/** @param {string} name e.g. `@esbuild/darwin-arm64` @returns {Promise<string>} Its folder. */
async function platformPackage(name) {
  const installed = path.join(root, 'node_modules', name);
  if (existsSync(installed)) return installed;
  const version = await esbuildVersion();
  const folder = path.join(cache, 'esbuild', `${name.replace('/', '-')}-${version}`);
  const extracted = path.join(folder, 'package');
  if (existsSync(path.join(extracted, 'package.json'))) return extracted;
  progress(`Fetching ${name}@${version}`);
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  const tarball = await exec('npm', ['pack', `${name}@${version}`, ...NPM_FLAGS], { cwd: folder });
  await exec('tar', ['-xzf', tarball.trim().split('\n').at(-1) ?? ''], { cwd: folder });
  return extracted;
}

/**
 * @param {string} stage Folder of the extension as it will be packaged.
 * @param {string} target One of {@link TARGETS}.
 * @returns {Promise<void>}
 */
export async function vendorEsbuild(stage, target) {
  const vendor = path.join(stage, 'dist/vendor/node_modules');
  const name = target === 'universal' ? 'esbuild-wasm' : 'esbuild';
  for (const file of FILES[name]) {
    const from = path.join(root, 'node_modules', name, file);
    await cp(from, path.join(vendor, name, file));
  }
  const platform = NATIVE[target];
  if (name === 'esbuild-wasm' || platform === undefined) return;
  const binary = `@esbuild/${platform}`;
  await cp(await platformPackage(binary), path.join(vendor, binary), { recursive: true });
}
