// One run of the catalogue, from as few looks at the disk as tell that it is as it was.
import { readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { isFinal } from '../shared/core/run';
import type { RunSummary } from '../shared/core/runSummary';
import { readManifest } from './manifestFile';
import {
  CHECKPOINT_FOLDER,
  CHECKPOINT_PREFIX,
  LABELS_FILE,
  LOCK_FILE,
  MANIFEST_FILE,
  STEPS_FILE,
} from './runFolder';
import { readLabels } from './runLabels';
import { isRecording } from './runLock';

/** What is known of a run, and of which versions of its files. */
export interface CatalogueEntry {
  /** Versions of manifest, labels and checkpoints. */
  stamp: string;
  /** As the manifest says, with the user's labels and the folder's bytes. */
  summary: RunSummary;
}

/** A folder that is a run, but has no manifest that can be read. */
export interface BrokenRun {
  broken: Error;
  /** Some process is writing to it. */
  isRecording: boolean;
}

/** Modification time and size of a file; empty where it is absent. */
async function stampOf(file: string): Promise<string> {
  try {
    const { mtimeMs, size } = await stat(file);
    return `${mtimeMs}:${size}`;
  } catch {
    return '';
  }
}

/** Bytes of all files below a folder. What vanishes meanwhile counts nothing. */
async function bytesOf(folder: string): Promise<number> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  const sizes = await Promise.all(
    entries.map(async (entry) => {
      const file = path.join(folder, entry.name);
      if (entry.isDirectory()) return bytesOf(file);
      if (!entry.isFile()) return 0;
      return stat(file).then(
        ({ size }) => size,
        () => 0,
      );
    }),
  );
  return sizes.reduce((sum, size) => sum + size, 0);
}

/** True where a checkpoint is there. */
async function hasCheckpoint(folder: string): Promise<boolean> {
  const names = await readdir(path.join(folder, CHECKPOINT_FOLDER)).catch(() => []);
  return names.some((name) => name.startsWith(CHECKPOINT_PREFIX));
}

/**
 * Reads a run's folder; `known` where nothing has changed since. Undefined for a folder that is no run.
 * @param id the folder's name: what the manifest says of it does not count.
 */
export async function readEntry(
  folder: string,
  id: string,
  known?: CatalogueEntry,
): Promise<CatalogueEntry | BrokenRun | undefined> {
  const names = new Set(await readdir(folder).catch(() => []));
  if (!names.has(MANIFEST_FILE) && !names.has(STEPS_FILE)) return undefined;
  const stamps = await Promise.all(
    [MANIFEST_FILE, LABELS_FILE, CHECKPOINT_FOLDER].map((name) =>
      names.has(name) ? stampOf(path.join(folder, name)) : Promise.resolve(''),
    ),
  );
  const isLocked = names.has(LOCK_FILE) && (await isRecording(folder));
  const stamp = [...stamps, isLocked ? 'recording' : ''].join(' ');
  if (known?.stamp === stamp) return known;
  let summary: RunSummary;
  try {
    ({ summary } = await readManifest(folder));
  } catch (error) {
    return { broken: error as Error, isRecording: isLocked };
  }
  const [labels, bytes, resumable] = await Promise.all([
    names.has(LABELS_FILE) ? readLabels(folder) : Promise.resolve({}),
    bytesOf(folder),
    names.has(CHECKPOINT_FOLDER) ? hasCheckpoint(folder) : Promise.resolve(false),
  ]);
  const { state } = summary;
  return {
    stamp,
    summary: {
      ...{ ...summary, id, labels, bytes },
      // Nobody goes on with it.
      state: isFinal(state) || isLocked ? state : 'stopped',
      resumable: resumable && !isLocked,
    },
  };
}
