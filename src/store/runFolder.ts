// The folder of kept runs: one file per run, the newest few.
import { readdir, rm, stat } from 'node:fs/promises';
import path from 'node:path';

/** Ending of a run's file. */
export const RUN_FILE_ENDING = '.glrun';

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
