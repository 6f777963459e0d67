// Runs whose folder is not what it should be: the manifest was lost in a crash, or the run is one file, as it was before
// runs had folders.
import { mkdir, readdir, rename, stat } from 'node:fs/promises';
import path from 'node:path';
import { recoveredManifest } from './manifestOf';
import { writeManifest } from './manifestFile';
import { writeOverview } from './overview';
import { runFolder, RUN_FILE_ENDING, STEPS_FILE } from './runFolder';
import { openRun } from './runReader';

/** Bytes of steps from which on an overview pays. */
const OVERVIEW_BYTES = 1024 * 1024;

/** Milliseconds since 1970 at which an id was made; undefined for one that does not begin with its time. */
export function timeOfId(id: string): number | undefined {
  const parts = /^(\d{4})(\d\d)(\d\d)-(\d\d)(\d\d)(\d\d)-/.exec(id);
  if (!parts) return undefined;
  const [year = 0, month = 0, day, hour, minute, second] = parts.slice(1).map(Number);
  const time = Date.UTC(year, month - 1, day, hour, minute, second);
  return Number.isNaN(time) ? undefined : time;
}

/** Writes the manifest of a run anew, by its steps. Rejects with a StoreError where they are none. */
export async function restoreManifest(folder: string, id: string): Promise<void> {
  const { view, history, index, readBytes } = await openRun(folder);
  const file = await stat(path.join(folder, STEPS_FILE));
  const startedAt = timeOfId(id) ?? file.birthtimeMs;
  const manifest = recoveredManifest(id, startedAt, { ...view, id }, history);
  await writeManifest(folder, manifest);
  if (readBytes < OVERVIEW_BYTES) return;
  // All that could be read is covered. A torn tail is never read again either way.
  const overview = { covered: file.size, view, index: index.entries, series: history.state };
  await writeOverview(folder, overview).catch(() => 0);
}

/** Gives each run of a root that is one file a folder; never rejects. Their manifests are restored when they are read. */
export async function migrateRuns(root: string): Promise<void> {
  const names = await readdir(root).catch(() => []);
  for (const name of names) {
    if (!name.endsWith(RUN_FILE_ENDING)) continue;
    const folder = runFolder(root, path.basename(name, RUN_FILE_ENDING));
    try {
      await mkdir(folder, { recursive: true });
      await rename(path.join(root, name), path.join(folder, STEPS_FILE));
    } catch {
      // It stays as it is: nothing is lost.
    }
  }
}
