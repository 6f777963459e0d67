// Lets a paused run go on.
import type { Command } from './context';

export const resume: Command = async ({ current }, id) => {
  const run = current.find(id);
  if (run) await run.resume();
};
