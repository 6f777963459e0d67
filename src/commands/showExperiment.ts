// Shows the panel of an experiment of this session: the newest, or one picked where there are several.
import type { Command } from './context';
import * as vscode from 'vscode';

export const showExperiment: Command = async ({ experiments }, id) => {
  const all = experiments.all.toReversed();
  const named = typeof id === 'string' ? all.find((one) => one.id === id) : undefined;
  if (all.length === 0) {
    throw new Error(
      'No experiment was run in this window yet. "Sweep Hyperparameters…" begins one.',
    );
  }
  const items = all.map((experiment) => ({
    label: experiment.title,
    description: experiment.view().state,
    experiment,
  }));
  const picked =
    named ??
    (items.length === 1
      ? items[0]
      : await vscode.window.showQuickPick(items, { placeHolder: 'Experiment to show' })
    )?.experiment;
  if (picked) experiments.show(picked);
};
