// Trains the model of a run again, as it was asked for; reads a log from its beginning.
import type { Command } from './context';
import { followLog } from './openLogs';

export const restart: Command = async (context, id) => {
  const { current, jsDebug, trainer, training } = context;
  const run = current.find(id);
  if (!run) return;
  // What was debugged is debugged again.
  if ((await training.restart(run)) || (await jsDebug.restart(run))) return;
  if (run.info.origin === 'log') await followLog(context, run.model, run.title);
  else await trainer.restart(run.model, run.request);
};
