// Over a line that builds layers: a table of their numbers, each with its course over the run.
import * as vscode from 'vscode';
import { Commands } from '../../contributions';
import { readSetting } from '../../platform/settings';
import type { RunLayers } from './runLayers';
import { SOURCES } from './selector';
import { tableOf } from './words';

const number = new Intl.NumberFormat('en');

/** Provides the hovers. */
export class LayerHover implements vscode.HoverProvider, vscode.Disposable {
  private readonly subscription: vscode.Disposable;

  constructor(private readonly layers: RunLayers) {
    this.subscription = vscode.languages.registerHoverProvider(SOURCES, this);
  }

  provideHover(document: vscode.TextDocument, position: vscode.Position): vscode.Hover | undefined {
    if (!readSetting('layerHints.enabled', document.uri)) return undefined;
    const texts = this.layers
      .linesOf(document)
      .filter(({ line }) => line === position.line)
      .map(({ run, layers }) => {
        const step = Math.max(...layers.map(({ pulse }) => pulse.step));
        const args = encodeURIComponent(JSON.stringify([run.id, layers[0]?.name]));
        const text = new vscode.MarkdownString(
          `${tableOf(layers)}\n\nStep ${number.format(step)} of ${run.title} · ` +
            `[Show in the panel](command:${Commands.showPanel}?${args})`,
        );
        text.isTrusted = { enabledCommands: [Commands.showPanel] };
        return text;
      });
    if (texts.length === 0) return undefined;
    this.layers.hold();
    return new vscode.Hover(texts);
  }

  dispose(): void {
    this.subscription.dispose();
  }
}
