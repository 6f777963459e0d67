// Asks for the order of the runs view; an argument answers already.
import * as vscode from 'vscode';
import { RUN_SORTS, type RunSort } from '../surfaces/runs/sortRuns';
import type { Command } from './context';

const LABELS: Readonly<Record<RunSort, string>> = {
  time: 'Time: newest first',
  best: 'Best loss: lowest first',
  last: 'Last loss: lowest first',
  name: 'Name',
  duration: 'Duration: longest first',
};

export const sortRuns: Command = async ({ runs }, given) => {
  const sort =
    RUN_SORTS.find((known) => known === given) ??
    (
      await vscode.window.showQuickPick(
        RUN_SORTS.map((value) => ({
          ...{ value, label: LABELS[value] },
          ...(value === runs.state.sort && { description: 'now' }),
        })),
        { placeHolder: 'Sort runs by. Pinned runs stay first' },
      )
    )?.value;
  if (sort) await runs.choose({ sort });
};
