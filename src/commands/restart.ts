// Trains the model of a run again, as it was asked for.
import type { Command } from './context';

export const restart: Command = async ({ current, trainer }, id) => {
  const run = current.find(id);
  if (run) await trainer.restart(run.model, run.request);
};
