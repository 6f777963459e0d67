// Takes the pins of runs away.
import { chosenRuns } from './chosenRuns';
import type { Command } from './context';

export const unpinRun: Command = async (context, ...args) => {
  for (const { id } of await chosenRuns(context, args, 'Run to unpin')) {
    await context.runs.label(id, { pinned: false });
  }
};
