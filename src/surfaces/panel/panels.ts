// All panels: one per model, reused by its next run, and brought back after a window reload.
import * as vscode from 'vscode';
import { PANEL_VIEW_TYPE } from '../../contributions';
import { RunPanel, type RunPanelEvents } from './runPanel';
import type { ShownRun } from './shownRun';

/** Finds a run again by its id: of this session, or kept on disk. */
export type FindRun = (id: string) => Promise<ShownRun | undefined>;

/** What panels need to know of the rest. */
export interface PanelsOptions {
  extensionUri: vscode.Uri;
  action: RunPanelEvents['action'];
  reveal: RunPanelEvents['reveal'];
  remedy: RunPanelEvents['remedy'];
  explain: RunPanelEvents['explain'];
  look: RunPanelEvents['look'];
  trouble: RunPanelEvents['trouble'];
  findRun: FindRun;
}

/** Makes, finds and restores panels. */
export class Panels implements vscode.Disposable, vscode.WebviewPanelSerializer {
  private readonly byModel = new Map<string, RunPanel>();
  private readonly activated = new vscode.EventEmitter<ShownRun>();
  private readonly registration: vscode.Disposable;

  constructor(private readonly options: PanelsOptions) {
    this.registration = vscode.window.registerWebviewPanelSerializer(PANEL_VIEW_TYPE, this);
  }

  /** The user turned to the panel of a run. */
  get onDidActivate(): vscode.Event<ShownRun> {
    return this.activated.event;
  }

  /** The panel of a model, if there is one. */
  of(model: vscode.Uri): RunPanel | undefined {
    return this.byModel.get(model.toString());
  }

  /** The panel of a model, made beside the editor where there is none. It never takes the focus. */
  ensure(model: vscode.Uri, show: boolean): RunPanel {
    const known = this.of(model);
    if (known) {
      if (show) known.reveal(true);
      return known;
    }
    // The page owns the training worker: it has to outlive being hidden. A page is only loaded once
    // it is shown, so a new panel is shown even where the caller does not care to see it.
    const panel = vscode.window.createWebviewPanel(
      PANEL_VIEW_TYPE,
      'Gradient Lens',
      { viewColumn: vscode.ViewColumn.Beside, preserveFocus: true },
      { retainContextWhenHidden: true, enableScripts: true },
    );
    return this.adopt(model, panel);
  }

  /** Called by VS Code for a panel that was open when the window was reloaded. */
  async deserializeWebviewPanel(panel: vscode.WebviewPanel, state: unknown): Promise<void> {
    const id = (state as { runId?: unknown } | undefined)?.runId;
    const run = typeof id === 'string' ? await this.options.findRun(id) : undefined;
    // A model that was trained again in the meantime has its panel: the old one is not needed.
    if (!run || this.of(run.model)) {
      panel.dispose();
      return;
    }
    this.adopt(run.model, panel).show(run);
  }

  /** Panels stay: VS Code brings them back when the window that is going was only reloaded. */
  dispose(): void {
    this.registration.dispose();
    this.activated.dispose();
  }

  private adopt(model: vscode.Uri, webviewPanel: vscode.WebviewPanel): RunPanel {
    const panel: RunPanel = new RunPanel(webviewPanel, this.options.extensionUri, {
      action: this.options.action,
      reveal: this.options.reveal,
      remedy: this.options.remedy,
      explain: this.options.explain,
      look: this.options.look,
      trouble: this.options.trouble,
      activated: ({ run }) => {
        if (run) this.activated.fire(run);
      },
      closed: (closed) => {
        if (this.of(model) === closed) this.byModel.delete(model.toString());
      },
    });
    this.byModel.set(model.toString(), panel);
    return panel;
  }
}
