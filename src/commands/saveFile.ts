// Files that the user saves: the dialog, the writing with progress, and what can be done with the file then.
import path from 'node:path';
import * as vscode from 'vscode';
import { DISPLAY_NAME } from '../contributions';
import type { Exporter } from '../platform/exporter';

/** Where the user saved last: the next dialog begins there. */
let lastFolder: vscode.Uri | undefined;

/** Asks for a place, next to the model at first. */
export async function askPlace(
  model: vscode.Uri,
  name: string,
  filters: Record<string, string[]>,
): Promise<vscode.Uri | undefined> {
  const folder = lastFolder ?? vscode.Uri.joinPath(model, '..');
  const defaultUri = vscode.Uri.joinPath(folder, name);
  const target = await vscode.window.showSaveDialog({ defaultUri, filters, title: 'Export' });
  if (target) lastFolder = vscode.Uri.joinPath(target, '..');
  return target;
}

/**
 * Writes text part by part, with a progress that can be cancelled; false where it was. Elsewhere than on the
 * extension host's own disk the text is put together first.
 */
export async function writeText(
  { writeParts }: Pick<Exporter, 'writeParts'>,
  target: vscode.Uri,
  parts: Iterable<string>,
  title: string,
): Promise<boolean> {
  const progress = { location: vscode.ProgressLocation.Notification, title, cancellable: true };
  return vscode.window.withProgress(progress, async (_, token) => {
    const abort = new AbortController();
    const subscription = token.onCancellationRequested(() => abort.abort());
    try {
      if (target.scheme === 'file') await writeParts(target.fsPath, parts, abort.signal);
      else await vscode.workspace.fs.writeFile(target, Buffer.from([...parts].join(''), 'utf8'));
      return true;
    } catch (error) {
      if (abort.signal.aborted) return false;
      throw error;
    } finally {
      subscription.dispose();
    }
  });
}

const OPEN = 'Open';
const REVEAL = 'Show in Folder';

async function offer(target: vscode.Uri): Promise<void> {
  const isHere = vscode.env.remoteName === undefined && vscode.env.uiKind === vscode.UIKind.Desktop;
  const name = path.posix.basename(target.path);
  const choices = isHere ? [OPEN, REVEAL] : [OPEN];
  const choice = await vscode.window.showInformationMessage(
    `${DISPLAY_NAME}: ${name} is saved.`,
    ...choices,
  );
  if (choice === REVEAL) await vscode.commands.executeCommand('revealFileInOS', target);
  if (choice !== OPEN) return;
  // A report is for a browser, which sees the files of this machine alone.
  if (isHere && /\.html?$/i.test(name)) await vscode.env.openExternal(target);
  else await vscode.commands.executeCommand('vscode.open', target);
}

/** Tells that the file is there, and offers to open it. Does not wait for an answer. */
export function tellSaved(target: vscode.Uri, log: vscode.LogOutputChannel): void {
  offer(target).catch((error: unknown) => log.warn(String(error)));
}
