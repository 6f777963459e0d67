// One page that compares runs: its webview, and what its buttons do.
import * as vscode from 'vscode';
import { pageHtml } from '../../platform/pageHtml';
import type { ToComparePage } from '../../shared/protocol/compare';
import { parseFromComparePage } from '../../shared/protocol/compareGuard';
import { CompareFeed } from './compareFeed';
import type { Comparison } from './comparison';

/** What a page asks of the rest. */
export interface CompareActions {
  baseline(): string | undefined;
  setBaseline(run: string | undefined): void;
  open(run: string): void;
  /** Asks the user for more runs. */
  add(panel: ComparePanel): void;
  trouble(message: string): void;
  closed(panel: ComparePanel): void;
}

export class ComparePanel implements vscode.Disposable {
  private readonly feed: CompareFeed;
  private isClosed = false;

  constructor(
    private readonly panel: vscode.WebviewPanel,
    extensionUri: vscode.Uri,
    readonly comparison: Comparison,
    private readonly actions: CompareActions,
  ) {
    const dist = vscode.Uri.joinPath(extensionUri, 'dist');
    const media = vscode.Uri.joinPath(extensionUri, 'media');
    const { webview } = panel;
    webview.options = { enableScripts: true, localResourceRoots: [dist, media] };
    panel.iconPath = {
      light: vscode.Uri.joinPath(media, 'icons/panel-light.svg'),
      dark: vscode.Uri.joinPath(media, 'icons/panel-dark.svg'),
    };
    this.feed = new CompareFeed(
      comparison,
      { isVisible: () => panel.visible, post: (message) => this.post(message) },
      () => actions.baseline(),
    );
    comparison.onDidChange(({ what }) => {
      if (what === 'runs') this.setTitle();
    });
    webview.onDidReceiveMessage((message: unknown) => this.receive(message));
    panel.onDidChangeViewState(() => this.feed.refresh());
    panel.onDidDispose(() => this.dispose());
    this.setTitle();
    const address = (name: string): string =>
      webview.asWebviewUri(vscode.Uri.joinPath(dist, name)).toString();
    webview.html = pageHtml({
      cspSource: webview.cspSource,
      script: address('compare.js'),
      style: address('compare.css'),
    });
  }

  reveal(): void {
    this.panel.reveal();
  }

  /** Something outside of the comparison has changed: the baseline. */
  refresh(): void {
    this.feed.refresh();
  }

  dispose(): void {
    if (this.isClosed) return;
    this.isClosed = true;
    this.feed.dispose();
    this.comparison.dispose();
    this.panel.dispose();
    this.actions.closed(this);
  }

  private setTitle(): void {
    const count = this.comparison.runs.length;
    this.panel.title = count === 1 ? 'Compare 1 run' : `Compare ${count} runs`;
  }

  private post(message: ToComparePage): void {
    if (this.isClosed) return;
    this.panel.webview.postMessage(message).then(undefined, (error: unknown) => {
      this.actions.trouble(
        `A message (${message.type}) did not reach the comparison: ${String(error)}`,
      );
    });
  }

  private receive(value: unknown): void {
    const message = parseFromComparePage(value, ({ message: why }) => this.actions.trouble(why));
    switch (message?.type) {
      case 'ready':
        this.feed.ready();
        break;
      case 'look':
        this.feed.look(message);
        break;
      case 'add':
        this.actions.add(this);
        break;
      case 'open':
        this.actions.open(message.run);
        break;
      case 'remove':
        this.comparison.remove(message.run);
        break;
      case 'baseline':
        this.actions.setBaseline(message.run);
        break;
      case 'pageError':
        this.actions.trouble(`The comparison reports: ${message.message}`);
        break;
      case undefined:
        break;
    }
  }
}
