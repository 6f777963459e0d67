// Writes an experiment file beside its model, shows it and runs it.
import path from 'node:path';
import * as vscode from 'vscode';
import { parseExperiment } from '../experiments/spec/parseSpec';
import type { CommandContext } from './context';
import { runExperimentFile } from './runExperiment';

/** `mnist-cnn.model.ts` and `activations` → `mnist-cnn.activations.experiment.json`. */
function fileNameFor(model: vscode.Uri, what: string): string {
  const stem = path.basename(model.fsPath).replace(/(\.model)?\.[cm]?[jt]sx?$/i, '');
  return `${stem}${what === '' ? '' : `.${what}`}.experiment.json`;
}

/** A place beside the model that is still free. */
async function freePlace(model: vscode.Uri, what: string): Promise<vscode.Uri> {
  for (let serial = 1; ; serial++) {
    const suffix = serial === 1 ? what : [what, String(serial)].filter(Boolean).join('-');
    const file = vscode.Uri.joinPath(model, '..', fileNameFor(model, suffix));
    try {
      await vscode.workspace.fs.stat(file);
    } catch {
      return file;
    }
  }
}

/**
 * Writes the experiment and runs it; gives its id. `what`: a part of the file's name. Throws where the contents are
 * no experiment.
 */
export async function writeAndRun(
  context: Pick<CommandContext, 'experiments'>,
  model: vscode.Uri,
  what: string,
  contents: object,
): Promise<string> {
  const file = await freePlace(model, what);
  const text = `${JSON.stringify({ model: path.basename(model.fsPath), ...contents }, null, 2)}\n`;
  parseExperiment(text);
  await vscode.workspace.fs.writeFile(file, new TextEncoder().encode(text));
  const id = await runExperimentFile(context, file);
  await vscode.window.showTextDocument(file, {
    ...{ viewColumn: vscode.ViewColumn.One, preserveFocus: true, preview: true },
  });
  return id;
}
