// The folder of a run: the names of what is in it, and the folders below a root that are runs.
import { readdir, rm, stat } from 'node:fs/promises';
import path from 'node:path';

/** What a run was made of and how it stands, see `manifest.ts`. */
export const MANIFEST_FILE = 'manifest.json';
/** All records, in frames that are only appended, see `frames.ts`. */
export const STEPS_FILE = 'steps.glrun';
/** Curves, histograms and where which record is, so that the run opens without its steps being read. */
export const OVERVIEW_FILE = 'overview.bin';
/** What the user gave the run: name, pin, tags, note. */
export const LABELS_FILE = 'labels.json';
/** There while a process records the run, see `runLock.ts`. */
export const LOCK_FILE = 'recording.lock';
/** Weights and optimizer states to go on from, one folder per step. */
export const CHECKPOINT_FOLDER = 'checkpoints';
/** How the folder of a checkpoint begins. */
export const CHECKPOINT_PREFIX = 'step-';

/** Ending of the only file of a run, in the layout of before. */
export const RUN_FILE_ENDING = '.glrun';

/** The folder of a run. Characters of the id that a name may not have are replaced. */
export function runFolder(root: string, runId: string): string {
  return path.join(root, runId.replace(/[^\w.-]/g, '_'));
}

/** Names of the folders below a root; none where the root is absent. Hidden ones are not runs. */
export async function folderNames(root: string): Promise<string[]> {
  const entries = await readdir(root, { withFileTypes: true }).catch(() => []);
  return entries
    .filter((entry) => entry.isDirectory() && !entry.name.startsWith('.'))
    .map(({ name }) => name);
}

/** The file of a run. Characters of the id that a file name may not have are replaced. */
export function runFile(folder: string, runId: string): string {
  return path.join(folder, `${runId.replace(/[^\w.-]/g, '_')}${RUN_FILE_ENDING}`);
}

/** Files of runs, newest first. An absent folder has none. */
export async function listRuns(folder: string): Promise<string[]> {
  const names = await readdir(folder).catch(() => []);
  const files = names
    .filter((name) => name.endsWith(RUN_FILE_ENDING))
    .map((name) => path.join(folder, name));
  const dated = await Promise.all(
    files.map(async (file) => {
      const info = await stat(file).catch(() => undefined);
      return { file, changed: info?.mtimeMs ?? 0 };
    }),
  );
  return dated
    .sort((a, b) => b.changed - a.changed || b.file.localeCompare(a.file))
    .map(({ file }) => file);
}

/** Deletes all runs but the newest `keep`. Returns what it deleted. */
export async function pruneRuns(folder: string, keep: number): Promise<string[]> {
  const surplus = (await listRuns(folder)).slice(Math.max(0, keep));
  await Promise.all(surplus.map((file) => rm(file, { force: true })));
  return surplus;
}
