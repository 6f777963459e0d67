// `npm start` names a model to train in the environment of the window that it opens.
import * as vscode from 'vscode';

/**
 * Trains the model that the environment names, with an id of the start: a window that is reloaded lives in
 * the same environment, and shows the run that it had instead of another one.
 */
export function trainAtStart(state: vscode.Memento, train: (model: vscode.Uri) => void): void {
  const { GRADIENT_LENS_TRAIN: file, GRADIENT_LENS_START: id = '' } = process.env;
  if (!file || state.get('lastStart') === id) return;
  void state.update('lastStart', id);
  train(vscode.Uri.file(file));
}
