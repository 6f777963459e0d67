// Makes a run the one that comparisons are relative to.
import { chosenRuns } from './chosenRuns';
import type { Command } from './context';

export const pinBaseline: Command = async (context, ...args) => {
  const [run] = await chosenRuns(context, args.slice(0, 1), 'Run to compare others with');
  if (run) await context.runs.choose({ baseline: run.id });
};
