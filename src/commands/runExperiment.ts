// Runs an experiment file: the one clicked, the one being edited, or one picked.
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import * as vscode from 'vscode';
import { parseExperiment } from '../experiments/spec/parseSpec';
import { unsavedFiles } from '../platform/unsavedFiles';
import { messageOf } from '../shared/core/thrown';
import { assertOnDisk, assertTrusted } from '../trainer';
import type { Command, CommandContext } from './context';

const EXPERIMENT_NAME = /\.experiment\.json$/i;

async function askExperiment(clicked: unknown): Promise<vscode.Uri | undefined> {
  if (clicked instanceof vscode.Uri) return clicked;
  const document = vscode.window.activeTextEditor?.document;
  if (document && EXPERIMENT_NAME.test(document.fileName)) return document.uri;
  const files = await vscode.workspace.findFiles('**/*.experiment.json', '**/node_modules/**');
  if (files.length === 0) {
    throw new Error(
      'There is no experiment file (*.experiment.json) in this workspace. "Sweep Hyperparameters…" makes one.',
    );
  }
  const items = files.map((uri) => ({ label: vscode.workspace.asRelativePath(uri), uri }));
  const picked = await vscode.window.showQuickPick(items, { placeHolder: 'Experiment to run' });
  return picked?.uri;
}

function textOnDisk(file: string): Promise<string> {
  return readFile(file, 'utf8').catch((error: unknown) => {
    throw new Error(
      `${path.basename(file)} cannot be read (${messageOf(error)}). Choose another experiment file.`,
      { cause: error },
    );
  });
}

/** Runs a file as it is now in its editor; resolves when it has begun. */
export async function runExperimentFile(
  { experiments }: Pick<CommandContext, 'experiments'>,
  file: vscode.Uri,
): Promise<string> {
  assertTrusted(vscode.workspace.isTrusted);
  assertOnDisk(file);
  // Of a file that has just changed on disk an editor may still have the text of before.
  const text = unsavedFiles().get(file.fsPath) ?? (await textOnDisk(file.fsPath));
  const spec = parseExperiment(text);
  const model = vscode.Uri.file(path.resolve(path.dirname(file.fsPath), spec.model));
  try {
    await vscode.workspace.fs.stat(model);
  } catch {
    throw new Error(
      `The experiment names the model ${spec.model}, and there is no such file beside it. "model" is a path relative to ${path.basename(file.fsPath)}.`,
    );
  }
  const { id } = await experiments.sweep({ spec, model, file });
  return id;
}

export const runExperiment: Command = async (context, clicked) => {
  const file = await askExperiment(clicked);
  return file && runExperimentFile(context, file);
};
