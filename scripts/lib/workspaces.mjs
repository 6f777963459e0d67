// Workspaces for test windows: copies, so that what a test or a run writes never lands in the sources.
import { cp, mkdir, readdir, rm, symlink } from 'node:fs/promises';
import path from 'node:path';
import { out } from './paths.mjs';

const LEFT_OUT = new Set(['node_modules', '.gradient-lens']);

/**
 * @param {string} name Folder below out/workspaces/, made anew.
 * @param {string} source Folder to copy; its installed packages are linked, not copied.
 * @returns {Promise<string>} The copy.
 */
export async function copyWorkspace(name, source) {
  const copy = path.join(out, 'workspaces', name);
  await rm(copy, { recursive: true, force: true });
  await mkdir(copy, { recursive: true });
  for (const entry of await readdir(source)) {
    if (LEFT_OUT.has(entry)) continue;
    await cp(path.join(source, entry), path.join(copy, entry), { recursive: true });
  }
  const packages = path.join(source, 'node_modules');
  const installed = await readdir(packages).catch(() => []);
  if (installed.length > 0) await symlink(packages, path.join(copy, 'node_modules'));
  return copy;
}
