// All panels: one per model, reused by its next run, and brought back after a window reload. A run of the past that is
// opened while its model trains has a panel of its own.
import * as vscode from 'vscode';
import { PANEL_VIEW_TYPE } from '../../contributions';
import { isFinal } from '../../shared/core/run';
import { RunPanel, type RunPanelEvents } from './runPanel';
import type { ShownRun } from './shownRun';

/** Finds a run again by its id: of this session, or kept on disk. */
export type FindRun = (id: string) => Promise<ShownRun | undefined>;

/** A log that a panel showed before the window was reloaded. */
export interface OpenedLog {
  folder: vscode.Uri;
  /** Follows it again, in the panel of its folder. */
  follow(): Promise<unknown>;
}

/** What panels need to know of the rest. */
export interface PanelsOptions {
  extensionUri: vscode.Uri;
  action: RunPanelEvents['action'];
  reveal: RunPanelEvents['reveal'];
  remedy: RunPanelEvents['remedy'];
  explain: RunPanelEvents['explain'];
  picture: RunPanelEvents['picture'];
  look: RunPanelEvents['look'];
  trouble: RunPanelEvents['trouble'];
  findRun: FindRun;
  findLog(id: string): OpenedLog | undefined;
}

/** The page owns the training worker: it has to outlive being hidden. */
function webviewPanel(viewColumn: vscode.ViewColumn): vscode.WebviewPanel {
  return vscode.window.createWebviewPanel(
    PANEL_VIEW_TYPE,
    'Gradient Lens',
    { viewColumn, preserveFocus: true },
    { retainContextWhenHidden: true, enableScripts: true },
  );
}

/** True where a training would end with what the panel shows. */
function isTraining({ run }: RunPanel): boolean {
  const view = run?.view();
  return view !== undefined && view.live && !isFinal(view.state);
}

/** Makes, finds and restores panels. */
export class Panels implements vscode.Disposable, vscode.WebviewPanelSerializer {
  private readonly byModel = new Map<string, RunPanel>();
  /** Beside those of the models. */
  private readonly others = new Set<RunPanel>();
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

  /** True while a panel shows the run. */
  shows(runId: string): boolean {
    return [...this.byModel.values(), ...this.others].some(({ run }) => run?.id === runId);
  }

  /** The panel of a model, made beside the editor where there is none. It never takes the focus. */
  ensure(model: vscode.Uri, show: boolean): RunPanel {
    const known = this.of(model);
    if (known) {
      if (show) known.reveal(true);
      return known;
    }
    // A page is only loaded once it is shown, so a new panel is shown even where the caller does not care to see it.
    return this.adopt(model, webviewPanel(vscode.ViewColumn.Beside));
  }

  /**
   * Shows a run that its user asks for: in the panel of its model, where nothing trains in that; else beside it. The
   * focus stays where it is.
   */
  open(run: ShownRun): RunPanel {
    const open = [...this.byModel.values(), ...this.others];
    let panel = open.find((known) => known.run?.id === run.id);
    panel ??= [this.of(run.model)].find((known) => known && !isTraining(known));
    if (panel) panel.reveal(true);
    else panel = this.adopt(run.model, webviewPanel(vscode.ViewColumn.Active));
    if (panel.run?.id !== run.id) panel.show(run);
    return panel;
  }

  /** A run by its id: one that a panel shows, else one of the past; undefined where it cannot be read. */
  async find(id: string): Promise<ShownRun | undefined> {
    const open = [...this.byModel.values(), ...this.others].map(({ run }) => run);
    return open.find((run) => run?.id === id) ?? this.options.findRun(id);
  }

  /** The same, of a run that is found by its id. Rejects where it is not there or cannot be read. */
  async openById(id: string): Promise<RunPanel> {
    const run = await this.options.findRun(id);
    if (run) return this.open(run);
    throw new Error(
      `The run ${id} cannot be read from disk. The output of Gradient Lens says why; delete the run where its files are damaged.`,
    );
  }

  /** Called by VS Code for a panel that was open when the window was reloaded. */
  async deserializeWebviewPanel(panel: vscode.WebviewPanel, state: unknown): Promise<void> {
    const id = (state as { runId?: unknown } | undefined)?.runId;
    const log = typeof id === 'string' ? this.options.findLog(id) : undefined;
    if (log && !this.of(log.folder)) {
      this.adopt(log.folder, panel);
      await log.follow().catch((error: unknown) => {
        panel.dispose();
        this.options.trouble(String(error));
      });
      return;
    }
    const run = typeof id === 'string' ? await this.options.findRun(id) : undefined;
    // A model that was trained again in the meantime has its panel: the old one is not needed.
    if (!run || this.of(run.model)?.run?.onDidChange) {
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

  private adopt(model: vscode.Uri, webview: vscode.WebviewPanel): RunPanel {
    const panel: RunPanel = new RunPanel(webview, this.options.extensionUri, {
      action: this.options.action,
      reveal: this.options.reveal,
      remedy: this.options.remedy,
      explain: this.options.explain,
      picture: this.options.picture,
      look: this.options.look,
      trouble: this.options.trouble,
      activated: ({ run }) => {
        if (run) this.activated.fire(run);
      },
      closed: (closed) => {
        this.others.delete(closed);
        if (this.of(model) === closed) this.byModel.delete(model.toString());
      },
    });
    if (this.of(model)) this.others.add(panel);
    else this.byModel.set(model.toString(), panel);
    return panel;
  }
}
