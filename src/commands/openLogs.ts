// Open TensorBoard Log…: the log of a training that runs or ran elsewhere, in the same panel as one's own.
import path from 'node:path';
import * as vscode from 'vscode';
import type { ModelRun } from '../api';
import { readSetting } from '../platform/settings';
import { WorkspaceLogFiles } from '../platform/workspaceLogFiles';
import { diskFiles } from '../sources/logs/diskFiles';
import { findRuns, isEventFile, runFolderOf } from '../sources/logs/findRuns';
import type { FoundRun } from '../sources/logs/findRuns';
import type { LogFiles } from '../sources/logs/logFiles';
import { LogSource } from '../sources/logs/logSource';
import type { Command, CommandContext } from './context';

/** Runs of a folder that are opened at once: each is a panel. */
const MAX_PANELS = 8;

/** The folder that is meant: the one clicked, that of a clicked event file, else one to be picked. */
async function askFolder(clicked: unknown): Promise<vscode.Uri | undefined> {
  if (clicked instanceof vscode.Uri) {
    if (!isEventFile(path.posix.basename(clicked.path))) return clicked;
    return clicked.with({ path: runFolderOf(clicked.path) });
  }
  const start = vscode.workspace.workspaceFolders?.[0]?.uri;
  const picked = await vscode.window.showOpenDialog({
    title: 'Open TensorBoard Log',
    openLabel: 'Open Log',
    canSelectFiles: false,
    canSelectFolders: true,
    ...(start && { defaultUri: start }),
  });
  return picked?.[0];
}

/** The files below a folder, and how they name it. */
function filesOf(folder: vscode.Uri): { files: LogFiles; root: string } {
  return folder.scheme === 'file'
    ? { files: diskFiles, root: folder.fsPath }
    : { files: new WorkspaceLogFiles(), root: folder.toString() };
}

async function choose(runs: readonly FoundRun[], folder: vscode.Uri): Promise<FoundRun[]> {
  if (runs.length <= 1) return [...runs];
  const items = runs.map((run) => ({
    label: run.name,
    description: run.files.length === 1 ? '1 event file' : `${run.files.length} event files`,
    run,
  }));
  const picked = await vscode.window.showQuickPick(items, {
    title: `Runs in ${path.posix.basename(folder.path)}`,
    placeHolder: `Which runs to open (at most ${MAX_PANELS})`,
    canPickMany: true,
    matchOnDescription: true,
  });
  return (picked ?? []).slice(0, MAX_PANELS).map(({ run }) => run);
}

/**
 * Opens one run's log, and again where it goes on after it was complete.
 * @param show Brings its panel to the front.
 */
export async function followLog(
  context: Pick<CommandContext, 'trainer' | 'panels' | 'log' | 'followedLogs'>,
  folder: vscode.Uri,
  title = path.posix.basename(folder.path),
  show = true,
): Promise<ModelRun> {
  const { files, root } = filesOf(folder);
  const opened: { run?: ModelRun } = {};
  const source = new LogSource({
    ...{ files, folder: root, quietSeconds: readSetting('logs.quietTime') },
    grewAgain: () => {
      // Nobody looks at it any more.
      if (!opened.run || context.panels.of(folder)?.run?.id !== opened.run.id) return;
      followLog(context, folder, title, false).catch((error: unknown) =>
        context.log.warn(String(error)),
      );
    },
  });
  const run = await context.trainer.follow(folder, title, source, show);
  opened.run = run;
  await context.followedLogs.remember(run.id, { folder, title });
  return run;
}

export const openLogs: Command = async (context, clicked) => {
  const folder = await askFolder(clicked);
  if (!folder) return undefined;
  const { files, root } = filesOf(folder);
  const runs = await vscode.window.withProgress(
    { location: vscode.ProgressLocation.Window, title: 'Looking for event files' },
    () => findRuns(files, root),
  );
  if (runs.length === 0) {
    throw new Error(
      `There are no event files (*tfevents*) in ${folder.fsPath} or below. Pick the folder that the training logs to.`,
    );
  }
  const name = path.posix.basename(folder.path);
  for (const run of await choose(runs, folder)) {
    const at = run.name === '' ? folder : vscode.Uri.joinPath(folder, run.name);
    await followLog(context, at, run.name === '' ? name : run.name);
  }
  return undefined;
};
