// What shows many runs at a time: the runs view and the pages that compare runs.
import * as vscode from 'vscode';
import type { RunSummary } from '../shared/core/runSummary';
import { Comparisons, type ComparisonsParts } from './compare';
import { RunsView, type RunsViewParts } from './runs';

export interface RunListsParts extends RunsViewParts, Omit<ComparisonsParts, 'runs' | 'ask'> {
  /** Lets the user pick runs; none where the user gives up. */
  pick(runs: readonly RunSummary[]): Promise<readonly RunSummary[]>;
}

/** Shows the lists, until disposed. */
export function showRunLists(parts: RunListsParts): {
  runs: RunsView;
  comparisons: Comparisons;
  lists: vscode.Disposable;
} {
  const runs = new RunsView(parts);
  const comparisons = new Comparisons({
    ...parts,
    runs,
    ask: async (besides) => {
      const others = [...(await runs.runs()).values()].filter(({ id }) => !besides.includes(id));
      return (await parts.pick(others)).map(({ id }) => id);
    },
  });
  return { runs, comparisons, lists: vscode.Disposable.from(runs, comparisons) };
}
