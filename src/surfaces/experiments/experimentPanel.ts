// The panel of one experiment: shows what the host knows of it, at most a few times a second, and passes on what
// its buttons ask for.
import * as vscode from 'vscode';
import type { Experiment } from '../../experiments/editor/parts';
import { pageHtml } from '../../platform/pageHtml';
import type { FromExperimentPage, ToExperimentPage } from '../../shared/protocol/experiment';
import { parseFromExperimentPage } from '../../shared/protocol/experimentGuard';

const VIEW_TYPE = 'gradientLens.experiment';
/** Time between two messages to the page, milliseconds. */
const PAUSE_MS = 200;

/** What a panel tells its owner. */
export interface ExperimentPanelEvents {
  asked(message: Exclude<FromExperimentPage, { type: 'ready' | 'pageError' }>): void;
  trouble(message: string): void;
  closed(): void;
}

/** Shows one experiment until it is closed. */
export class ExperimentPanel implements vscode.Disposable {
  private readonly panel: vscode.WebviewPanel;
  private readonly subscription: { dispose(): void };
  private timer: NodeJS.Timeout | undefined;
  private isLoaded = false;

  constructor(
    extensionUri: vscode.Uri,
    private readonly experiment: Experiment,
    private readonly events: ExperimentPanelEvents,
  ) {
    const dist = vscode.Uri.joinPath(extensionUri, 'dist');
    const media = vscode.Uri.joinPath(extensionUri, 'media');
    this.panel = vscode.window.createWebviewPanel(
      VIEW_TYPE,
      experiment.title,
      { viewColumn: vscode.ViewColumn.Beside, preserveFocus: true },
      { enableScripts: true, localResourceRoots: [dist, media] },
    );
    const { webview } = this.panel;
    this.panel.iconPath = {
      light: vscode.Uri.joinPath(media, 'icons/panel-light.svg'),
      dark: vscode.Uri.joinPath(media, 'icons/panel-dark.svg'),
    };
    webview.onDidReceiveMessage((value: unknown) => this.receive(value));
    this.panel.onDidDispose(() => this.end());
    this.subscription = experiment.onDidChange(() => this.changed());
    const address = (name: string): string =>
      webview.asWebviewUri(vscode.Uri.joinPath(dist, name)).toString();
    webview.html = pageHtml({
      cspSource: webview.cspSource,
      script: address('experiment.js'),
      style: address('experiment.css'),
    });
  }

  reveal(): void {
    this.panel.reveal(undefined, true);
  }

  dispose(): void {
    this.panel.dispose();
  }

  private end(): void {
    clearTimeout(this.timer);
    this.subscription.dispose();
    this.events.closed();
  }

  private receive(value: unknown): void {
    const message = parseFromExperimentPage(value);
    if (!message) {
      this.events.trouble('The page of an experiment sent what it should not.');
    } else if (message.type === 'pageError') {
      this.events.trouble(`The page of an experiment reports: ${message.message}`);
    } else if (message.type === 'ready') {
      // It says so again whenever it was hidden in between, and begins with nothing.
      this.isLoaded = true;
      this.post();
    } else {
      this.events.asked(message);
    }
  }

  private changed(): void {
    if (!this.isLoaded || this.timer !== undefined) return;
    this.timer = setTimeout(() => {
      this.timer = undefined;
      this.post();
    }, PAUSE_MS);
  }

  private post(): void {
    const message: ToExperimentPage = { type: 'experiment', shown: this.experiment.view() };
    this.panel.webview.postMessage(message).then(undefined, (error: unknown) => {
      this.events.trouble(`An experiment did not reach its page: ${String(error)}`);
    });
  }
}
