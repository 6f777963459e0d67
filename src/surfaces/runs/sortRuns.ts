// The order of the runs: pinned first, then by what the user chose; what has no such value comes last.
import type { RunSummary } from '../../shared/core/runSummary';
import { nameOf } from './words';

export const RUN_SORTS = ['time', 'best', 'last', 'name', 'duration'] as const;
export type RunSort = (typeof RUN_SORTS)[number];

const names = new Intl.Collator('en', { numeric: true, sensitivity: 'base' });

/** Ascending; undefined and NaN last. */
function byNumber(value: (run: RunSummary) => number | undefined) {
  return (a: RunSummary, b: RunSummary): number => {
    const [x, y] = [value(a) ?? NaN, value(b) ?? NaN];
    if (Number.isNaN(x) || Number.isNaN(y))
      return Number(Number.isNaN(x)) - Number(Number.isNaN(y));
    return x === y ? 0 : x - y;
  };
}

const ORDERS: Record<RunSort, (a: RunSummary, b: RunSummary) => number> = {
  time: byNumber((run) => -run.startedAt),
  best: byNumber((run) => run.bestLoss?.value),
  last: byNumber((run) => run.lastLoss),
  name: (a, b) => names.compare(nameOf(a), nameOf(b)),
  duration: byNumber((run) => -run.seconds),
};

/** The runs in order: newest, lowest loss, first name or longest first. Equal ones by time, newest first. */
export function sortRuns(runs: readonly RunSummary[], by: RunSort): RunSummary[] {
  const order = ORDERS[by];
  return [...runs].sort(
    (a, b) =>
      Number(b.labels.pinned ?? false) - Number(a.labels.pinned ?? false) ||
      order(a, b) ||
      ORDERS.time(a, b) ||
      (a.id < b.id ? 1 : -1),
  );
}
