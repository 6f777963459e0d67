// Pins runs: they stand first, and are never deleted to make room.
import { chosenRuns } from './chosenRuns';
import type { Command } from './context';

export const pinRun: Command = async (context, ...args) => {
  for (const { id } of await chosenRuns(context, args, 'Run to pin')) {
    await context.runs.label(id, { pinned: true });
  }
};
