// Which file a command is about.
import * as vscode from 'vscode';
import { MODEL_EXTENSIONS } from '../model/recognise';

/** The file that is meant: the one clicked, else the one being edited, else one to be picked. */
export async function askFile(
  clicked: unknown,
  title: string,
  openLabel: string,
): Promise<vscode.Uri | undefined> {
  if (clicked instanceof vscode.Uri) return clicked;
  const document = vscode.window.activeTextEditor?.document;
  if (document && (MODEL_EXTENSIONS.test(document.fileName) || document.isUntitled)) {
    return document.uri;
  }
  const picked = await vscode.window.showOpenDialog({
    ...{ title, openLabel },
    filters: { 'JavaScript or TypeScript': ['js', 'mjs', 'cjs', 'ts', 'mts', 'cts', 'jsx', 'tsx'] },
  });
  return picked?.[0];
}
