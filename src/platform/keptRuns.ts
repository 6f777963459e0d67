// Runs on disk, in `.gradient-lens/runs/` of the model's workspace folder: written while they train,
// read back when a panel returns after a reload of the window, or when somebody opens them.
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import * as vscode from 'vscode';
import type { ModelRun } from '../api';
import { messageOf } from '../model/modelError';
import { shareMemory } from '../run/memoryShares';
import type { RunHistory } from '../run/runHistory';
import type { Notice } from '../shared/core/run';
import type { RunView } from '../shared/protocol/panel';
import { modelSource, type RunOrigin } from '../store/manifestOf';
import { RunCatalogue } from '../store/runCatalogue';
import { runFolder } from '../store/runFolder';
import { isRecording } from '../store/runLock';
import type { StoredRun } from '../store/runReader';
import { RunRecorder } from '../store/runRecorder';
import type { ShownRun } from '../surfaces/panel/shownRun';
import { gitStateOf } from './gitState';
import {
  allRunsFolders,
  ignoreInGit,
  pruneRuns,
  runBytes,
  runsFolder,
  versionsNow,
} from './runStore';
import { readSetting } from './settings';

/** Share of the memory of the histories that may wait to be written; see `runHistory.ts`. */
const BUFFER_SHARE = 0.05;
/** What old runs that are open may take of the memory of the histories, besides those of this session. */
const OPENED_SHARE = 0.5;

const RELOADED: Notice = {
  code: 'window-reloaded',
  message:
    'The window was reloaded or closed while this run trained, and the training ended with it. ' +
    'What it recorded until then is shown; resume to go on from its last checkpoint, or restart.',
};

const RELOADED_IN_NODE: Notice = {
  code: 'window-reloaded',
  message:
    'The window was reloaded or closed while this run trained. Its program goes on without being recorded, ' +
    'unless its terminal was closed as well. What was recorded until then is shown; restart to train again.',
};

const RECORDED_ELSEWHERE: Notice = {
  code: 'recorded-elsewhere',
  message:
    'This run trains in another window. What it had recorded when it was opened here is shown; open it again to see more.',
};

/** What is known of a run besides what it says itself. */
export interface KeepOptions {
  /** The model's text as it is trained. Default: what its file has. */
  text?: string;
  /** The run whose checkpoint it goes on from. */
  resumedFrom?: RunOrigin['resumedFrom'];
}

export interface KeptRunsOptions {
  /** For models outside of any workspace folder. */
  globalFolder: string;
  log: vscode.LogOutputChannel;
  /** True for a run that a panel shows: it is not deleted. */
  isShown: (id: string) => boolean;
}

/** Keeps runs and finds them again. */
export class KeptRuns {
  /** Runs on disk. Whoever shows it calls its `refresh` and `watch`. */
  readonly catalogue: RunCatalogue;
  private readonly recorders = new Map<string, RunRecorder>();
  /** Histories of old runs that are open. */
  private opened: WeakRef<RunHistory>[] = [];
  private readonly folders: vscode.Disposable;

  constructor(private readonly options: KeptRunsOptions) {
    const { globalFolder, log } = options;
    this.catalogue = new RunCatalogue({
      roots: allRunsFolders(globalFolder),
      onTrouble: (message) => log.warn(message),
    });
    this.folders = vscode.workspace.onDidChangeWorkspaceFolders(() => {
      void this.catalogue.setRoots(allRunsFolders(globalFolder));
    });
  }

  /** Writes a run to disk as it goes. Failures are logged: a run trains without its folder. */
  async keep(run: ModelRun, options: KeepOptions = {}): Promise<void> {
    if (readSetting('history.runs') <= 0) return;
    const startedAt = Date.now();
    const place = vscode.workspace.getWorkspaceFolder(run.model);
    const root = runsFolder(place, this.options.globalFolder);
    try {
      await ignoreInGit(root);
      const recorder = await RunRecorder.begin(run, {
        ...{ root, origin: await this.originOf(run, startedAt, options) },
        maxBytes: runBytes(),
        bufferBytes: readSetting('history.memory') * 2 ** 20 * BUFFER_SHARE,
        onError: (error) => this.options.log.warn(error.message),
      });
      this.recorders.set(run.id, recorder);
      void recorder.done.then(() => {
        this.recorders.delete(run.id);
        this.prune();
      });
      await this.catalogue.refreshRun(run.id, recorder.folder);
      this.prune();
    } catch (error) {
      this.options.log.warn(messageOf(error));
    }
  }

