// What the user chose for the runs view; kept by VS Code per workspace.
import { RUN_GROUPINGS, type RunGrouping } from './groupRuns';
import { RUN_SORTS, type RunSort } from './sortRuns';

export interface RunsViewState {
  grouping: RunGrouping;
  sort: RunSort;
  /** In the language of `filter.ts`; empty shows all. */
  filter: string;
  /** Run that comparisons are relative to. */
  baseline?: string;
}

export const DEFAULT_VIEW_STATE: RunsViewState = { grouping: 'none', sort: 'time', filter: '' };

/** A state out of a stored value; whatever does not fit falls back to its default. */
export function parseViewState(stored: unknown): RunsViewState {
  const { grouping, sort, filter, baseline } = (
    typeof stored === 'object' && stored !== null ? stored : {}
  ) as Record<string, unknown>;
  return {
    grouping: RUN_GROUPINGS.find((known) => known === grouping) ?? DEFAULT_VIEW_STATE.grouping,
    sort: RUN_SORTS.find((known) => known === sort) ?? DEFAULT_VIEW_STATE.sort,
    filter: typeof filter === 'string' ? filter : DEFAULT_VIEW_STATE.filter,
    ...(typeof baseline === 'string' && { baseline }),
  };
}
