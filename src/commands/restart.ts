// Trains the model of a run again, as it was asked for.
import type { Command } from './context';

export const restart: Command = async ({ current, jsDebug, trainer, training }, id) => {
  const run = current.find(id);
  if (!run) return;
  // What was debugged is debugged again.
  if ((await training.restart(run)) || (await jsDebug.restart(run))) return;
  await trainer.restart(run.model, run.request);
};
