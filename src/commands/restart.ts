// Trains the model of a run again, as it was asked for.
import type { Command } from './context';

export const restart: Command = async ({ current, debugging, trainer }, id) => {
  const run = current.find(id);
  // A program that was debugged is debugged again.
  if (run && !(await debugging.restart(run))) await trainer.restart(run.model, run.request);
};