  /** The folder of a run, recorded here or on disk; undefined where it is not kept. */
  folderOf(id: string): string | undefined {
    return this.recorders.get(id)?.folder ?? this.catalogue.folderOf(id);
  }

  /** Resolves when a run of this window that has ended is on disk as a whole. */
  async written(id: string): Promise<void> {
    await this.recorders.get(id)?.done;
  }

  /** A run by its id, from whichever workspace folder has it; undefined where it cannot be read. */
  async find(id: string): Promise<ShownRun | undefined> {
    try {
      return await this.open(id);
    } catch (error) {
      this.options.log.warn(messageOf(error));
      return undefined;
    }
  }

  /** A run on disk, to be shown. Rejects with a StoreError that says why it cannot be. */
  async open(id: string): Promise<ShownRun> {
    for (const root of allRunsFolders(this.options.globalFolder)) {
      if (this.catalogue.folderOf(id) !== undefined) break;
      await this.catalogue.refreshRun(id, runFolder(root, id));
    }
    const bytes = readSetting('history.memory') * 2 ** 20 * OPENED_SHARE;
    const stored = await this.catalogue.open(id, { bytes });
    const { history } = stored;
    this.opened = [...this.opened.filter((ref) => ref.deref()), new WeakRef(history)];
    shareMemory(
      this.opened.flatMap((ref) => ref.deref() ?? []),
      bytes,
    );
    const view = await this.shownView(id, stored);
    const model = this.modelOf(id, view.path);
    return { id, model, title: view.title, history, view: () => view };
  }

  /** Writes what is still to be written, before the window goes. */
  async close(): Promise<void> {
    this.folders.dispose();
    const open = [...this.recorders.values()];
    this.recorders.clear();
    await Promise.all(open.map((recorder) => recorder.close()));
    this.catalogue.dispose();
  }

  private async originOf(
    run: ModelRun,
    startedAt: number,
    { text, resumedFrom }: KeepOptions,
  ): Promise<RunOrigin> {
    const file = run.model.with({ fragment: '' });
    const source = text ?? (await readFile(file.fsPath, 'utf8').catch(() => ''));
    const git = await gitStateOf(file);
    const { experiment } = run.request;
    return {
      startedAt,
      model: modelSource(run.path, source, git),
      versions: versionsNow(),
      ...(experiment && { experiment }),
      ...(resumedFrom && { resumedFrom }),
    };
  }

  private prune(): void {
    const isInUse = (id: string) => this.recorders.has(id) || this.options.isShown(id);
    pruneRuns(this.catalogue, isInUse).catch((error: unknown) =>
      this.options.log.warn(messageOf(error)),
    );
  }

  private async shownView(id: string, { view, isComplete }: StoredRun): Promise<RunView> {
    const shown = { ...view, id };
    if (isComplete) return shown;
    const folder = this.catalogue.folderOf(id);
    const isElsewhere = folder !== undefined && (await isRecording(folder));
    const reloaded = view.runtime === 'node' ? RELOADED_IN_NODE : RELOADED;
    return { ...shown, notices: [...view.notices, isElsewhere ? RECORDED_ELSEWHERE : reloaded] };
  }

  private modelOf(id: string, file: string): vscode.Uri {
    if (path.isAbsolute(file)) return vscode.Uri.file(file);
    const root = this.catalogue.rootOf(id);
    const place = vscode.workspace.workspaceFolders?.find(
      (folder) => runsFolder(folder, this.options.globalFolder) === root,
    );
    return vscode.Uri.joinPath(place?.uri ?? vscode.Uri.file('/'), file);
  }
}
