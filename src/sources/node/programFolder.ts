// A folder for a bundled program, outside of the user's sources, from which its imports find the same
// packages as from its own place: each node_modules that it would look into is linked, the outermost first.
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, realpath, rm, stat, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

const PREFIX = 'gradient-lens-program-';
/** A program that outlives its editor may still need its folder; one that runs for longer does not. */
const KEPT_MS = 7 * 24 * 3600 * 1000;

/** Folders of packages that a module in `folder` looks into, the outermost first. */
function packageFolders(folder: string): string[] {
  const found: string[] = [];
  for (let at = folder; ; at = path.dirname(at)) {
    const modules = path.join(at, 'node_modules');
    if (path.basename(at) !== 'node_modules' && existsSync(modules)) found.unshift(modules);
    if (path.dirname(at) === at) return found;
  }
}

/** Removes the folders of programs whose end nobody saw. */
async function sweep(): Promise<void> {
  const before = Date.now() - KEPT_MS;
  for (const name of await readdir(tmpdir())) {
    if (!name.startsWith(PREFIX)) continue;
    const folder = path.join(tmpdir(), name);
    const found = await stat(folder).catch(() => undefined);
    if (found && found.mtimeMs < before) await rm(folder, { recursive: true, force: true });
  }
}

/** A folder of one program. */
export interface ProgramFolder {
  /** Where the program's file goes; absolute, without links. */
  path: string;
  remove(): Promise<void>;
}

/** Makes the folder of a program that lies in `folder`. Rejects with a system error. */
export async function programFolder(folder: string): Promise<ProgramFolder> {
  await sweep().catch(() => undefined);
  const root = await realpath(await mkdtemp(path.join(tmpdir(), PREFIX)));
  let at = root;
  for (const [depth, modules] of packageFolders(folder).entries()) {
    if (depth > 0) at = path.join(at, 'in');
    await mkdir(at, { recursive: true });
    // A junction needs no privilege on Windows; elsewhere the type does not count.
    await symlink(modules, path.join(at, 'node_modules'), 'junction');
  }
  return {
    path: at,
    remove: () => rm(root, { recursive: true, force: true }).catch(() => undefined),
  };
}
