// A lock between processes: a folder made atomically, which names its owner. A lock whose owner is
// gone is taken over, so an interrupted set-up never blocks the next one.
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { progress } from './log.mjs';
import { isAlive } from './processes.mjs';

const POLL_MS = 500;

/** @param {string} folder @returns {Promise<number | undefined>} */
async function ownerOf(folder) {
  const text = await readFile(path.join(folder, 'pid'), 'utf8').catch(() => '');
  return Number.parseInt(text, 10) || undefined;
}

/** @param {string} folder */
async function tryTake(folder) {
  try {
    await mkdir(folder);
  } catch (error) {
    if (/** @type {NodeJS.ErrnoException} */ (error).code === 'EEXIST') return false;
    throw error;
  }
  await writeFile(path.join(folder, 'pid'), String(process.pid));
  return true;
}

/**
 * Runs `work` while holding the lock; waits for another process that holds it.
 * @template T
 * @param {string} folder Path of the lock.
 * @param {string} purpose Said when waiting, e.g. `installing the VS Code server`.
 * @param {() => Promise<T>} work
 * @returns {Promise<T>}
 */
export async function withLock(folder, purpose, work) {
  await mkdir(path.dirname(folder), { recursive: true });
  let said = false;
  let ownerless = 0;
  while (!(await tryTake(folder))) {
    const owner = await ownerOf(folder);
    // A moment without a pid is normal: the owner is about to write it.
    ownerless = owner === undefined ? ownerless + 1 : 0;
    if ((owner !== undefined && !isAlive(owner)) || ownerless > 6) {
      await rm(folder, { recursive: true, force: true });
      continue;
    }
    if (!said) progress(`Waiting for another process (${owner ?? '?'}) that is ${purpose}`);
    said = true;
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
  const release = () => rm(folder, { recursive: true, force: true });
  try {
    return await work();
  } finally {
    await release();
  }
}
