// Train with Gradient Lens: from the Explorer, the ▷ menu, a CodeLens, or the Command Palette.
import * as vscode from 'vscode';
import { askFile } from './askFile';
import type { Command } from './context';

export const train: Command = async ({ trainer }, clicked) => {
  const model = await askFile(clicked, 'Choose a model to train', 'Train');
  if (!model) return;
  // The panel opens beside the source: findings stand on its lines.
  const isShown = vscode.window.visibleTextEditors.some(
    ({ document }) => document.uri.toString() === model.toString(),
  );
  if (!isShown && model.scheme === 'file') {
    const shown = vscode.window.showTextDocument(model, { viewColumn: vscode.ViewColumn.One });
    // A file that cannot be shown cannot be trained either: the run says why.
    await shown.then(undefined, () => undefined);
  }
  await trainer.train(model);
};
