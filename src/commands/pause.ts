// Holds the run between two optimizer steps.
import type { Command } from './context';

export const pause: Command = async ({ current, training }, id) => {
  const run = current.find(id);
  if (run && !(await training.control(run, 'pause'))) await run.pause();
};
