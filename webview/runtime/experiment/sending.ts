// What listens to the steps of an experiment on behalf of its states: the keeper in memory, and the sender of
// those that are kept on disk.
import type { LayersModel, Optimizer } from '@tensorflow/tfjs';
import { keepsState } from '../backends/layerCalls';
import type { CheckpointOrigin, Progress } from '../checkpoint/checkpoint';
import type { StateKeeper } from '../checkpoint/keeper';
import { CheckpointSender } from '../checkpoint/sender';
import { isKnownOptimizer } from '../checkpoint/state';
import { postToHost } from '../scope';
import type { ExperimentContext } from './context';
import type { EpochWalk } from './epochs';

/** A keeper that hears of each step. */
interface OfferedKeeper extends StateKeeper {
  offer(progress: () => Progress): void;
}

/** The training whose states are sent. */
export interface SentTraining {
  model: LayersModel;
  /** The one that updates the weights. */
  optimizer: Optimizer;
  epochs: number;
  walk(): EpochWalk | undefined;
}

/**
 * Offers each step to `keeper`, and to a sender where the host keeps checkpoints and all that changes while it trains
 * can be put into one: not the state of a recurrent layer that outlasts a batch, nor of a user's own optimizer.
 */
export function sending(
  context: ExperimentContext,
  keeper: OfferedKeeper,
  training: SentTraining,
): { offer(progress: () => Progress): void } {
  const { tf, options } = context;
  const { model, optimizer } = training;
  const { checkpoints } = options;
  if (!checkpoints || keepsState(model) || !isKnownOptimizer(tf, optimizer)) return keeper;
  const topology = topologyOf(model);
  const sender = new CheckpointSender({
    ...{ tf, model, optimizer, keeper },
    intervalMs: checkpoints.seconds * 1000,
    progress: () => {
      const walk = training.walk();
      if (!walk?.isBetweenSteps) return undefined;
      context.flush();
      return walk.progress;
    },
    origin: (): CheckpointOrigin => {
      const backend = tf.getBackend();
      const ended = training.walk()?.ended;
      return {
        optimizer: optimizer.getClassName(),
        ...(topology !== undefined && { topology }),
        epochs: training.epochs,
        ...(ended && { ended }),
        backend,
        ...(backend !== context.builtOn && { builtOn: context.builtOn }),
        tfjsVersion: tf.version.tfjs,
        changes: [...(context.debug?.log.upTo(context.tap.step) ?? [])],
      };
    },
  });
  context.sends(sender);
  return {
    offer: (progress) => {
      keeper.offer(progress);
      sender.offer();
    },
  };
}

/** What a user's own callback remembers is in no checkpoint. */
export function sendForgetful(): void {
  const message =
    'training.onEpochEnd was not called again for the epochs before: what it keeps in variables of its own begins anew. All else goes on as it was.';
  postToHost({ type: 'notice', notice: { code: 'callback-begins-anew', message } });
}

/** The model in the form that tfjs loads; undefined where a layer of the user's own cannot be described. */
function topologyOf(model: LayersModel): string | undefined {
  try {
    return JSON.stringify(model.toJSON(undefined, false));
  } catch {
    return undefined;
  }
}
