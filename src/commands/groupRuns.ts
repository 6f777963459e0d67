// Asks what the runs view groups by; an argument answers already.
import * as vscode from 'vscode';
import { RUN_GROUPINGS, type RunGrouping } from '../surfaces/runs/groupRuns';
import type { Command } from './context';

const LABELS: Readonly<Record<RunGrouping, string>> = {
  none: 'Nothing: one list',
  model: 'Model',
  experiment: 'Experiment',
  day: 'Day',
  tag: 'Tag',
  state: 'State',
};

export const groupRuns: Command = async ({ runs }, given) => {
  const grouping =
    RUN_GROUPINGS.find((known) => known === given) ??
    (
      await vscode.window.showQuickPick(
        RUN_GROUPINGS.map((value) => ({
          ...{ value, label: LABELS[value] },
          ...(value === runs.state.grouping && { description: 'now' }),
        })),
        { placeHolder: 'Group runs by' },
      )
    )?.value;
  if (grouping) await runs.choose({ grouping });
};
