// Plateau: the loss has stopped at the level of a constant answer, or above it, so that nothing of the
// inputs has been learnt. A loss that has stopped below it is at its noise floor as far as anyone can
// tell, and is not judged.
import type { Remedy } from '../../finding';
import { baselineOf, type Baseline } from '../baseline';
import type { Stretch } from '../lossHistory';
import { lowerRate, raiseRate } from '../rates';
import type { Rule, Statement } from '../rule';
import { isFalling, shareLeft, typicalUpdate } from '../standing';
import { CLOSE_AFTER } from '../thresholds';
import {
  LEVEL_SIGMAS,
  MEMORIZING_PASSES,
  OSCILLATION_UPDATE,
  PLATEAU_ABOVE,
  PLATEAU_GAIN,
  PLATEAU_LEVEL_ERROR,
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

/** True where even random labels could be learnt by heart by now, so that no noise explains a plateau. */
function canMemorize({ facts, record, steps }: DiagnosisWindow): boolean {
  const { samples, batchSize, layers, outputs } = facts ?? {};
  if (!samples || !batchSize || !layers || !outputs) return false;
  if (layers.some(({ dropoutRate, regularized }) => regularized || (dropoutRate ?? 0) > 0)) {
    return false;
  }
  if ((steps * batchSize) / samples < MEMORIZING_PASSES) return false;
  const labels = outputs.reduce(
    (sum, { labelShape }) => sum + samples * labelShape.reduce((n, length) => n * length, 1),
    0,
  );
  let weights = 0;
  for (const name in record.tensors) weights += record.tensors[name]?.weight.count ?? 0;
  return weights > labels;
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
  const { steps } = window.loss.history;
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
    : steps >= PLATEAU_LONG_STEPS || canMemorize(window);
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

export const lossPlateau: Rule = {
  id: 'loss-plateau',
  reference:
    'The loss of a constant answer (entropy or variance of the labels) as the level to beat, as for the initial ' +
    'loss in CS231n; trend test of Mann 1945 and Kendall 1975 over batch means (Bayley and Hammersley 1946).',
  openAfter: 5,
  closeAfter: CLOSE_AFTER,
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
  evaluate(window) {
    const { loss, facts } = window;
    if (loss.isContested || window.isBroken || loss.history.steps < PLATEAU_STEPS) return undefined;
    const baseline = baselineOf(facts);
    const half = baseline && loss.history.newerHalf;
    if (!half || isFalling(half)) return undefined;
    return stuckAt(window, half, baseline);
  },
};
