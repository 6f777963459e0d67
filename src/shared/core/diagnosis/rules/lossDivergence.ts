// Divergence: over the newer half of the run the loss stays far above both its first values and the
// level of a constant answer, though finite, and does not come back. Starts that overshoot, warm
// restarts and noise come back.
import type { Remedy } from '../../finding';
import { baselineOf } from '../baseline';
import { lowerRate } from '../rates';
import type { Rule } from '../rule';
import { isFalling, typicalUpdate } from '../standing';
import {
  DIVERGENCE_RISE,
  DIVERGENCE_SIGMAS,
  LOSS_CLOSE_AFTER,
  OSCILLATION_UPDATE,
  STRUGGLE_STEPS,
} from '../thresholds/loss';
import { short, times } from '../words';

const CHECK_LOSS: Remedy = {
  id: 'check-loss',
  title: 'Check the sign of the loss, and that labels and outputs have the same unit.',
};
const CLIP: Remedy = {
  id: 'clip-norm',
  title: 'Clip the gradients to a norm of 1 (clipNorm: 1).',
  values: { norm: 1 },
};

export const lossDivergence: Rule = {
  id: 'loss-divergence',
  reference:
    'Steps beyond 2 ÷ curvature diverge (LeCun et al. 1998, “Efficient BackProp”); TheDeepChecker 2022 asks for a loss ' +
    'twice its minimum. Standard error of the level by batch means (Bayley and Hammersley 1946).',
  openAfter: 10,
  closeAfter: LOSS_CLOSE_AFTER,
  yieldsTo: [
    'non-finite',
    'exploding-gradient',
    'update-ratio',
    'data-range',
    'loss-activation-mismatch',
  ],
  isWithdrawn: ({ loss }) => loss.isContested,
  evaluate(window) {
    const { loss, facts } = window;
    // Without a fixed task, as in reinforcement learning, a loss may rise while all goes well.
    const baseline = baselineOf(facts);
    if (!baseline || loss.isContested || window.isBroken) return undefined;
    const half = loss.history.newerHalf;
    if (!half || loss.history.steps < STRUGGLE_STEPS || isFalling(half)) return undefined;
    const start = Math.max(loss.reference, baseline.loss + 3 * baseline.error);
    if (half.mean - DIVERGENCE_SIGMAS * half.error < DIVERGENCE_RISE * start) return undefined;
    const update = typicalUpdate(window);
    // Targets that grow (those of a value function) raise the loss at any size of step.
    const isStepsFault = update >= OSCILLATION_UPDATE;
    return {
      severity: isStepsFault ? 'error' : 'warning',
      evidence: {
        measured: half.mean / start,
        threshold: DIVERGENCE_RISE,
        unit: 'mean loss ÷ the higher of first loss and constant answer',
        window: half.steps,
      },
      message:
        `The loss has risen to ${short(half.mean)}, ${times(half.mean / start)} of the ` +
        (loss.reference >= baseline.loss ? 'first losses' : 'level of a constant answer') +
        ` (${short(start)}), and has not come back for ${half.steps} steps.`,
      remedies: isStepsFault
        ? [lowerRate(window, update), CLIP, CHECK_LOSS]
        : [CHECK_LOSS, lowerRate(window), CLIP],
    };
  },
};
