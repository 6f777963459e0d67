// On WebGL tfjs 4.22 takes 1e-4 for its epsilon where the other backends and Keras take 1e-7
// (https://github.com/tensorflow/tfjs/issues/6980). Cross-entropies bound probabilities by it, and a
// bounded logarithm has no slope: samples that are given less than 1e-4 teach nothing any more.
import type { ModelFacts } from '../../facts';
import type { Statement } from '../rule';
import { COARSE_EPSILON, COARSE_SHARE } from '../thresholds/initialization';
import type { DiagnosisWindow } from '../window';
import { short } from '../words';

/** Losses of tfjs that bound probabilities by epsilon. */
const BOUNDED = new Set([
  'categoricalCrossentropy',
  'sparseCategoricalCrossentropy',
  'binaryCrossentropy',
]);

/**
 * States the defect once the mean loss shows that samples are missed as badly as that: it is a sizeable
 * share of what one such sample costs.
 */
export function coarseEpsilon(window: DiagnosisWindow, facts: ModelFacts): Statement | undefined {
  const epsilon = facts.shippedEpsilon ?? facts.epsilon;
  const loss = window.loss.latest;
  if (epsilon < COARSE_EPSILON || loss === undefined) return undefined;
  const output = facts.outputs.find((one) => BOUNDED.has(one.loss));
  // Losses of several outputs are added up: whose this one is, is not known.
  if (!output || facts.outputs.length > 1) return undefined;
  const stuck = -Math.log(epsilon);
  const share = loss / stuck;
  if (share < COARSE_SHARE) return undefined;
  const isHere = facts.epsilon === epsilon;
  return {
    severity: isHere && window.loss.isFlat && window.loss.isUnlearnt ? 'warning' : 'information',
    layer: output.layer,
    since: window.record.step,
    evidence: {
      measured: loss,
      threshold: COARSE_SHARE * stuck,
      unit: 'mean loss per sample',
      window: 1,
    },
    message:
      `At a loss of ${short(loss)} many samples get a probability below ${short(epsilon)} for their ` +
      `label. tfjs on WebGL takes that for 0 (a loss of ${short(stuck)}) and gives them no gradient` +
      (isHere
        ? '.'
        : `; here they are counted, by an epsilon of ${short(facts.epsilon)}, but where the model is ` +
          'trained with tfjs as shipped they teach nothing.'),
    remedies: [
      {
        id: 'switch-loss',
        title:
          'Leave the output linear and use tf.losses.softmaxCrossEntropy (or sigmoidCrossEntropy), which needs no epsilon.',
      },
      {
        id: 'change-initializer',
        title: 'Start with smaller output weights, so that no sample is missed so badly.',
        layers: [output.layer],
        values: { initializer: 'glorotUniform', option: 'kernelInitializer' },
      },
    ],
  };
}
