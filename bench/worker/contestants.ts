// Contestants by variant.
import type { TfNamespace } from '../../src/shared/tap/types';
import type { ContestantOptions } from '../contestant';
import { ourContestant } from './ours';
import { plainContestant } from './plain';

/** A model in training. */
export interface Contestant {
  /** Trains further steps; resolves with their losses when they, and all records, are there. */
  run(steps: number): Promise<number[]>;
}

/** Builds the model of a contestant on the backend that was started. */
export function createContestant(tf: TfNamespace, options: ContestantOptions): Contestant {
  const isOurs = options.variant === 'ours' || options.variant === 'ours-off';
  return isOurs ? ourContestant(tf, options) : plainContestant(tf, options);
}
