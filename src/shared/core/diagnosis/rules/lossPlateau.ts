// Plateau: the loss has stopped at the level of a constant answer, or above it, so that nothing of the
// inputs has been learnt; or below it, in a net that has no activation. Any other loss that has stopped
// is at its noise floor as far as anyone can tell, and is not judged.
import type { Remedy } from '../../finding';
import { baselineOf, type Baseline } from '../baseline';
import type { Stretch } from '../lossHistory';
import { plateauOfProbes, uselessLayers } from '../plateaus';
import { lowerRate, raiseRate } from '../rates';
import type { Rule, Statement } from '../rule';
import { isFalling, shareLeft, typicalUpdate } from '../standing';
import {
  LEVEL_SIGMAS,
  LOSS_CLOSE_AFTER,
  OSCILLATION_UPDATE,
  PLATEAU_ABOVE,
  PLATEAU_GAIN,
  PLATEAU_LEVEL_ERROR,
  PLATEAU_LINEAR_LEFT,
  PLATEAU_LONG_PASSES,
  PLATEAU_LONG_STEPS,
  PLATEAU_STEPS,
} from '../thresholds/loss';
import { SMALL_UPDATE_RATIO } from '../thresholds/updates';
import type { DiagnosisWindow } from '../window';
import { percent, short } from '../words';

const CHECK_LABELS: Remedy = {
  id: 'check-labels',
  title: 'Check that each label belongs to its input: shuffle inputs and labels together.',
};
const CHECK_DATA: Remedy = {
  id: 'check-data',
  title:
    'Train on 20 samples only: a net that cannot learn them by heart has a fault or is too small; one that can needs other inputs.',
};

/**
 * True where training has taken so long for nothing that it is a waste whatever the reason: in steps, or
 * in passes through the data.
 */
function isWaste({ facts, steps }: DiagnosisWindow): boolean {
  if (steps >= PLATEAU_LONG_STEPS) return true;
  const { samples, batchSize } = facts ?? {};
  return !!samples && !!batchSize && (steps * batchSize) / samples >= PLATEAU_LONG_PASSES;
}

/** Other steps first, where their size suggests it. */
function remediesFor(window: DiagnosisWindow): Remedy[] {
  const update = typicalUpdate(window);
  const rest = [CHECK_LABELS, CHECK_DATA];
  if (update > OSCILLATION_UPDATE) return [lowerRate(window, update), ...rest];
  if (update < SMALL_UPDATE_RATIO) return [raiseRate(window, update), ...rest];
  return rest;
}

/** Level, the constant answer and the share of the learning done. */
function stuckAt(
  window: DiagnosisWindow,
  half: Stretch,
  baseline: Baseline,
): Statement | undefined {
  const lowest = half.mean - LEVEL_SIGMAS * half.error;
  const left = shareLeft(lowest, baseline);
  if (left < 1 - PLATEAU_GAIN) return undefined;
  const limit = baseline.loss + PLATEAU_ABOVE * baseline.reducible + 3 * baseline.error;
  const isAbove = lowest > limit;
  const isKnown = baseline.error <= PLATEAU_LEVEL_ERROR * baseline.loss;
  if (!isAbove && !isKnown) return undefined;
  // Class weights change the level; where they may be in use, only a loss that never fell is sure.
  const isSure = isAbove
    ? !baseline.isImbalanced || lowest > (1 - PLATEAU_ABOVE) * window.loss.reference
    : isWaste(window);
  const constant = `a constant answer gives (${short(baseline.loss)})`;
  return {
    severity: isSure ? 'warning' : 'information',
    evidence: {
      measured: half.mean,
      threshold: baseline.loss - PLATEAU_GAIN * baseline.reducible,
      unit: 'mean loss',
      window: half.steps,
    },
    message: isAbove
      ? `The loss has stopped at ${short(half.mean)} for ${half.steps} steps, above what ${constant}: ` +
        'the output bias alone could do better, so the training is stuck.'
      : `The loss has stayed at ${short(half.mean)} for ${half.steps} steps, which is what ${constant}: ` +
        `of the inputs less than ${percent(PLATEAU_GAIN)} of what there is to know has been learnt.`,
    remedies: remediesFor(window),
  };
}

/** Regularizers add to the loss; what the net does with the data shows on the probes. */
function stuckBelowPenalty(window: DiagnosisWindow): Statement | undefined {
  const found = plateauOfProbes(window);
  if (!found) return undefined;
  const { loss, baseline } = found;
  const { steps } = window.loss.history;
  return {
    severity: isWaste(window) ? 'warning' : 'information',
    evidence: {
      measured: loss,
      threshold: baseline.loss - PLATEAU_GAIN * baseline.reducible,
      unit: 'loss of the probe, without penalty',
      window: window.probe?.samples ?? 0,
    },
    message:
      `Without the penalty on its weights the loss is ${short(loss)} after ${steps} steps, which is what a constant answer ` +
      `gives (${short(baseline.loss)}): the penalty may outweigh the data.`,
    remedies: [
      {
        id: 'check-loss',
        title: 'Lower the penalty on the weights (kernelRegularizer), to 0.001 or less.',
      },
      ...remediesFor(window),
    ],
  };
}

/** Layers without activation in between are one layer: the net cannot get further. */
function linear(window: DiagnosisWindow, half: Stretch, baseline: Baseline): Statement | undefined {
  const hidden = window.facts ? uselessLayers(window.facts) : [];
  const [first, ...more] = hidden;
  const left = shareLeft(half.mean - LEVEL_SIGMAS * half.error, baseline);
  if (!first || left < PLATEAU_LINEAR_LEFT) return undefined;
  return {
    severity: 'warning',
    layer: first.name,
    relatedLayers: more.map(({ name }) => name),
    evidence: {
      measured: left,
      threshold: PLATEAU_LINEAR_LEFT,
      unit: 'share of what there is to learn that is left',
      window: half.steps,
    },
    message:
      `The loss has stopped at ${short(half.mean)} for ${half.steps} steps, and no hidden layer has an activation: ` +
      `${hidden.length + 1} linear layers in a row can do no more than one.`,
    remedies: [
      {
        id: 'change-activation',
        title: "Use activation 'relu' with kernelInitializer 'heUniform' in the hidden layers.",
        layers: hidden.map(({ name }) => name),
        values: { activation: 'relu', initializer: 'heUniform' },
      },
      CHECK_DATA,
    ],
  };
}

export const lossPlateau: Rule = {
  id: 'loss-plateau',
  reference:
    'The loss of a constant answer (entropy or variance of the labels) as the level to beat, as for the initial ' +
    'loss in CS231n; trend test of Mann 1945 and Kendall 1975 over batch means (Bayley and Hammersley 1946).',
  openAfter: 5,
  closeAfter: LOSS_CLOSE_AFTER,
  yieldsTo: [
    'non-finite',
    'exploding-gradient',
    'vanishing-gradient',
    'dead-units',
    'saturated-units',
    'unchanged-weights',
    'poor-initialization',
    'update-ratio',
    'loss-activation-mismatch',
    'data-range',
    'class-imbalance',
    'loss-divergence',
    'loss-oscillation',
  ],
  isWithdrawn: ({ loss }) => loss.isContested,
  evaluate(window) {
    const { loss, facts } = window;
    if (loss.isContested || window.isBroken || loss.history.steps < PLATEAU_STEPS) return undefined;
    const baseline = baselineOf(facts);
    if (!baseline) return stuckBelowPenalty(window);
    const half = loss.history.newerHalf;
    if (!half || isFalling(half)) return undefined;
    return linear(window, half, baseline) ?? stuckAt(window, half, baseline);
  },
};
