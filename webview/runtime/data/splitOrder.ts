// Which samples train and which validate, drawn by a seed before any sample is read.
import { permutation, seededRandom } from '../../../src/shared/core/random';
import { optionError } from './dataError';

/** Two disjoint orders of 0 … count − 1. */
export function splitOrder(
  count: number,
  validationShare: number,
  seed: number,
): { train: Uint32Array; validation: Uint32Array } {
  if (!(validationShare > 0 && validationShare < 1)) {
    throw optionError(
      `a validation share of ${validationShare} leaves one part empty`,
      'Use a number between 0 and 1, such as 0.2.',
    );
  }
  const held = Math.round(count * validationShare);
  if (held < 1 || held >= count) {
    throw optionError(
      `${count} samples cannot be split at ${validationShare}: one part would be empty`,
      'Use more samples or another share.',
    );
  }
  const order = permutation(count, seededRandom(seed));
  return { train: order.slice(held), validation: order.slice(0, held) };
}
