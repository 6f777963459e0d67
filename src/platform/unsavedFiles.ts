// Texts of editors with unsaved changes: training uses what the user sees.
import * as vscode from 'vscode';

/** Text by absolute path, of every file on disk whose editor has unsaved changes. */
export function unsavedFiles(): Map<string, string> {
  return new Map(
    vscode.workspace.textDocuments
      .filter((document) => document.isDirty && document.uri.scheme === 'file')
      .map((document) => [document.uri.fsPath, document.getText()]),
  );
}
