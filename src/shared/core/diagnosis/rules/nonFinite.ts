// NaN or infinite values: names the first tensor that has them and the cause that fits. Where an
// explosion led to them, the rule on exploding gradients tells it, and this one is silent.
import type { Remedy } from '../../finding';
import { nonFiniteCount } from '../../summary';
import { findCulprit, nonFiniteWords, type Culprit } from '../culprit';
import { explosionAtBreak } from '../growth';
import type { Rule, Statement } from '../rule';
import { CLOSE_AFTER } from '../thresholds';
import type { Breakage, DiagnosisWindow } from '../window';

const CHECK_DATA: Remedy = {
  id: 'check-data',
  title:
    'Look for NaN, missing values or infinities in the input (for example a division by a range of zero when scaling).',
};
const CHECK_LABELS: Remedy = {
  id: 'check-labels',
  title: 'Look for NaN in the labels, and for labels outside the classes or the range of the loss.',
};
const CHECK_LOSS: Remedy = {
  id: 'check-loss',
  title:
    'Keep logarithms, divisions and square roots of the loss away from zero: tf.clipByValue(x, 1e-7, …) or + 1e-7.',
};
const LOWER_RATE: Remedy = {
  id: 'lower-learning-rate',
  title: 'Lower the learning rate by a factor of 10.',
};
const CLIP: Remedy = { id: 'clip-norm', title: 'Clip the gradients to a norm of 1 (clipNorm: 1).' };

/** Where it began, in words, and what would cure it. */
function explain(window: DiagnosisWindow, culprit: Culprit, { record, before }: Breakage) {
  const isFirstStep = before.length === 0 && window.steps <= CLOSE_AFTER;
  const values = culprit.summary ? nonFiniteWords(culprit.summary) : '';
  const { layer = '' } = culprit;
  const rate = record.learningRate === undefined ? '' : ` (learning rate ${record.learningRate})`;
  switch (culprit.stage) {
    case 'forward':
      return culprit.isFirstLayer
        ? {
            where: `the output of ${layer}, the first layer, has ${values}`,
            why: 'its weights were finite, so the input data of this batch has NaN or infinite values',
            remedies: [CHECK_DATA, LOWER_RATE],
          }
        : {
            where: `the output of ${layer} has ${values} while the layers before it are finite`,
            why: 'its computation overflows, or takes a root, logarithm or quotient of values that it must not',
            remedies: [CHECK_LOSS, LOWER_RATE, CHECK_DATA],
          };
    case 'loss':
      return culprit.knowsForward
        ? {
            where: `the loss is ${String(record.loss)} while all layer outputs are finite`,
            why: 'the labels of this batch are not finite, or the loss takes the logarithm or quotient of a zero',
            remedies: [CHECK_LABELS, CHECK_LOSS, LOWER_RATE],
          }
        : {
            where: `the loss is ${String(record.loss)}`,
            why: isFirstStep
              ? 'the data or labels have NaN or infinite values, or the loss takes the logarithm or quotient of a zero'
              : 'this batch has NaN or infinite values, or the loss takes the logarithm or quotient of a zero',
            remedies: [CHECK_DATA, CHECK_LABELS, CHECK_LOSS],
          };
    case 'backward':
      return {
        where: `the gradient of ${culprit.tensor ?? layer} has ${values} while the loss is finite`,
        why: 'a derivative is infinite there: a root or logarithm at zero, or a division by zero, behind a finite value',
        remedies: [CHECK_LOSS, CLIP],
      };
    case 'update':
      return {
        where: `the weights of ${culprit.tensor ?? layer} have ${values} after the update, with finite gradients`,
        why: `the update itself overflows${rate}`,
        remedies: [LOWER_RATE, CLIP],
      };
  }
}

export const nonFinite: Rule = {
  id: 'non-finite',
  reference:
    'IEEE 754: an operation with a NaN gives NaN, so the first in the order of computation is the cause. ' +
    'Order and health counts as in TensorFlow Debugger V2 (FULL_HEALTH).',
  openAfter: 1,
  closeAfter: CLOSE_AFTER,
  evaluate(window): Statement | undefined {
    const { breakage } = window;
    if (!breakage || !window.isBroken || explosionAtBreak(window)) return undefined;
    const culprit = findCulprit(window, breakage);
    if (!culprit) return undefined;
    const { where, why, remedies } = explain(window, culprit, breakage);
    return {
      severity: 'error',
      ...(culprit.layer !== undefined && { layer: culprit.layer }),
      ...(culprit.tensor !== undefined && { tensor: culprit.tensor }),
      since: breakage.record.step,
      evidence: {
        measured: culprit.summary ? nonFiniteCount(culprit.summary) : 1,
        threshold: 0,
        unit: 'NaN or infinite values',
        window: 1,
      },
      message: `At step ${breakage.record.step}, ${where}: ${why}.`,
      remedies,
    };
  },
};
