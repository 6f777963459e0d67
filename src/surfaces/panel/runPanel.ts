// One webview panel: carries the training worker of its run, and shows that run. The host owns the
// truth: the page may be reloaded or thrown away at any moment.
import * as vscode from 'vscode';
import { parseFromPanel } from '../../shared/protocol/guards';
import {
  PANEL_PROTOCOL_VERSION,
  type FromPanel,
  type PanelAction,
  type ToPanel,
} from '../../shared/protocol/panel';
import type { ToRuntime } from '../../shared/protocol/runtime';
import type { RuleId } from '../../shared/core/finding';
import type { Notice } from '../../shared/core/run';
import type { PageListener, TrainingPage, WorkerStart } from '../../sources/webview/trainingPage';
import { panelHtml } from './panelHtml';
import { RunFeed } from './runFeed';
import type { ShownRun } from './shownRun';

/** Time for the page to load. */
const READY_MS = 30_000;

const RELOADED: Notice = {
  code: 'page-reloaded',
  message:
    'The panel was reloaded (moved to another window, for example), and the training in it ended. ' +
    'What it recorded until then is shown; resume to go on from its last checkpoint, or restart.',
};
const CLOSED: Notice = {
  code: 'panel-closed',
  message:
    'The panel was closed, and the training in it ended. Resume to go on from its last checkpoint, or restart.',
};

/** What a panel tells its owner. */
export interface RunPanelEvents {
  action(run: ShownRun, action: PanelAction): void;
  reveal(run: ShownRun, target: Extract<FromPanel, { type: 'reveal' }>['target']): void;
  remedy(run: ShownRun, asked: Extract<FromPanel, { type: 'remedy' }>): void;
  explain(rule: RuleId): void;
  picture(run: ShownRun, picture: Extract<FromPanel, { type: 'picture' }>): void;
  /** Hands a look at a step on to whoever debugs the run; false where nobody does. */
  look(run: ShownRun, step: number | undefined): boolean;
  trouble(message: string): void;
  activated(panel: RunPanel): void;
  closed(panel: RunPanel): void;
}

/** The panel of one model's runs, one after another. */
export class RunPanel implements TrainingPage, vscode.Disposable {
  private readonly listeners = new Map<string, PageListener>();
  private shownRun: ShownRun | undefined;
  private feed: RunFeed | undefined;
  private loaded = false;
  private closed = false;
  private waiting: { resolve: () => void; reject: (error: Error) => void }[] = [];
  private readonly subscriptions: vscode.Disposable[];

  constructor(
    private readonly panel: vscode.WebviewPanel,
    extensionUri: vscode.Uri,
    private readonly events: RunPanelEvents,
  ) {
    const { webview } = panel;
    const dist = vscode.Uri.joinPath(extensionUri, 'dist');
    const media = vscode.Uri.joinPath(extensionUri, 'media');
    // A panel that VS Code brought back comes without them.
    webview.options = { enableScripts: true, localResourceRoots: [dist, media] };
    panel.iconPath = {
      light: vscode.Uri.joinPath(media, 'icons/panel-light.svg'),
      dark: vscode.Uri.joinPath(media, 'icons/panel-dark.svg'),
    };
    this.subscriptions = [
      webview.onDidReceiveMessage((message: unknown) => this.receive(message)),
      panel.onDidChangeViewState(() => {
        if (panel.visible) this.feed?.shown();
        if (panel.active) events.activated(this);
      }),
      panel.onDidDispose(() => this.dispose()),
    ];
    const address = (name: string) =>
      webview.asWebviewUri(vscode.Uri.joinPath(dist, name)).toString();
    webview.html = panelHtml({
      cspSource: webview.cspSource,
      script: address('panel.js'),
      style: address('panel.css'),
      runtime: address('runtime.js'),
      wasm: address('tfjs-backend-wasm-simd.wasm'),
    });
  }

  get run(): ShownRun | undefined {
    return this.shownRun;
  }

  get visible(): boolean {
    return !this.closed && this.panel.visible;
  }

