// What stands beside the source lines of a run's layers: hints, hovers, marks.
import * as vscode from 'vscode';
import type { ModelRun } from '../../api';
import type { RunRegistry } from '../../run/runRegistry';
import type { TrainedTexts } from '../trainedTexts';
import { LayerExpressions } from './expressions';
import { LayerHints } from './hints';
import { LayerHover } from './hover';
import { LayerInlineValues } from './inlineValues';
import { LayerMarks } from './marks';
import { RunLayers } from './runLayers';

/** Shows the layers of all runs beside their source, until disposed. */
export function showLayersInSource(
  registry: RunRegistry<ModelRun>,
  trained: TrainedTexts,
  extensionUri: vscode.Uri,
): vscode.Disposable {
  const layers = new RunLayers(registry, trained);
  return vscode.Disposable.from(
    layers,
    new LayerHints(layers),
    new LayerHover(layers),
    new LayerInlineValues(layers),
    new LayerExpressions(layers),
    new LayerMarks(layers, extensionUri),
  );
}
