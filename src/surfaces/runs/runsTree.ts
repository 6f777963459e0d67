// Hands the rows of the runs view to VS Code, and tells it which of them to draw again.
import * as vscode from 'vscode';
import { Layout, type Row, type RunRow } from './layout';
import { groupItem, runItem } from './runItem';
import type { RunList } from './runList';
import { tooltipOf } from './tooltip';
import type { RunsViewState } from './viewState';

/** Milliseconds between two changes of the order that only progress calls for: rows must not dance. */
const REORDER_MS = 3000;

export interface RunsTreeParts {
  list: RunList;
  state: () => RunsViewState;
  /** Resolves once the runs have been read from disk. */
  loaded: () => Promise<void>;
}

export class RunsTree implements vscode.TreeDataProvider<Row>, vscode.Disposable {
  readonly layout = new Layout();
  private readonly changed = new vscode.EventEmitter<Row | Row[] | undefined>();
  private isLaidOut = false;
  private later: NodeJS.Timeout | undefined;
  private lastOrdered = 0;

  constructor(private readonly parts: RunsTreeParts) {}

  get onDidChangeTreeData(): vscode.Event<Row | Row[] | undefined> {
    return this.changed.event;
  }

  /** The runs have changed: draws what did. */
  progress(): void {
    if (!this.isLaidOut) return;
    const wait = this.lastOrdered + REORDER_MS - Date.now();
    const isMember = this.layout.hasAll(this.parts.list.runs);
    if (isMember && wait > 0) {
      const rows = this.layout.refresh(this.parts.list.runs);
      if (rows.length > 0) this.changed.fire(rows);
      this.later ??= setTimeout(() => {
        this.later = undefined;
        this.progress();
      }, wait);
      return;
    }
    this.relay();
  }

  /** What is chosen has changed: lays all out anew. */
  redraw(): void {
    this.lay();
    this.changed.fire(undefined);
  }

  async getChildren(row?: Row): Promise<Row[]> {
    await this.parts.loaded();
    if (!this.isLaidOut) this.lay();
    if (!row) return [...this.layout.roots];
    return row.kind === 'group' ? [...row.rows] : [];
  }

  getParent(row: Row): Row | undefined {
    return row.kind === 'run' ? this.layout.groupOf(row) : undefined;
  }

  getTreeItem(row: Row): vscode.TreeItem {
    return row.kind === 'group' ? groupItem(row) : runItem(row, this.isBaseline(row));
  }

  resolveTreeItem(item: vscode.TreeItem, row: Row): vscode.TreeItem {
    if (row.kind === 'run') item.tooltip = tooltipOf(row.run);
    return item;
  }

  dispose(): void {
    clearTimeout(this.later);
    this.changed.dispose();
  }

  private isBaseline({ run }: RunRow): boolean {
    return run.id === this.parts.state().baseline;
  }

  private relay(): void {
    const change = this.lay();
    if (change === 'all') this.changed.fire(undefined);
    else if (change.length > 0) this.changed.fire([...change]);
  }

  private lay(): ReturnType<Layout['update']> {
    this.isLaidOut = true;
    this.lastOrdered = Date.now();
    return this.layout.update(this.parts.list.runs.values(), this.parts.state());
  }
}
