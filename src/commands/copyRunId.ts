// Copies the ids of runs, one a line.
import * as vscode from 'vscode';
import { chosenRuns } from './chosenRuns';
import type { Command } from './context';

export const copyRunId: Command = async (context, ...args) => {
  const runs = await chosenRuns(context, args, 'Run whose ID to copy');
  if (runs.length > 0) await vscode.env.clipboard.writeText(runs.map(({ id }) => id).join('\n'));
};
