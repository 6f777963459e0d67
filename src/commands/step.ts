// Trains one more optimizer step and holds the run then; a run that is not held is held first.
import type { Command } from './context';

export const step: Command = async ({ current, training }, id) => {
  const run = current.find(id);
  if (!run) return;
  const verb = run.state === 'running' ? 'pause' : 'step';
  if (await training.control(run, verb)) return;
  if (verb === 'pause') await run.pause();
  else await run.step(1);
};
