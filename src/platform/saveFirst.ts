// Node runs what is on disk: editors with unsaved changes are saved before, as before a task, and by the
// same setting of VS Code.
import path from 'node:path';
import * as vscode from 'vscode';
import type { Notice } from '../shared/core/run';

const SAVE = 'Save All';

function unsaved(): vscode.TextDocument[] {
  return vscode.workspace.textDocuments.filter(
    ({ isDirty, uri }) => isDirty && uri.scheme === 'file',
  );
}

/** Saves what is to be saved. Gives a notice where files on disk are not what their editors show. */
export async function saveFirst(model: vscode.Uri): Promise<Notice | undefined> {
  const [first] = unsaved();
  if (!first) return undefined;
  const when = vscode.workspace
    .getConfiguration('task', model)
    .get<'always' | 'never' | 'prompt'>('saveBeforeRun', 'always');
  const isWanted =
    when === 'always' ||
    (when === 'prompt' &&
      (await vscode.window.showInformationMessage(
        'Node runs what is on disk. Save the files with unsaved changes before training?',
        { modal: true },
        SAVE,
      )) === SAVE);
  if (isWanted) for (const document of unsaved()) await document.save();
  const left = unsaved().map(({ fileName }) => path.basename(fileName));
  if (left.length === 0) return undefined;
  return {
    code: 'unsaved-changes',
    message: `Node runs what is on disk: the unsaved changes of ${left.join(', ')} are not part of this run.`,
  };
}
