// At the end of a line that builds layers: their gradient norm now, its trend, and what is wrong.
import * as vscode from 'vscode';
import { Commands } from '../../contributions';
import { onSettingChange, readSetting } from '../../platform/settings';
import type { RunLayers } from './runLayers';
import { SOURCES } from './selector';
import { findingsOn, hintOf } from './words';

/** Provides the hints. */
export class LayerHints implements vscode.InlayHintsProvider, vscode.Disposable {
  private readonly changed = new vscode.EventEmitter<void>();
  private readonly subscriptions: vscode.Disposable[];

  constructor(private readonly layers: RunLayers) {
    this.subscriptions = [
      vscode.languages.registerInlayHintsProvider(SOURCES, this),
      layers.onDidChange(() => this.changed.fire()),
      onSettingChange('layerHints.enabled', () => this.changed.fire()),
    ];
  }

  get onDidChangeInlayHints(): vscode.Event<void> {
    return this.changed.event;
  }

  provideInlayHints(document: vscode.TextDocument, range: vscode.Range): vscode.InlayHint[] {
    if (!readSetting('layerHints.enabled', document.uri)) return [];
    return this.layers.linesOf(document).flatMap(({ run, line, layers, stopped }) => {
      // While a debugger stands, its inline values stand there.
      if (stopped) return [];
      if (line < range.start.line || line > range.end.line || line >= document.lineCount) return [];
      const names = layers.map(({ name }) => name);
      const findings = findingsOn(names, run.findings);
      const text = hintOf(
        layers.map(({ pulse }) => pulse),
        findings,
      );
      if (text === undefined) return [];
      const label = new vscode.InlayHintLabelPart(text);
      label.command = {
        title: 'Show in the panel',
        command: Commands.showPanel,
        arguments: [run.id, names[0]],
      };
      const hint = new vscode.InlayHint(document.lineAt(line).range.end, [label]);
      hint.paddingLeft = true;
      return [hint];
    });
  }

  dispose(): void {
    vscode.Disposable.from(...this.subscriptions).dispose();
    this.changed.dispose();
  }
}
