// Experiments of this session: their panels shown again, their results written into the source. The newest, or one
// picked where there are several.
import * as vscode from 'vscode';
import type { Experiment } from '../experiments/editor/parts';
import type { Command, CommandContext } from './context';

async function chosen(
  { experiments }: CommandContext,
  id: unknown,
  placeHolder: string,
): Promise<Experiment | undefined> {
  const all = experiments.all.toReversed();
  const named = typeof id === 'string' ? all.find((one) => one.id === id) : undefined;
  if (named) return named;
  if (all.length === 0) {
    throw new Error('No experiment was run in this window yet. "Sweep Hyperparameters…" begins one.'); // prettier-ignore
  }
  if (all.length === 1) return all[0];
  const items = all.map((experiment) => ({
    label: experiment.title,
    description: experiment.view().state,
    experiment,
  }));
  return (await vscode.window.showQuickPick(items, { placeHolder }))?.experiment;
}

export const showExperiment: Command = async (context, id) => {
  const experiment = await chosen(context, id, 'Experiment to show');
  if (experiment) context.experiments.show(experiment);
};

export const applyExperiment: Command = async (context, id) => {
  const experiment = await chosen(context, id, 'Experiment whose result is to be written');
  if (experiment) await context.experiments.apply(experiment);
};
