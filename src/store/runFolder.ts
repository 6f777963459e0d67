// The folder of a run: the names of what is in it, and the folders below a root that are runs.
import { readdir } from 'node:fs/promises';
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

/** Ending of the steps file, and of the only file of a run in the layout of before. */
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
