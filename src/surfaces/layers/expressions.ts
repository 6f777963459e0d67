// While a training is stopped in the debugger, hovering a line that builds a layer shows that layer: the
// debugger's own hover, which can be opened down to single weights.
import * as vscode from 'vscode';
import { DEBUG_TYPE } from '../../contributions';
import { layerExpression } from '../../run/layerExpression';
import type { RunLayers } from './runLayers';
import { SOURCES } from './selector';

/** Names the expression under the pointer. */
export class LayerExpressions implements vscode.EvaluatableExpressionProvider, vscode.Disposable {
  private readonly registration: vscode.Disposable;

  constructor(private readonly layers: RunLayers) {
    this.registration = vscode.languages.registerEvaluatableExpressionProvider(SOURCES, this);
  }

  provideEvaluatableExpression(
    document: vscode.TextDocument,
    position: vscode.Position,
  ): vscode.EvaluatableExpression | undefined {
    if (vscode.debug.activeDebugSession?.type !== DEBUG_TYPE) return undefined;
    const here = this.layers
      .linesOf(document)
      .find(({ line, stopped }) => stopped && line === position.line);
    if (!here) return undefined;
    // Of the layers that a loop builds on one line, the one that the debugger is in.
    const { layers, stopped } = here;
    const layer = layers.find(({ name }) => name === stopped?.layer) ?? layers[0];
    if (!layer) return undefined;
    const { text, firstNonWhitespaceCharacterIndex: from } = document.lineAt(position.line);
    const range = new vscode.Range(position.line, from, position.line, text.trimEnd().length);
    return new vscode.EvaluatableExpression(range, layerExpression(layer.name));
  }

  dispose(): void {
    this.registration.dispose();
  }
}
