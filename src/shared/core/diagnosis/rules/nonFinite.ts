// NaN or infinite values: names the first operation that made them and the cause that fits. What an
// autopsy of the step found comes first; without one the step's record tells the first tensor.
import type { Autopsy } from '../../autopsy';
import { nonFiniteCount } from '../../summary';
import { CHECK_DATA, CHECK_LABELS, CHECK_LOSS, explainAutopsy } from '../autopsyWords';
import { CLIP } from '../cures';
import { findCulprit, nonFiniteWords, type Culprit } from '../culprit';
import { lowerRate } from '../rates';
import type { Rule, Statement } from '../rule';
import { CLOSE_AFTER } from '../thresholds';
import type { Breakage, DiagnosisWindow } from '../window';

/** Where it began, in words, and what would cure it. */
function explain(window: DiagnosisWindow, culprit: Culprit, { record, before }: Breakage) {
  const isFirstStep = before.length === 0 && window.steps <= CLOSE_AFTER;
  const values = culprit.summary ? nonFiniteWords(culprit.summary) : '';
  const { layer = '' } = culprit;
  const rate = record.learningRate === undefined ? '' : ` (learning rate ${record.learningRate})`;
  const lower = lowerRate(window);
  switch (culprit.stage) {
    case 'forward':
      return culprit.isFirstLayer
        ? {
            where: `the output of ${layer}, the first layer, has ${values}`,
            why: 'its weights were finite, so the input data of this batch has NaN or infinite values',
            remedies: [CHECK_DATA, lower],
          }
        : {
            where: `the output of ${layer} has ${values} while the layers before it are finite`,
            why: 'its computation overflows, or takes a root, logarithm or quotient of values that it must not',
            remedies: [CHECK_LOSS, lower, CHECK_DATA],
          };
    case 'loss':
      return culprit.knowsForward
        ? {
            where: `the loss is ${String(record.loss)} while all layer outputs are finite`,
            why: 'the labels of this batch are not finite, or the loss takes the logarithm or quotient of a zero, or the exponential of a large value',
            remedies: [CHECK_LABELS, CHECK_LOSS, lower],
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
        why:
          'a derivative is infinite there, of a root or logarithm at zero or a division by zero, or this ' +
          'batch has NaN that the loss cuts off, as cross-entropies do that bound their probabilities',
        remedies: [CHECK_LOSS, CHECK_DATA, CLIP],
      };
    case 'update':
      return {
        where: `the weights of ${culprit.tensor ?? layer} have ${values} after the update, with finite gradients`,
        why: `the update itself overflows${rate}`,
        remedies: [lower, CLIP],
      };
  }
}

function byAutopsy(window: DiagnosisWindow, autopsy: Autopsy): Statement {
  const { where, why, remedies } = explainAutopsy(autopsy, lowerRate(window));
  const { step, layer, tensor, location } = autopsy;
  return {
    severity: 'error',
    ...(layer !== undefined && { layer }),
    ...(tensor !== undefined && { tensor }),
    since: step,
    evidence: evidenceOf(autopsy.nans + autopsy.posInfs + autopsy.negInfs),
    message: `At step ${step}, ${where}: ${why}.`,
    remedies,
    ...(location !== undefined && { location }),
  };
}

function byRecord(window: DiagnosisWindow, breakage: Breakage): Statement | undefined {
  const culprit = findCulprit(window, breakage);
  if (!culprit) return undefined;
  const { where, why, remedies } = explain(window, culprit, breakage);
  return {
    severity: 'error',
    ...(culprit.layer !== undefined && { layer: culprit.layer }),
    ...(culprit.tensor !== undefined && { tensor: culprit.tensor }),
    since: breakage.record.step,
    evidence: evidenceOf(culprit.summary ? nonFiniteCount(culprit.summary) : 1),
    message: `At step ${breakage.record.step}, ${where}: ${why}.`,
    remedies,
  };
}

/** The data were seen to have such values: the rule on their range tells so. */
function isInData({ facts }: DiagnosisWindow): boolean {
  return (
    facts !== undefined &&
    (facts.inputs.some(({ summary }) => nonFiniteCount(summary) > 0) ||
      facts.outputs.some(({ labels }) => nonFiniteCount(labels) > 0))
  );
}

function evidenceOf(values: number): Statement['evidence'] {
  return { measured: Math.max(1, values), threshold: 0, unit: 'NaN or infinite values', window: 1 };
}

export const nonFinite: Rule = {
  id: 'non-finite',
  reference:
    'IEEE 754: an operation with a NaN gives NaN, so the first in the order of computation is the cause. ' +
    'Order and health counts as in TensorFlow Debugger V2 (FULL_HEALTH).',
  openAfter: 1,
  closeAfter: CLOSE_AFTER,
  // Values that grew until they overflowed: the growth is the cause.
  yieldsTo: ['exploding-gradient'],
  // An output that the loss cannot take is the cause of the NaN that it gives there.
  yieldsAtSameLayer: ['loss-activation-mismatch'],
  // Data that turn out later to have NaN are the finding of the rule on data.
  isWithdrawn: isInData,
  evaluate(window): Statement | undefined {
    const { breakage, autopsy } = window;
    if (!breakage || !window.isBroken || isInData(window)) return undefined;
    const isOfIt = autopsy?.step === breakage.record.step;
    return isOfIt ? byAutopsy(window, autopsy) : byRecord(window, breakage);
  },
};
