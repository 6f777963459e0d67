// Trains one more optimizer step and holds the run then; a run that is not held is held first.
import type { Command } from './context';

export const step: Command = async ({ current }, id) => {
  const run = current.find(id);
  if (!run) return;
  if (run.state === 'running') await run.pause();
  else await run.step(1);
};
