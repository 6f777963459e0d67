// Opens the note of a run as a Markdown file; saving it keeps the note with the run.
import * as vscode from 'vscode';
import { noteUri } from '../surfaces/runs/noteFiles';
import { chosenRuns } from './chosenRuns';
import type { Command } from './context';

export const noteRun: Command = async (context, ...args) => {
  const [run] = await chosenRuns(context, args.slice(0, 1), 'Run to write a note on');
  if (!run) return;
  if (!(await context.runs.folderOf(run.id))) {
    throw new Error(
      'This run is not kept on disk, so a note on it would be lost. Set gradientLens.history.runs above 0 and train again.',
    );
  }
  const document = await vscode.workspace.openTextDocument(noteUri(run));
  await vscode.window.showTextDocument(document);
};
