// What an autopsy found, in words, and the remedies that fit: which operation, of what, and why its
// result is not a number.
import type { Autopsy, NonFiniteCause } from '../autopsy';
import type { Remedy } from '../finding';
import { CLIP } from './cures';
import { nonFiniteWords } from './culprit';
import { short } from './words';

export const CHECK_DATA: Remedy = {
  id: 'check-data',
  title:
    'Look for NaN, missing values or infinities in the input (for example a division by a range of zero when scaling).',
};
export const CHECK_LABELS: Remedy = {
  id: 'check-labels',
  title: 'Look for NaN in the labels, and for labels outside the classes or the range of the loss.',
};
export const CHECK_LOSS: Remedy = {
  id: 'check-loss',
  title:
    'Keep logarithms, divisions and square roots of the loss away from zero: tf.clipByValue(x, 1e-7, …) or + 1e-7.',
};
const STABLE_EXP: Remedy = {
  id: 'check-loss',
  title:
    'Subtract the largest value before taking exponentials, or use tf.logSumExp, tf.logSoftmax or tf.losses.softmaxCrossEntropy.',
};

/** Why, and what to do about it; `range` is that of the operand that matters. */
function causes(lower: Remedy): Record<NonFiniteCause, (range: string) => [string, Remedy[]]> {
  return {
    inputs: () => ['the data have them before the model sees them', [CHECK_DATA]],
    labels: () => ['the labels have them before the loss sees them', [CHECK_LABELS]],
    'log-of-zero': (range) => [`it takes the logarithm of zero${range}`, [CHECK_LOSS]],
    'log-of-negative': (range) => [
      `it takes the logarithm of negative values${range}`,
      [CHECK_LOSS],
    ],
    'exp-overflow': (range) => [
      `it takes the exponential of values above 88.7${range}, which exceeds float32`,
      [STABLE_EXP, lower],
    ],
    'division-by-zero': (range) => [`it divides by zero${range}`, [CHECK_LOSS, CHECK_DATA]],
    'root-of-negative': (range) => [`it takes the root of negative values${range}`, [CHECK_LOSS]],
    overflow: (range) => [
      `the result of finite values${range} exceeds float32 (3.4e38)`,
      [lower, CLIP, CHECK_DATA],
    ],
    weights: () => ['the update before this step made them so', [lower, CLIP]],
    'infinite-derivative': (range) => [
      `its derivative is infinite there${range}, though its value is finite, as that of a root at zero`,
      [CHECK_LOSS, CLIP],
    ],
    constant: () => ['one of its operands is a constant that is not finite', [CHECK_LOSS]],
    unknown: (range) => [`its operands are finite${range}`, [CHECK_LOSS, lower]],
  };
}

function place({ stage, layer, tensor, operation }: Autopsy): string {
  const what = operation === undefined ? '' : `${operation} `;
  switch (stage) {
    case 'data':
      return 'the batch';
    case 'forward':
      return `${what}in ${layer ?? 'the forward pass'}`;
    case 'loss':
      return `${what}in the loss`;
    case 'backward':
      return `${what}in the gradient of ${tensor ?? layer ?? 'the loss'}`;
    case 'update':
      return `the update of ${tensor ?? layer ?? 'the weights'}`;
  }
}

/** `where` it began and `why`, as two clauses of one sentence, and what would cure it. */
export function explainAutopsy(
  autopsy: Autopsy,
  lower: Remedy,
): { where: string; why: string; remedies: readonly Remedy[] } {
  const { stage, cause, count, operands } = autopsy;
  const ranges = (operands ?? []).map(({ min, max }) => `${short(min)} to ${short(max)}`);
  const range = ranges.length > 0 ? ` (operands: ${ranges.join('; ')})` : '';
  const [why, remedies] = causes(lower)[cause](range);
  const values = `${nonFiniteWords(autopsy)} of ${count} values`;
  if (cause === 'inputs' || cause === 'labels') {
    const data = cause === 'inputs' ? 'the inputs' : 'the labels';
    return { where: `${data} of the batch have ${values}`, why, remedies };
  }
  if (cause === 'weights') {
    const owner = autopsy.tensor ?? autopsy.layer ?? 'the model';
    return { where: `the weights of ${owner} have ${values}`, why, remedies };
  }
  const first = stage === 'update' ? '' : ', the first operation with such a result,';
  return { where: `${place(autopsy)}${first} gives ${values}`, why, remedies };
}
