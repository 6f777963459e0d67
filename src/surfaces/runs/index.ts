// The runs view: the workspace's runs in the activity bar, what the user chose for it, and what commands ask of it.
import * as vscode from 'vscode';
import type { ModelRun } from '../../api';
import { RUNS_VIEW } from '../../contributions';
import { setContext } from '../../platform/contextKeys';
import type { RunRegistry } from '../../run/runRegistry';
import type { RunLabels, RunSummary } from '../../shared/core/runSummary';
import type { RunCatalogue } from '../../store/runCatalogue';
import type { Row } from './layout';
import { LiveRuns } from './liveRuns';
import { NoteFiles } from './noteFiles';
import { RunList } from './runList';
import { RunsTree } from './runsTree';
import { parseViewState, type RunsViewState } from './viewState';

/** Key of what was chosen in the workspace's memory. */
const STATE_KEY = 'gradientLens.runsView';

export interface RunsViewParts {
  registry: RunRegistry<ModelRun>;
  catalogue: RunCatalogue;
  memory: vscode.Memento;
  /** Resolves when what a run of this session has left to write is on disk. */
  written(id: string): Promise<void>;
  log: vscode.LogOutputChannel;
}

/** Shows the runs, until disposed. Nothing is read from disk before it is seen or asked. */
export class RunsView implements vscode.Disposable {
  private readonly list: RunList;
  private readonly tree: RunsTree;
  private readonly view: vscode.TreeView<Row>;
  private readonly subscriptions: vscode.Disposable[];
  private chosen: RunsViewState;
  private loading: Promise<void> | undefined;
  private watching: vscode.Disposable | undefined;

  constructor(private readonly parts: RunsViewParts) {
    const { registry, catalogue, memory, log } = parts;
    const onError = (error: unknown): void => log.error(`The runs view: ${String(error)}`);
    const live = new LiveRuns(registry, onError);
    this.chosen = parseViewState(memory.get(STATE_KEY));
    this.list = new RunList(live, catalogue, onError);
    this.tree = new RunsTree({
      list: this.list,
      state: () => this.chosen,
      loaded: () => this.load(),
    });
    this.view = vscode.window.createTreeView(RUNS_VIEW, {
      treeDataProvider: this.tree,
      canSelectMany: true,
      showCollapseAll: true,
    });
    const notes = new NoteFiles({
      run: (id) => this.list.runs.get(id),
      label: (id, change) => this.label(id, change),
    });
    this.subscriptions = [
      ...[this.view, this.tree, notes, live, this.list],
      this.view.onDidChangeVisibility(({ visible }) => this.follow(visible)),
      vscode.Disposable.from(
        this.list.onDidChange(() => {
          this.tree.progress();
          this.describe();
        }),
      ),
    ];
    this.follow(this.view.visible);
    this.describe();
  }

  /** What is chosen. */
  get state(): Readonly<RunsViewState> {
    return this.chosen;
  }

  /** Some of what is chosen changes; `baseline: undefined` takes the baseline away. */
  async choose(change: {
    [Name in keyof RunsViewState]?: RunsViewState[Name] | undefined;
  }): Promise<void> {
    this.chosen = parseViewState({ ...this.chosen, ...change });
    this.tree.redraw();
    this.describe();
    await this.parts.memory.update(STATE_KEY, this.chosen);
  }

  /** The runs that are selected in the view, each once, in its order. */
  get selection(): RunSummary[] {
    const rows = this.view.selection.flatMap((row) => (row.kind === 'run' ? [row] : row.rows));
    return [...new Map(rows.map(({ run }) => [run.id, run])).values()];
  }

  /** All runs of the workspace, once they have been read from disk. */
  async runs(): Promise<ReadonlyMap<string, RunSummary>> {
    await this.load();
    return this.list.runs;
  }

  /** The runs as far as they are known now. */
  get known(): ReadonlyMap<string, RunSummary> {
    return this.list.runs;
  }

  /** Called when a run begins, makes progress, ends, is labelled or deleted; at most twice a second. */
  get onDidChange() {
    return this.list.onDidChange;
  }

  /** Looks at the disk again. */
  async refresh(): Promise<void> {
    await this.parts.catalogue.refresh();
    this.tree.redraw();
    this.describe();
  }

  /** Rejects with a StoreError where the run is not on disk, or cannot be written to. */
  async label(id: string, change: RunLabels): Promise<void> {
    await this.load();
    await this.parts.catalogue.label(id, change);
  }

  /** The folder of a run; undefined where it is not kept on disk. */
  async folderOf(id: string): Promise<vscode.Uri | undefined> {
    await this.load();
    const folder = this.parts.catalogue.folderOf(id);
    return folder === undefined ? undefined : vscode.Uri.file(folder);
  }

  /** Ends a run of this session and forgets it; what it still writes is written. */
  async letGo(id: string): Promise<void> {
    const { registry } = this.parts;
    const run = registry.byId(id);
    if (!run) return;
    await run.stop();
    await this.parts.written(id);
    registry.remove(run);
  }

  dispose(): void {
    this.watching?.dispose();
    vscode.Disposable.from(...this.subscriptions).dispose();
  }

  private load(): Promise<void> {
    this.loading ??= this.parts.catalogue.refresh();
    return this.loading;
  }

  /** The disk is followed while somebody looks. */
  private follow(isVisible: boolean): void {
    this.watching?.dispose();
    this.watching = undefined;
    if (!isVisible) return;
    this.watching = vscode.Disposable.from(this.parts.catalogue.watch());
    void (this.loading ? this.parts.catalogue.refresh() : this.load());
  }

  /** What stands beside and above the rows. */
  private describe(): void {
    const { runs } = this.list;
    const { filter } = this.chosen;
    setContext('gradientLens.runsFiltered', filter !== '');
    const live = [...runs.values()].filter((run) => run.live).length;
    this.view.badge =
      live > 0
        ? { value: live, tooltip: `${live} ${live === 1 ? 'run' : 'runs'} training` }
        : undefined;
    if (!this.view.visible) return;
    const shown = this.tree.layout.shown;
    this.view.description = filter === '' ? '' : `${filter} (${shown} of ${runs.size})`;
    const isNoneLeft = runs.size > 0 && shown === 0 && filter !== '';
    // An empty text takes it away.
    this.view.message = isNoneLeft ? 'No run matches the filter.' : '';
  }
}
