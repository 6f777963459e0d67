// Ends the run.
import type { Command } from './context';

export const stop: Command = async ({ current }, id) => {
  const run = current.find(id);
  if (run) await run.stop();
};
