// The pages that compare runs: makes them, finds them again, and brings them back after a window reload.
import * as vscode from 'vscode';
import type { ModelRun } from '../../api';
import { COMPARE_VIEW_TYPE } from '../../contributions';
import { readSetting } from '../../platform/settings';
import type { RunRegistry } from '../../run/runRegistry';
import { viewOf } from '../../run/runView';
import { MAX_COMPARED } from '../../shared/protocol/compare';
import { parseComparedSlots } from '../../shared/protocol/compareGuard';
import type { RunCatalogue } from '../../store/runCatalogue';
import type { RunsView } from '../runs';
import { ComparePanel } from './comparePanel';
import { Comparison, type OpenedRun } from './comparison';

export interface ComparisonsParts {
  registry: RunRegistry<ModelRun>;
  catalogue: RunCatalogue;
  runs: RunsView;
  extensionUri: vscode.Uri;
  log: vscode.LogOutputChannel;
  /** Opens a run in its panel. */
  open(run: string): void;
  /** Asks which runs to compare besides these; none where the user gives up. */
  ask(besides: readonly string[]): Promise<readonly string[]>;
}

export class Comparisons implements vscode.Disposable, vscode.WebviewPanelSerializer {
  private readonly panels = new Set<ComparePanel>();
  private readonly subscriptions: vscode.Disposable;

  constructor(private readonly parts: ComparisonsParts) {
    this.subscriptions = vscode.Disposable.from(
      vscode.window.registerWebviewPanelSerializer(COMPARE_VIEW_TYPE, this),
      parts.runs.onDidChange(() => {
        for (const { comparison } of this.panels) comparison.refresh();
      }),
    );
  }

  /** Shows runs side by side: in the page that shows these already, else in a new one. */
  show(ids: readonly string[]): void {
    const isSame = ({ comparison }: ComparePanel): boolean => {
      const shown = new Set(comparison.ids.filter((id) => id !== undefined));
      return shown.size === ids.length && ids.every((id) => shown.has(id));
    };
    const known = [...this.panels].find(isSame);
    if (known) {
      known.reveal();
      return;
    }
    const panel = vscode.window.createWebviewPanel(
      COMPARE_VIEW_TYPE,
      'Compare runs',
      vscode.ViewColumn.Active,
    );
    const { comparison } = this.adopt(panel);
    for (const id of ids) comparison.add(id);
  }

  /** Called by VS Code for a page that was open when the window was reloaded. */
  async deserializeWebviewPanel(panel: vscode.WebviewPanel, state: unknown): Promise<void> {
    await this.parts.runs.runs();
    const { comparison } = this.adopt(panel);
    parseComparedSlots(state).forEach((id, slot) => {
      if (id !== undefined) comparison.add(id, slot);
    });
  }

  /** Pages stay: VS Code brings them back when the window that is going was only reloaded. */
  dispose(): void {
    this.subscriptions.dispose();
  }

  private adopt(webviewPanel: vscode.WebviewPanel): ComparePanel {
    const { runs, log, extensionUri } = this.parts;
    const failed = (error: unknown): void => log.warn(`A comparison: ${String(error)}`);
    const comparison = new Comparison(
      { summary: (id) => runs.known.get(id), open: (id) => this.open(id) },
      failed,
    );
    const panel = new ComparePanel(webviewPanel, extensionUri, comparison, {
      baseline: () => runs.state.baseline,
      setBaseline: (baseline) => {
        runs.choose({ baseline }).then(() => {
          for (const one of this.panels) one.refresh();
        }, failed);
      },
      open: (run) => this.parts.open(run),
      add: ({ comparison: { ids } }) => {
        this.parts.ask(ids.filter((id) => id !== undefined)).then((more) => {
          for (const id of more) comparison.add(id);
        }, failed);
      },
      trouble: (message) => log.warn(message),
      closed: (closed) => this.panels.delete(closed),
    });
    this.panels.add(panel);
    return panel;
  }

  /** A run of this session as it stands, else as the disk has it, within its share of the memory. */
  private async open(id: string): Promise<OpenedRun> {
    const run = this.parts.registry.byId(id);
    if (run) {
      const { history, onDidChange } = run;
      return { history, onDidChange, view: () => viewOf(run) };
    }
    const bytes = (readSetting('history.memory') * 2 ** 20) / MAX_COMPARED;
    const { history, view } = await this.parts.catalogue.open(id, { bytes });
    return { history, view: () => view };
  }
}
