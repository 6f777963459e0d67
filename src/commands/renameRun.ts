// Names a run; without a name it is called by the file of its model.
import * as vscode from 'vscode';
import { nameOf } from '../surfaces/runs/words';
import { chosenRuns } from './chosenRuns';
import type { Command } from './context';

/** A second argument that is a text is the name, and nothing is asked. */
export const renameRun: Command = async (context, clicked, given) => {
  const [run] = await chosenRuns(context, [clicked], 'Run to rename');
  if (!run) return;
  const name =
    typeof given === 'string'
      ? given
      : await vscode.window.showInputBox({
          title: `Rename ${nameOf(run)}`,
          prompt: `Empty: the name of the model, ${run.title}.`,
          value: nameOf(run),
        });
  if (name === undefined) return;
  await context.runs.label(run.id, { name: name.trim() === run.title ? '' : name.trim() });
};
