// Trains a program again whose tfjs-node does not load, on @tensorflow/tfjs in its place, and does so
// from now on in this workspace.
import { rememberStandIn } from '../platform/nodeSettings';
import { readSetting } from '../platform/settings';
import type { Command } from './context';

export const useStandIn: Command = async ({ current, trainer }, id) => {
  const run = current.find(id);
  if (!run) return;
  await rememberStandIn();
  if (readSetting('node.standIn', run.model) !== 'use') {
    throw new Error(
      'The setting gradientLens.node.standIn is decided elsewhere for this file: in the settings of its ' +
        'folder, perhaps. Set it to "use" there, and train again.',
    );
  }
  await trainer.restart(run.model, run.request);
};
