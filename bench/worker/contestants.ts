// Contestants by variant.
import type { Block, ContestantOptions, StartedBackend } from '../contestant';
import { startPlain, startShipped } from './backend';
import { ourContestant } from './ours';
import { plainContestant } from './plain';

/** A model in training. */
export interface Contestant {
  /** Trains further steps; resolves when their losses, and all records, are there. */
  run(steps: number): Promise<Block>;
}

/**
 * The contestant of `options`. Its backend is started, but for a session, which starts its own in the
 * first block; the model is built in the first block.
 */
export async function createContestant(
  options: ContestantOptions,
): Promise<{ contestant: Contestant; backend?: StartedBackend }> {
  const { variant } = options;
  if (variant === 'ours' || variant === 'ours-off') return { contestant: ourContestant(options) };
  const start = variant === 'hook' ? startShipped : startPlain;
  const backend = await start(options.backend);
  return { contestant: plainContestant(options), backend };
}
