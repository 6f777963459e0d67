// How a training stands, by its loss: whether it falls, how much of what there is to learn is left, how
// large its steps are. Rules on construction and data take their severity from here.
import { baselineOf, type Baseline } from './baseline';
import type { Stretch } from './lossHistory';
import { median } from './lossTrack';
import {
  FALLING_DROP,
  FALLING_SCORE,
  LEVEL_SIGMAS,
  RISEN,
  RISEN_STEPS,
  RISEN_UNKNOWN,
  STRUGGLE_LEFT,
  STRUGGLE_STEPS,
} from './thresholds/loss';
import { LITTLE_LEARNT } from './thresholds/updates';
import { isHeldBySaturation } from './units';
import type { DiagnosisWindow } from './window';

/** True where the loss falls: beyond chance, and by an amount that gets somewhere. */
export function isFalling({ trend, drop, mean }: Stretch): boolean {
  return trend < FALLING_SCORE && drop > FALLING_DROP * Math.abs(mean);
}

/** Share of what there is to learn that is left at a loss: 1 at the level of a constant answer. */
export function shareLeft(loss: number, { loss: level, reducible }: Baseline): number {
  return 1 - (level - loss) / reducible;
}

/** Median of ‖Δw‖/‖w‖ over the newest steps, of the layer that moves most in each. */
export function typicalUpdate({ past }: DiagnosisWindow): number {
  return median(past.map(({ updateRatio }) => updateRatio));
}

/** Most of the newest losses are far above the first ones and above what a constant answer costs. */
function hasRisen({ past, loss }: DiagnosisWindow, baseline: Baseline | undefined): boolean {
  if (past.length < RISEN_STEPS || loss.isContested) return false;
  const recent = median(past.map((step) => step.loss ?? 0));
  return baseline
    ? recent > RISEN * Math.max(loss.reference, baseline.loss)
    : loss.reference > 0 && recent > RISEN_UNKNOWN * loss.reference;
}

/** How a training stands that rules have something against. */
export type Standing = 'early' | 'well' | 'struggling' | 'failed';

/**
 * `failed`: the loss is not finite, or far above its first values. `struggling`: after
 * {@link STRUGGLE_STEPS} it has stopped falling with most of the learning undone, or with half of it
 * where hidden units were saturated from the start. `well`: it falls, or has fallen. `early`: too soon to
 * say, or nothing to measure it by, as where an opponent or labels that move have a part in the loss.
 */
export function standingOf(window: DiagnosisWindow): Standing {
  const { loss, facts } = window;
  const baseline = baselineOf(facts);
  if (window.isBroken || hasRisen(window, baseline)) return 'failed';
  const { newerHalf, steps } = loss.history;
  if (loss.isContested || !newerHalf || steps < STRUGGLE_STEPS) return 'early';
  if (isFalling(newerHalf)) return 'well';
  const level = newerHalf.mean - LEVEL_SIGMAS * newerHalf.error;
  const least = isHeldBySaturation(window) ? LITTLE_LEARNT : STRUGGLE_LEFT;
  if (baseline) {
    // Against the highest constant answer that the labels looked at allow.
    const highest = { ...baseline, loss: baseline.loss + LEVEL_SIGMAS * baseline.error };
    return shareLeft(level, highest) > least ? 'struggling' : 'well';
  }
  return loss.start > 0 && level > least * loss.reference ? 'struggling' : 'well';
}
