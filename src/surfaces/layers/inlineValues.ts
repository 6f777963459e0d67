// While a training is stopped in the debugger: the numbers of the step, at the ends of the lines that build
// layers. VS Code asks for them at every stop, and shows them where its own inline values are on.
import * as vscode from 'vscode';
import { DEBUG_TYPE } from '../../contributions';
import type { RunLayers } from './runLayers';
import { SOURCES } from './selector';
import { inlineOf } from './words';

/** Provides the values. */
export class LayerInlineValues implements vscode.InlineValuesProvider, vscode.Disposable {
  private readonly registration: vscode.Disposable;

  constructor(private readonly layers: RunLayers) {
    this.registration = vscode.languages.registerInlineValuesProvider(SOURCES, this);
  }

  get onDidChangeInlineValues(): vscode.Event<void> {
    return this.layers.onDidStop;
  }

  provideInlineValues(document: vscode.TextDocument, viewPort: vscode.Range): vscode.InlineValue[] {
    if (vscode.debug.activeDebugSession?.type !== DEBUG_TYPE) return [];
    return this.layers.linesOf(document).flatMap(({ line, layers, stopped }) => {
      if (!stopped || line >= document.lineCount) return [];
      const { range } = document.lineAt(line);
      if (!viewPort.intersection(range)) return [];
      return [new vscode.InlineValueText(range, inlineOf(layers))];
    });
  }

  dispose(): void {
    this.registration.dispose();
  }
}