  get active(): boolean {
    return !this.closed && this.panel.active;
  }

  /** Shows a run instead of the one before. */
  show(run: ShownRun): void {
    this.shownRun = run;
    this.panel.title = `${run.title} — gradients`;
    this.feed?.dispose();
    this.feed = new RunFeed(run, this);
    if (this.loaded) this.feed.snapshot();
  }

  reveal(preserveFocus: boolean): void {
    this.panel.reveal(undefined, preserveFocus);
  }

  focusLayer(layer: string): void {
    this.post({ type: 'focusLayer', layer });
  }

  ready(): Promise<void> {
    if (this.loaded) return Promise.resolve();
    if (this.closed) return Promise.reject(new Error(CLOSED.message));
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        reject(
          new Error(
            `The panel did not load within ${READY_MS / 1000} s. Reload the window and train again.`,
          ),
        );
      }, READY_MS);
      const settle = (then: () => void) => {
        clearTimeout(timer);
        then();
      };
      this.waiting.push({
        resolve: () => settle(resolve),
        reject: (error) => settle(() => reject(error)),
      });
    });
  }

  launch(runId: string, code: string, start: WorkerStart): void {
    this.post({ type: 'launch', runId, code, start });
  }

  send(runId: string, message: ToRuntime): void {
    this.post({ type: 'toRuntime', runId, message });
  }

  terminate(runId: string): void {
    this.post({ type: 'terminate', runId });
  }

  attach(runId: string, listener: PageListener): () => void {
    this.listeners.set(runId, listener);
    return () => this.listeners.delete(runId);
  }

  post(message: ToPanel): void {
    if (this.closed) return;
    this.panel.webview.postMessage(message).then(undefined, (error: unknown) => {
      this.events.trouble(`A message (${message.type}) did not reach the panel: ${String(error)}`);
    });
  }

  dispose(): void {
    if (this.closed) return;
    this.closed = true;
    this.feed?.dispose();
    this.lose(CLOSED);
    for (const { reject } of this.waiting.splice(0)) reject(new Error(CLOSED.message));
    vscode.Disposable.from(...this.subscriptions).dispose();
    this.panel.dispose();
    this.events.closed(this);
  }

  /** The page's workers are gone. */
  private lose(notice: Notice): void {
    const lost = [...this.listeners.values()];
    this.listeners.clear();
    for (const listener of lost) listener.lost(notice);
  }

  private receive(value: unknown): void {
    const message = parseFromPanel(value, (reason) => this.events.trouble(reason.message));
    if (!message) return;
    switch (message.type) {
      case 'ready':
        this.pageReady(message.version);
        break;
      case 'action':
        if (this.shownRun) this.events.action(this.shownRun, message.action);
        break;
      case 'reveal':
        if (this.shownRun) this.events.reveal(this.shownRun, message.target);
        break;
      case 'remedy':
        if (this.shownRun) this.events.remedy(this.shownRun, message);
        break;
      case 'look': {
        const step = this.feed?.find(message);
        if (this.shownRun && !this.events.look(this.shownRun, step)) this.feed?.look(step);
        break;
      }
      case 'explain':
        this.events.explain(message.rule);
        break;
      case 'picture':
        if (this.shownRun) this.events.picture(this.shownRun, message);
        break;
      case 'fromRuntime':
        this.listeners.get(message.runId)?.message(message.message);
        break;
      case 'workerError':
        this.listeners.get(message.runId)?.workerError(message.message);
        break;
      case 'pageError':
        this.events.trouble(`The panel reports: ${message.message}`);
        break;
    }
  }

  private pageReady(version: number): void {
    if (version !== PANEL_PROTOCOL_VERSION) {
      this.events.trouble(`The panel speaks protocol ${version}, not ${PANEL_PROTOCOL_VERSION}.`);
    }
    // The page says so once per load: a second time means that it was reloaded, its worker gone.
    if (this.loaded) this.lose(RELOADED);
    this.loaded = true;
    this.feed?.snapshot();
    for (const { resolve } of this.waiting.splice(0)) resolve();
  }
}
