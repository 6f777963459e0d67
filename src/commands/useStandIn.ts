// Trains a program again whose tfjs-node does not load, on @tensorflow/tfjs in its place, and does so
// from now on in this workspace.
import { rememberStandIn } from '../platform/nodeSettings';
import type { Command } from './context';

export const useStandIn: Command = async ({ current, trainer }, id) => {
  const run = current.find(id);
  if (!run) return;
  await rememberStandIn();
  await trainer.restart(run.model, run.request);
};
