// Opens the source of what the panel names: a layer, a finding, the error.
import * as vscode from 'vscode';
import type { SourceLocation } from '../shared/core/run';
import type { FromPanel, RunView } from '../shared/protocol/panel';
import { findingLocation } from './problemEntries';
import type { ShownRun } from './panel/shownRun';

type Target = Extract<FromPanel, { type: 'reveal' }>['target'];

/** The place of a target, or undefined where the sources do not tell. */
export function locationOf(
  run: Pick<RunView, 'findings' | 'layers' | 'error'>,
  model: string,
  target: Target,
): SourceLocation | undefined {
  if ('error' in target) return run.error?.location ?? { file: model, line: 1, column: 1 };
  if ('layer' in target) return run.layers.find(({ name }) => name === target.layer)?.location;
  const finding = run.findings[target.finding];
  if (!finding) return undefined;
  return findingLocation(finding, run.layers, model);
}

/** Opens the file beside the panel, with the line in the middle. */
export async function revealSource(run: ShownRun, target: Target): Promise<void> {
  const location = locationOf(run.view(), run.model.fsPath, target);
  if (!location) return;
  const uri = vscode.Uri.file(location.file);
  const position = new vscode.Position(location.line - 1, location.column - 1);
  const shown = vscode.window.visibleTextEditors.find(
    (editor) => editor.document.uri.toString() === uri.toString(),
  );
  const editor = await vscode.window.showTextDocument(uri, {
    viewColumn: shown?.viewColumn ?? vscode.ViewColumn.One,
    selection: new vscode.Range(position, position),
  });
  editor.revealRange(new vscode.Range(position, position), vscode.TextEditorRevealType.InCenter);
}
