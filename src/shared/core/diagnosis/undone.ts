// How much of the learning is undone once the loss has stopped falling: the measure that decides
// whether large or small updates, dead or saturated units cost anything.
import { baselineOf } from './baseline';
import { isFalling, shareLeft } from './standing';
import type { DiagnosisWindow } from './window';

/** A loss that no longer falls. */
export interface Undone {
  /**
   * Share of what there is to learn: 1 at the level of a constant answer, 0 where all is learnt; ÷ first
   * losses where that level is not known.
   */
  left: number;
  /** True where the level of a constant answer is known. */
  isKnown: boolean;
}

/**
 * What a loss that has stopped has left undone. Undefined while it falls, for the
 * first 64 steps, and where an opponent moves it too. `least`: share of the loss by which it must have
 * fallen, over the newer half of the run, to count as falling.
 */
export function undoneBy({ loss, facts }: DiagnosisWindow, least = 0): Undone | undefined {
  const half = loss.history.newerHalf;
  if (!half || loss.isContested) return undefined;
  if (isFalling(half) && half.drop > least * Math.abs(half.mean)) return undefined;
  const baseline = baselineOf(facts);
  if (baseline) return { left: shareLeft(half.mean, baseline), isKnown: true };
  return { left: loss.reference > 0 ? half.mean / loss.reference : 1, isKnown: false };
}
