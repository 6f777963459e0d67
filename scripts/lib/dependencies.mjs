// npm dependencies of the checkout and of examples/: installed when missing, completed when stale.
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { exec } from './exec.mjs';
import { withLock } from './lock.mjs';
import { progress } from './log.mjs';
import { cache, relative } from './paths.mjs';

/** Quiet and reproducible, whatever the user's npmrc says. */
export const NPM_FLAGS = ['--no-audit', '--no-fund', '--loglevel=error'];

/**
 * @typedef {{ version?: string, optional?: boolean, peer?: boolean, link?: boolean, devOptional?: boolean }} Locked
 * @param {string} file @returns {Promise<Record<string, Locked>>} Packages of a lock file, by path.
 */
async function lockedPackages(file) {
  /** @type {{ packages?: Record<string, Locked> }} */
  const lock = JSON.parse(await readFile(file, 'utf8'));
  return lock.packages ?? {};
}

/** @param {string} folder @returns {Promise<boolean>} True when node_modules has what the lock names. */
async function isComplete(folder) {
  const installedFile = path.join(folder, 'node_modules/.package-lock.json');
  if (!existsSync(installedFile)) return false;
  const wanted = await lockedPackages(path.join(folder, 'package-lock.json'));
  const installed = await lockedPackages(installedFile);
  return Object.entries(wanted).every(([name, { version, optional, devOptional }]) => {
    // Optional packages belong to other platforms, where they are not installed here.
    if (name === '' || !name.startsWith('node_modules/') || optional || devOptional) return true;
    return installed[name]?.version === version;
  });
}

/**
 * Installs the dependencies of the package in `folder` unless they are there.
 * @param {string} folder
 * @returns {Promise<void>}
 */
export async function ensureDependencies(folder) {
  if (await isComplete(folder)) return;
  const lock = path.join(cache, `npm-${relative(folder).replace(/\W+/g, '-')}.lock`);
  await withLock(lock, `installing npm packages of ${relative(folder)}`, async () => {
    if (await isComplete(folder)) return;
    const fresh = !existsSync(path.join(folder, 'node_modules'));
    progress(`Installing npm packages of ${relative(folder)}`);
    // `ci` would empty a folder that is only stale; `--no-save` leaves the lock file as it is.
    const command = fresh ? ['ci'] : ['install', '--no-save'];
    await exec('npm', [...command, ...NPM_FLAGS], { cwd: folder });
  });
}
