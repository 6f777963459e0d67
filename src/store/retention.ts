// Which runs have to go so that the newest fit into the bounds that the user has set.
import { isFinal } from '../shared/core/run';
import type { RunSummary } from '../shared/core/runSummary';

export interface RetentionLimits {
  /** Runs that are kept, the pinned ones not counted. */
  runs: number;
  /** Bytes of all runs together, the pinned ones among them. */
  bytes: number;
}

/**
 * The runs to delete, oldest first. Never among them: pinned runs, those that are recorded by whichever window, and
 * those that `isInUse` says. They count towards the bytes all the same. Nor does the newest run go for its size.
 * @param summaries newest first.
 */
export function surplusRuns(
  summaries: readonly RunSummary[],
  { runs, bytes }: RetentionLimits,
  isInUse: (id: string) => boolean,
): string[] {
  const isKept = ({ id, state, labels }: RunSummary) =>
    labels.pinned === true || !isFinal(state) || isInUse(id);
  const surplus: string[] = [];
  let held = summaries.filter(isKept).reduce((sum, run) => sum + (run.bytes ?? 0), 0);
  // Of those that are kept anyway, the pinned ones take no place of others.
  let count = summaries.filter((run) => isKept(run) && run.labels.pinned !== true).length;
  for (const run of summaries) {
    if (isKept(run)) continue;
    count++;
    held += run.bytes ?? 0;
    if (count > runs || (held > bytes && count > 1)) surplus.unshift(run.id);
  }
  return surplus;
}
