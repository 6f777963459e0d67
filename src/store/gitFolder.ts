// The commit that is checked out, read from `.git` itself: no git program is needed. Whether files have changed since
// cannot be told so.
import { readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import type { ModelSource } from './manifest';

/** Folders up to the file system's root at most. */
const MAX_DEPTH = 64;
const COMMIT = /^[0-9a-f]{40}([0-9a-f]{24})?$/;

async function textOf(file: string): Promise<string | undefined> {
  return readFile(file, 'utf8').then(
    (text) => text.trim(),
    () => undefined,
  );
}

/** The git folder of a working tree; of a worktree or submodule, `.git` is a file that names it. */
async function gitFolderOf(folder: string): Promise<string | undefined> {
  const place = path.join(folder, '.git');
  const info = await stat(place).catch(() => undefined);
  if (info?.isDirectory()) return place;
  const named = info?.isFile() && /^gitdir: (.+)$/m.exec((await textOf(place)) ?? '')?.[1];
  return named ? path.resolve(folder, named) : undefined;
}

/** The commit of a reference: in a file of its own, or among the packed ones. */
async function commitOf(folder: string, reference: string): Promise<string | undefined> {
  // Of a worktree, references are in the folder that it shares.
  const common = await textOf(path.join(folder, 'commondir'));
  const folders = [folder, ...(common ? [path.resolve(folder, common)] : [])];
  for (const place of folders) {
    const loose = await textOf(path.join(place, reference));
    if (loose !== undefined && COMMIT.test(loose)) return loose;
    const packed = (await textOf(path.join(place, 'packed-refs'))) ?? '';
    const line = packed.split('\n').find((entry) => entry.endsWith(` ${reference}`));
    const commit = line?.split(' ')[0];
    if (commit !== undefined && COMMIT.test(commit)) return commit;
  }
  return undefined;
}

/** The commit that the folder's repository stands at; undefined without one. Never rejects. */
export async function readGit(folder: string): Promise<ModelSource['git']> {
  let place = path.resolve(folder);
  for (let depth = 0; depth < MAX_DEPTH; depth++) {
    const git = await gitFolderOf(place);
    if (git !== undefined) {
      const head = (await textOf(path.join(git, 'HEAD'))) ?? '';
      if (COMMIT.test(head)) return { commit: head };
      const reference = /^ref: (refs\/[\w./-]+)$/.exec(head)?.[1];
      if (!reference || reference.includes('..')) return undefined;
      const commit = await commitOf(git, reference);
      return commit === undefined
        ? undefined
        : { commit, branch: reference.replace(/^refs\/heads\//, '') };
    }
    const above = path.dirname(place);
    if (above === place) return undefined;
    place = above;
  }
  return undefined;
}
