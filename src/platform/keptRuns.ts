// Runs on disk, in `.gradient-lens/runs/` of the model's workspace folder: written while they train,
// read back when a panel returns after a reload of the window.
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import * as vscode from 'vscode';
import type { ModelRun } from '../api';
import { messageOf } from '../model/modelError';
import type { Notice } from '../shared/core/run';
import { pruneRuns, runFile } from '../store/runFolder';
import { RunCatalogue } from '../store/runCatalogue';
import { readRun } from '../store/runReader';
import { RunRecorder } from '../store/runRecorder';
import { RunWriter } from '../store/runWriter';
import type { ShownRun } from '../surfaces/panel/shownRun';
import { readSetting } from './settings';

const FOLDER = '.gradient-lens';
/** Share of the memory of the histories that may wait to be written; see `runHistory.ts`. */
const BUFFER_SHARE = 0.05;

const RELOADED: Notice = {
  code: 'window-reloaded',
  message:
    'The window was reloaded or closed while this run trained, and the training ended with it. ' +
    'What it recorded until then is shown; restart to train again.',
};

const RELOADED_IN_NODE: Notice = {
  code: 'window-reloaded',
  message:
    'The window was reloaded or closed while this run trained. Its program goes on without being recorded, ' +
    'unless its terminal was closed as well. What was recorded until then is shown; restart to train again.',
};

/** Keeps runs and finds them again. */
export class KeptRuns {
  /** Runs on disk. Whoever shows it calls its `refresh` and `watch`. */
  readonly catalogue: RunCatalogue;
  private readonly recorders = new Map<RunRecorder, RunWriter>();

  /** @param globalFolder for models outside of any workspace folder. */
  constructor(
    private readonly globalFolder: string,
    private readonly log: vscode.LogOutputChannel,
  ) {
    const places = [...(vscode.workspace.workspaceFolders ?? []), undefined];
    this.catalogue = new RunCatalogue({
      roots: places.map((place) => this.folderOf(place)),
      onTrouble: (message) => log.warn(message),
    });
  }

  /** Writes a run to disk as it goes. Failures are logged: a run trains without its file. */
  async keep(run: ModelRun): Promise<void> {
    const keep = readSetting('history.runs');
    if (keep <= 0) return;
    const folder = this.folderOf(vscode.workspace.getWorkspaceFolder(run.model));
    try {
      await ignoreInGit(folder);
      const writer = await RunWriter.create(runFile(folder, run.id), {
        bufferBytes: readSetting('history.memory') * 2 ** 20 * BUFFER_SHARE,
        onError: (error) => this.log.warn(error.message),
      });
      const recorder = new RunRecorder(run, writer);
      this.recorders.set(recorder, writer);
      void recorder.done.then(() => this.recorders.delete(recorder));
      await pruneRuns(folder, keep);
    } catch (error) {
      this.log.warn(messageOf(error));
    }
  }

  /** A run by its id, from whichever workspace folder has it. */
  async find(id: string): Promise<ShownRun | undefined> {
    const places = [...(vscode.workspace.workspaceFolders ?? []), undefined];
    for (const place of places) {
      const file = runFile(this.folderOf(place), id);
      try {
        await vscode.workspace.fs.stat(vscode.Uri.file(file));
      } catch {
        continue;
      }
      try {
        return await restore(file, place);
      } catch (error) {
        this.log.warn(messageOf(error));
      }
    }
    return undefined;
  }

  /** Writes what is still to be written, before the window goes. */
  async close(): Promise<void> {
    const open = [...this.recorders];
    for (const [recorder] of open) recorder.dispose();
    await Promise.all(open.map(([, writer]) => writer.flush()));
  }

  private folderOf(place: vscode.WorkspaceFolder | undefined): string {
    return place?.uri.scheme === 'file'
      ? path.join(place.uri.fsPath, FOLDER, 'runs')
      : path.join(this.globalFolder, 'runs');
  }
}

async function restore(file: string, place: vscode.WorkspaceFolder | undefined): Promise<ShownRun> {
  const bytes = readSetting('history.memory') * 2 ** 20;
  const { view, history, isComplete } = await readRun(file, { bytes });
  const model = path.isAbsolute(view.path)
    ? vscode.Uri.file(view.path)
    : vscode.Uri.joinPath(place?.uri ?? vscode.Uri.file('/'), view.path);
  const reloaded = view.runtime === 'node' ? RELOADED_IN_NODE : RELOADED;
  const shown = isComplete ? view : { ...view, notices: [...view.notices, reloaded] };
  return { id: view.id, model, title: view.title, history, view: () => shown };
}

/** Runs are large and of no use to others: git is told so, once. */
async function ignoreInGit(runs: string): Promise<void> {
  const folder = path.dirname(runs);
  if (path.basename(folder) !== FOLDER) return;
  await mkdir(folder, { recursive: true });
  const text = '# Runs of Gradient Lens.\n*\n';
  await writeFile(path.join(folder, '.gitignore'), text, { flag: 'wx' }).catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  });
}
