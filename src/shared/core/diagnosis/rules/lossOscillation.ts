// Oscillation: the loss swings from step to step by more than the choice of samples explains, while it
// does not fall and most of the learning is undone, and the steps are large. Swings of a net that
// learns, or has learnt, are noise and cost nothing.
import type { Remedy } from '../../finding';
import { baselineOf } from '../baseline';
import type { Stretch } from '../lossHistory';
import { lowerRate } from '../rates';
import type { Rule, Statement } from '../rule';
import { isFalling, shareLeft, typicalUpdate } from '../standing';
import {
  LEVEL_SIGMAS,
  LOSS_CLOSE_AFTER,
  OSCILLATION_ABOVE,
  OSCILLATION_LEFT,
  OSCILLATION_NOISE,
  OSCILLATION_SIGMAS,
  OSCILLATION_SWING,
  OSCILLATION_TURNS,
  OSCILLATION_UPDATE,
  STRUGGLE_STEPS,
} from '../thresholds/loss';
import type { DiagnosisWindow } from '../window';
import { percent, short } from '../words';

const LARGER_BATCH: Remedy = {
  id: 'larger-batch',
  title: 'Use a larger batch: the mean of more samples swings less.',
};
const CLIP: Remedy = {
  id: 'clip-norm',
  title: 'Clip the gradients to a norm of 1 (clipNorm: 1).',
  values: { norm: 1 },
};

/** Share of turning points in noise, and its variance for one step (Bienaymé 1874). */
const NOISE_TURNS = 2 / 3;
const TURNS_VARIANCE = 16 / 90;

/** What shows that the swings are the weights' and not the samples', in words. */
function sign(
  half: Stretch,
  swing: number,
  batchSize: number,
  level: number,
): { measured: number; threshold: number; unit: string; words: string } | undefined {
  const chance = OSCILLATION_SIGMAS * Math.sqrt(TURNS_VARIANCE / half.steps);
  const threshold = NOISE_TURNS + Math.max(OSCILLATION_TURNS, chance);
  if (half.turns > threshold) {
    return {
      measured: half.turns,
      threshold,
      unit: 'share of steps at which the loss turns',
      words: 'up and down by turns',
    };
  }
  if (half.mean - LEVEL_SIGMAS * half.error > OSCILLATION_ABOVE * level) {
    return {
      measured: half.mean / level,
      threshold: OSCILLATION_ABOVE,
      unit: 'mean loss ÷ loss of a constant answer',
      words: `above the ${short(level)} that a constant answer gives`,
    };
  }
  const noise = swing * Math.sqrt(batchSize);
  return noise > OSCILLATION_NOISE
    ? {
        measured: noise,
        threshold: OSCILLATION_NOISE,
        unit: 'swing from step to step ÷ mean loss · √(batch size)',
        words: `more than batches of ${batchSize} samples differ`,
      }
    : undefined;
}

export const lossOscillation: Rule = {
  id: 'loss-oscillation',
  reference:
    'Turning points: Bienaymé 1874; swings of the loss: BTTackler 2024 (coefficient of variation 0.2); ' +
    'sampling noise falls with √(batch size).',
  openAfter: 10,
  closeAfter: LOSS_CLOSE_AFTER,
  yieldsTo: [
    'non-finite',
    'exploding-gradient',
    'loss-divergence',
    'update-ratio',
    'data-range',
    'loss-activation-mismatch',
  ],
  isWithdrawn: ({ loss }) => loss.isContested,
  evaluate(window: DiagnosisWindow): Statement | undefined {
    const { loss, facts } = window;
    const baseline = facts && baselineOf(facts);
    if (!baseline || loss.isContested || window.isBroken) return undefined;
    const half = loss.history.newerHalf;
    if (!half || loss.history.steps < STRUGGLE_STEPS || isFalling(half)) return undefined;
    if (shareLeft(half.mean, baseline) < OSCILLATION_LEFT) return undefined;
    const swing = half.swing / half.mean;
    const update = typicalUpdate(window);
    if (swing < OSCILLATION_SWING || update < OSCILLATION_UPDATE) return undefined;
    const found = sign(half, swing, facts.batchSize, baseline.loss);
    if (!found) return undefined;
    const { words, ...evidence } = found;
    return {
      severity: 'warning',
      evidence: { ...evidence, window: half.steps },
      message:
        `The loss swings by ${percent(swing)} from step to step around ${short(half.mean)}, ${words}, and has not ` +
        `fallen for ${half.steps} steps: updates of ${percent(update)} of the weights step over the minimum.`,
      remedies: [lowerRate(window, update), CLIP, LARGER_BATCH],
    };
  },
};
