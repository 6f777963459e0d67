// The page that shows one value of a stopped program; the next value takes its place.
import * as vscode from 'vscode';
import { pageHtml } from '../platform/pageHtml';
import type { ShownInspection, ToInspectionPage } from '../shared/protocol/inspection';
import { parseFromInspectionPage } from '../shared/protocol/inspectionGuard';

const VIEW_TYPE = 'gradientLens.inspection';

/** Shows values, one at a time, in one panel beside the editor. */
export class InspectionPanel implements vscode.Disposable {
  private panel: vscode.WebviewPanel | undefined;
  private shown: ShownInspection | undefined;
  private isLoaded = false;

  constructor(
    private readonly extensionUri: vscode.Uri,
    private readonly onTrouble: (message: string) => void,
  ) {}

  show(shown: ShownInspection): void {
    this.shown = shown;
    const panel = this.panel ?? this.create();
    panel.title = `${shown.expression.slice(0, 40)} — Gradient Lens`;
    panel.reveal(undefined, true);
    if (this.isLoaded) this.post();
  }

  dispose(): void {
    this.panel?.dispose();
  }

  private create(): vscode.WebviewPanel {
    const dist = vscode.Uri.joinPath(this.extensionUri, 'dist');
    const media = vscode.Uri.joinPath(this.extensionUri, 'media');
    const panel = vscode.window.createWebviewPanel(
      VIEW_TYPE,
      'Gradient Lens',
      { viewColumn: vscode.ViewColumn.Beside, preserveFocus: true },
      { enableScripts: true, localResourceRoots: [dist, media] },
    );
    const { webview } = panel;
    panel.iconPath = {
      light: vscode.Uri.joinPath(media, 'icons/panel-light.svg'),
      dark: vscode.Uri.joinPath(media, 'icons/panel-dark.svg'),
    };
    webview.onDidReceiveMessage((value: unknown) => {
      const message = parseFromInspectionPage(value);
      if (message?.type === 'pageError') this.onTrouble(`The page reports: ${message.message}`);
      if (message?.type !== 'ready') return;
      // It says so again whenever it was hidden in between, and begins with nothing.
      this.isLoaded = true;
      this.post();
    });
    panel.onDidDispose(() => {
      this.panel = undefined;
      this.isLoaded = false;
    });
    const address = (name: string): string =>
      webview.asWebviewUri(vscode.Uri.joinPath(dist, name)).toString();
    webview.html = pageHtml({
      cspSource: webview.cspSource,
      script: address('inspection.js'),
      style: address('inspection.css'),
    });
    this.panel = panel;
    return panel;
  }

  private post(): void {
    if (!this.panel || !this.shown) return;
    const message: ToInspectionPage = { type: 'inspection', shown: this.shown };
    this.panel.webview.postMessage(message).then(undefined, (error: unknown) => {
      this.onTrouble(`An inspection did not reach its page: ${String(error)}`);
    });
  }
}
