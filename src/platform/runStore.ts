// Where runs are on disk, what they are made of as VS Code knows it, and which of them have to go.
import { mkdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import * as vscode from 'vscode';
import { EXTENSION_ID } from '../contributions';
import type { RunOrigin } from '../store/manifestOf';
import type { RunCatalogue } from '../store/runCatalogue';
import { surplusRuns } from '../store/retention';
import { readSetting } from './settings';

/** Folder of ours in a workspace folder. */
const FOLDER = '.gradient-lens';
const MEGABYTE = 2 ** 20;

/** The folder of the runs of a workspace folder; of models outside of any, one below `globalFolder`. */
export function runsFolder(
  place: vscode.WorkspaceFolder | undefined,
  globalFolder: string,
): string {
  return place?.uri.scheme === 'file'
    ? path.join(place.uri.fsPath, FOLDER, 'runs')
    : path.join(globalFolder, 'runs');
}

/** All folders of runs of this window. */
export function allRunsFolders(globalFolder: string): string[] {
  const places = [...(vscode.workspace.workspaceFolders ?? []), undefined];
  return [...new Set(places.map((place) => runsFolder(place, globalFolder)))];
}

/** Runs are large and of no use to others: git is told so, once. */
export async function ignoreInGit(runs: string): Promise<void> {
  const folder = path.dirname(runs);
  if (path.basename(folder) !== FOLDER) return;
  await mkdir(folder, { recursive: true });
  const text = '# Runs of Gradient Lens.\n*\n';
  await writeFile(path.join(folder, '.gitignore'), text, { flag: 'wx' }).catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  });
}

/** Versions of all that a run's numbers may depend on. */
export function versionsNow(): RunOrigin['versions'] {
  const manifest = vscode.extensions.getExtension(EXTENSION_ID)?.packageJSON as
    { version?: string } | undefined;
  return {
    gradientLens: manifest?.version ?? '',
    vscode: vscode.version,
    node: process.versions.node,
    platform: `${process.platform}-${process.arch}`,
  };
}

/** Bytes that one run may take, by the setting; checkpoints and overview are not among them. */
export function runBytes(): number {
  return readSetting('history.runSize') * MEGABYTE;
}

/**
 * Deletes the oldest runs beyond the settings, for good: in the trash they would take the space all the same.
 * @param isInUse true for a run that is shown or recorded here.
 */
export async function pruneRuns(
  catalogue: RunCatalogue,
  isInUse: (id: string) => boolean,
): Promise<void> {
  const limits = {
    runs: readSetting('history.runs'),
    bytes: readSetting('history.totalSize') * MEGABYTE,
  };
  await catalogue.refresh();
  for (const id of surplusRuns(catalogue.summaries, limits, isInUse)) {
    const folder = catalogue.folderOf(id);
    if (folder === undefined) continue;
    await rm(folder, { recursive: true, force: true });
    await catalogue.refreshRun(id, folder);
  }
}
