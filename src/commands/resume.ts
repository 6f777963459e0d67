// Lets a paused run go on.
import type { Command } from './context';

export const resume: Command = async ({ current, training }, id) => {
  const run = current.find(id);
  if (run && !(await training.control(run, 'resume'))) await run.resume();
};
