// Saturated units: sigmoid, tanh and their kin are flat far from zero, so that units whose inputs lie
// there on all samples hardly get a gradient. A net that has learnt may be so, and an output that is
// sure of what it knows has to be: the rule speaks only where the loss does not do well.
import { batchNormalization, changeInitializer, scaleData } from '../cures';
import { lowerRate } from '../rates';
import type { Rule, Statement } from '../rule';
import { standingOf } from '../standing';
import { CLOSE_AFTER } from '../thresholds';
import { SATURATED_SHARE, STILL_STEPS, UNITS_PERSISTENCE } from '../thresholds/units';
import { LITTLE_LEARNT, NOTHING_LEARNT } from '../thresholds/updates';
import { undoneBy } from '../undone';
import { bornSaturated, isFromStart, shoveWords, thrownOff } from '../unitCauses';
import {
  activationOf,
  isOnEveryPath,
  isStandingStill,
  shoveOf,
  unitShares,
  type UnitShare,
} from '../units';
import type { DiagnosisWindow } from '../window';
import { short } from '../words';

function saturated(window: DiagnosisWindow, all: readonly UnitShare[], left: number): Statement {
  // Of equals the first in the net: those behind it get their inputs from it.
  const worst = all.reduce((most, other) => (other.share > most.share ? other : most));
  const layers = all.map(({ layer }) => layer);
  const { words, remedies } = isFromStart(window, worst, SATURATED_SHARE)
    ? bornSaturated(window, worst.layer, layers)
    : thrownOff(window, [batchNormalization(layers)]);
  const { preActivation } = worst.probe;
  const range = preActivation
    ? ` (inputs of the activation: ${short(preActivation.min)} to ${short(preActivation.max)})`
    : '';
  const kind = activationOf(window, worst.layer);
  // A loss that has fallen at all may be at its noise floor, with units that have become switches. Those
  // that have been stuck since before training are a fault of the start.
  const isPoor = left > NOTHING_LEARNT || standingOf(window) === 'struggling';
  const isWhole =
    worst.affected === worst.units && isOnEveryPath(window.facts, worst.layer) !== false;
  return {
    severity: isPoor ? (isWhole && left > NOTHING_LEARNT ? 'error' : 'warning') : 'information',
    layer: worst.layer,
    relatedLayers: layers.filter((layer) => layer !== worst.layer),
    evidence: {
      measured: worst.share,
      threshold: SATURATED_SHARE,
      unit: 'share of units saturated on the probe',
      window: 2,
    },
    message:
      `${worst.affected} of ${worst.units} units of ${worst.layer}${kind ? ` (${kind})` : ''} are ` +
      `saturated on all samples of the probe${range}, ${words}; they hardly get a gradient, and the ` +
      `loss does not improve (${short(window.loss.latest ?? 0)}).`,
    remedies,
  };
}

/**
 * An output that is so sure of wrong answers that the loss clips it: tfjs bounds probabilities by epsilon
 * before it takes their logarithm, and beyond the bounds the gradient of every layer is exactly zero.
 */
function clippedOutput(window: DiagnosisWindow): Statement | undefined {
  if (!isStandingStill(window)) return undefined;
  const [output, ...others] = window.facts?.outputs ?? [];
  const left = undoneBy(window)?.left ?? 0;
  if (left <= LITTLE_LEARNT || !output || others.length > 0) return undefined;
  const { layer, activation } = output;
  if (activation !== 'softmax' && activation !== 'sigmoid') return undefined;
  const shove = shoveWords(window);
  return {
    severity: 'error',
    layer,
    evidence: {
      measured: STILL_STEPS,
      threshold: STILL_STEPS,
      unit: 'steps without any gradient',
      window: STILL_STEPS,
    },
    message:
      `The ${activation} of ${layer} answers 0 or 1 and is wrong (loss ` +
      `${short(window.loss.latest ?? 0)}): the loss bounds its logarithm there, so that no layer gets ` +
      `any gradient, and training stands still${shove ? `; ${shove}` : ''}.`,
    remedies: [
      ...scaleData(window),
      lowerRate(window, shoveOf(window)?.updateRatio),
      changeInitializer(window, [layer]),
    ],
  };
}

export const saturatedUnits: Rule = {
  id: 'saturated-units',
  reference:
    'Glorot and Bengio 2010, “Understanding the difficulty of training deep feedforward neural networks” ' +
    '(saturation stops learning); SageMaker Debugger 2020 (SaturatedActivation: 50 % of the units).',
  openAfter: UNITS_PERSISTENCE,
  closeAfter: CLOSE_AFTER,
  yieldsTo: [
    'exploding-gradient',
    'non-finite',
    'poor-initialization',
    'data-range',
    'loss-activation-mismatch',
    'dead-units',
    'update-ratio',
  ],
  evaluate(window) {
    if (window.isBroken) return undefined;
    const clipped = clippedOutput(window);
    if (clipped || !window.probe) return clipped;
    const all = unitShares(window, 'saturatedUnits', SATURATED_SHARE);
    if (all.length === 0) return undefined;
    const left = undoneBy(window)?.left ?? 0;
    return left > LITTLE_LEARNT ? saturated(window, all, left) : undefined;
  },
};
