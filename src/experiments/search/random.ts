// Random search (Bergstra & Bengio, "Random Search for Hyper-Parameter Optimization", JMLR 2012): each trial
// drawn anew, none twice.
import type { Assignment, ExperimentSpec } from '../spec/experimentSpec';
import type { Search } from './search';
import { assignmentsOf, drawAll, isSame, randomOfTrial } from './space';

/** Draws before a space counts as used up, per assignment that it has. */
const PATIENCE = 40;

/** An assignment that was not proposed before; undefined where none is found. */
export function drawNew(
  parameters: ExperimentSpec['parameters'],
  random: () => number,
  taken: readonly Assignment[],
): Assignment | undefined {
  const size = assignmentsOf(parameters);
  if (taken.length >= size) return undefined;
  const attempts = Number.isFinite(size) ? PATIENCE * size : PATIENCE;
  for (let i = 0; i < attempts; i++) {
    const drawn = drawAll(parameters, random);
    if (!taken.some((other) => isSame(other, drawn))) return drawn;
  }
  return undefined;
}

/** Draws from `seed`. */
export function randomSearch(parameters: ExperimentSpec['parameters'], seed: number): Search {
  const size = assignmentsOf(parameters);
  return {
    size: Number.isFinite(size) ? size : undefined,
    learns: false,
    propose: (index, _, taken) => drawNew(parameters, randomOfTrial(seed, index), taken),
  };
}
