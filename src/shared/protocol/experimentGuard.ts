// What the page of an experiment says, checked: the page shows names and values of the user's code.
import { count, Fields, guarded } from './checks';
import { EXPERIMENT_ACTIONS, type FromExperimentPage } from './experiment';

/** Trials of one message at most. */
const MAX_TRIALS = 100;

/** A message of the page; undefined where it is none. */
export function parseFromExperimentPage(value: unknown): FromExperimentPage | undefined {
  return guarded((): FromExperimentPage => {
    const fields = new Fields(value, 'message');
    const type = fields.oneOf('type', ['ready', 'pageError', 'action', 'openTrial', 'compare']);
    switch (type) {
      case 'ready':
        return { type };
      case 'pageError':
        return { type, message: fields.longText('message') };
      case 'action':
        return { type, action: fields.oneOf('action', EXPERIMENT_ACTIONS) };
      case 'openTrial':
        return { type, trial: fields.count('trial') };
      case 'compare':
        return { type, trials: fields.list('trials', MAX_TRIALS, count) };
    }
  });
}
