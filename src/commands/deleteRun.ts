// Moves runs to the trash, after one question. Those that train are stopped first.
import * as vscode from 'vscode';
import type { RunSummary } from '../shared/core/runSummary';
import { nameOf } from '../surfaces/runs/words';
import { chosenRuns } from './chosenRuns';
import type { Command } from './context';

const DELETE = 'Delete';
const FOR_GOOD = 'Delete Permanently';

function question(runs: readonly RunSummary[]): { message: string; detail: string } {
  const live = runs.filter((run) => run.live).length;
  const pinned = runs.filter(({ labels }) => labels.pinned).length;
  const [only] = runs;
  return {
    message:
      runs.length === 1 && only ? `Delete the run ${nameOf(only)}?` : `Delete ${runs.length} runs?`,
    detail: [
      'Their folders go to the trash.',
      ...(live > 0
        ? [`${live} of them ${live === 1 ? 'is' : 'are'} training, and will be stopped.`]
        : []),
      ...(pinned > 0 ? [`${pinned} of them ${pinned === 1 ? 'is' : 'are'} pinned.`] : []),
    ].join(' '),
  };
}

/** Moves a folder to the trash. Where there is none (some remote file systems), the user is asked once more. */
async function trash(folder: vscode.Uri, sure: { forGood?: boolean }): Promise<void> {
  if (!sure.forGood) {
    try {
      await vscode.workspace.fs.delete(folder, { recursive: true, useTrash: true });
      return;
    } catch (error) {
      const { message } = error as Error;
      const answer = await vscode.window.showWarningMessage(
        'The run cannot be moved to the trash. Delete it permanently?',
        { modal: true, detail: message },
        FOR_GOOD,
      );
      if (answer !== FOR_GOOD) return;
      sure.forGood = true;
    }
  }
  await vscode.workspace.fs.delete(folder, { recursive: true });
}

export const deleteRun: Command = async (context, ...args) => {
  const runs = await chosenRuns(context, args, 'Run to delete');
  if (runs.length === 0) return;
  const { message, detail } = question(runs);
  const answer = await vscode.window.showWarningMessage(message, { modal: true, detail }, DELETE);
  if (answer !== DELETE) return;
  const sure = {};
  try {
    for (const { id } of runs) {
      const folder = await context.runs.folderOf(id);
      await context.runs.letGo(id);
      if (folder) await trash(folder, sure);
    }
  } finally {
    await context.runs.refresh();
  }
};
