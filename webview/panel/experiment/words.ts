// What the page of an experiment says in words: states, values, how far it is.
import type { HyperparameterValue } from '../../../src/shared/core/runSummary';
import type {
  ShownExperiment,
  ShownExperimentState,
  ShownSweep,
  ShownTrial,
  ShownTrialState,
} from '../../../src/shared/protocol/experiment';
import { formatRound, formatValue, plural } from '../../../src/shared/charts/format';
import type { IconName } from '../icons';

export const STATE_WORDS: Record<ShownExperimentState, string> = {
  running: 'Running',
  completed: 'Completed',
  stopped: 'Stopped',
  failed: 'Failed',
};

export const STATE_ICONS: Record<ShownExperimentState, IconName> = {
  running: 'play',
  completed: 'check',
  stopped: 'stop',
  failed: 'error',
};

export const TRIAL_WORDS: Record<ShownTrialState, string> = {
  queued: 'Queued',
  running: 'Running',
  completed: 'Completed',
  'stopped-early': 'Stopped early',
  stopped: 'Stopped',
  failed: 'Failed',
};

export const TRIAL_ICONS: Record<ShownTrialState, IconName> = {
  queued: 'circle',
  running: 'play',
  completed: 'check',
  'stopped-early': 'falling',
  stopped: 'stop',
  failed: 'error',
};

/** `learningRate` of `training.learningRate`. */
export function shortName(name: string): string {
  return name.replace(/^(training|layers)\./, '');
}

/** A value of a parameter, as axes and cells have it. */
export function valueWord(value: HyperparameterValue | undefined): string {
  if (value === undefined) return '–';
  return typeof value === 'number' ? formatRound(value) : String(value);
}

/** Trials that have ended. */
export function endedTrials({ trials }: ShownSweep): number {
  return trials.filter(({ state }) => state !== 'queued' && state !== 'running').length;
}

/** `12 of 20 trials, 2 running`. */
export function progressWords(sweep: ShownSweep): string {
  const running = sweep.trials.filter(({ state }) => state === 'running').length;
  const of = sweep.planned === undefined ? '' : ` of ${sweep.planned}`;
  const trials = `${endedTrials(sweep)}${of} ${sweep.planned === 1 ? 'trial' : 'trials'}`;
  return running > 0 ? `${trials}, ${running} running` : trials;
}

export function bestTrial({ trials, best }: ShownSweep): ShownTrial | undefined {
  return trials.find(({ number }) => number === best);
}

/** `trial 7: val_loss 0.123 with learningRate 0.003, optimizer adam`. */
export function bestWords(sweep: ShownSweep): string | undefined {
  const best = bestTrial(sweep);
  if (best?.value === undefined) return undefined;
  const values = Object.entries(best.values).map(
    ([name, value]) => `${shortName(name)} ${valueWord(value)}`,
  );
  return `trial ${best.number}: ${sweep.objective.metric} ${formatValue(best.value)} with ${values.join(', ')}`;
}

/** What a screen reader is told without asking: not of every step. */
export function announcement(shown: ShownExperiment): string {
  const state = `${shown.title}: ${STATE_WORDS[shown.state]}.`;
  if (shown.kind === 'rate-test') {
    const { suggested, message = '' } = shown;
    return suggested ? `${state} Suggested learning rate ${formatRound(suggested.rate)}.` : `${state} ${message}`; // prettier-ignore
  }
  const best = bestWords(shown);
  const words = best === undefined ? '' : ` Best ${best}.`;
  return `${state} ${plural(endedTrials(shown), 'trial')} ended.${words}`;
}
