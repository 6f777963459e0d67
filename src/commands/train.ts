// Train with Gradient Lens: from the Explorer, the ▷ menu, a CodeLens, or the Command Palette.
import * as vscode from 'vscode';
import { MODEL_EXTENSIONS } from '../model/recognise';
import type { Command } from './context';

/** The file that is meant: the one clicked, else the one being edited, else one to be picked. */
async function modelOf(clicked: unknown): Promise<vscode.Uri | undefined> {
  if (clicked instanceof vscode.Uri) return clicked;
  const document = vscode.window.activeTextEditor?.document;
  if (document && (MODEL_EXTENSIONS.test(document.fileName) || document.isUntitled)) {
    return document.uri;
  }
  const picked = await vscode.window.showOpenDialog({
    title: 'Choose a model to train',
    openLabel: 'Train',
    filters: { 'JavaScript or TypeScript': ['js', 'mjs', 'cjs', 'ts', 'mts', 'cts', 'jsx', 'tsx'] },
  });
  return picked?.[0];
}

export const train: Command = async ({ trainer }, clicked) => {
  const model = await modelOf(clicked);
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
