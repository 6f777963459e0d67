// Shows the folder of a run: in the computer's file manager, or in VS Code's Explorer where there is none.
import * as vscode from 'vscode';
import { MANIFEST_FILE } from '../store/runFolder';
import { chosenRuns } from './chosenRuns';
import type { Command } from './context';

export const revealRun: Command = async (context, ...args) => {
  const [run] = await chosenRuns(context, args.slice(0, 1), 'Run to reveal');
  if (!run) return;
  const folder = await context.runs.folderOf(run.id);
  if (!folder) {
    throw new Error('This run is not kept on disk: gradientLens.history.runs is 0.');
  }
  const isHere = vscode.env.remoteName === undefined && vscode.env.uiKind === vscode.UIKind.Desktop;
  await vscode.commands.executeCommand(
    isHere ? 'revealFileInOS' : 'revealInExplorer',
    vscode.Uri.joinPath(folder, MANIFEST_FILE),
  );
};
