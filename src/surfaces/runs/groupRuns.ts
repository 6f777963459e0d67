// Runs in groups: by model, experiment, day, tag or state. Groups stand in the order of their first run.
import type { RunState } from '../../shared/core/run';
import type { RunSummary } from '../../shared/core/runSummary';
import { dayWord, STATE_WORDS } from './words';

export const RUN_GROUPINGS = ['none', 'model', 'experiment', 'day', 'tag', 'state'] as const;
export type RunGrouping = (typeof RUN_GROUPINGS)[number];

export interface RunGroup {
  /** Unique among the groups of one grouping. */
  key: string;
  label: string;
  runs: RunSummary[];
}

/** Key of the group of those that have no tag or no experiment: no tag can be empty. */
const NONE = '';

/** Keys and labels of the groups that a run is in; a run with several tags is in several. */
function groupsOf(
  run: RunSummary,
  by: Exclude<RunGrouping, 'none'>,
  now: Date,
): (readonly [key: string, label: string])[] {
  switch (by) {
    case 'model':
      return [[run.path, run.title]];
    case 'experiment':
      return [run.experiment ? [run.experiment.id, run.experiment.name] : [NONE, 'No experiment']];
    case 'day': {
      const word = dayWord(run.startedAt, now);
      return [[word, word]];
    }
    case 'tag': {
      const tags = run.labels.tags ?? [];
      return tags.length > 0 ? tags.map((tag) => [tag, tag] as const) : [[NONE, 'No tag']];
    }
    case 'state':
      return [[run.state, STATE_WORDS[run.state satisfies RunState]]];
  }
}

/** Two models of the same file name are told apart by their paths. */
function withPaths(groups: RunGroup[]): RunGroup[] {
  const counts = new Map<string, number>();
  for (const { label } of groups) counts.set(label, (counts.get(label) ?? 0) + 1);
  return groups.map((group) =>
    (counts.get(group.label) ?? 0) > 1 ? { ...group, label: group.key } : group,
  );
}

/**
 * The groups of sorted runs; their runs keep their order. What has no tag or experiment is the last group.
 * @param now for the words of days.
 */
export function groupRuns(
  runs: readonly RunSummary[],
  by: Exclude<RunGrouping, 'none'>,
  now = new Date(),
): RunGroup[] {
  const groups = new Map<string, RunGroup>();
  for (const run of runs) {
    for (const [key, label] of groupsOf(run, by, now)) {
      const known = groups.get(key);
      if (known) known.runs.push(run);
      else groups.set(key, { key, label, runs: [run] });
    }
  }
  const all = [...groups.values()];
  const ordered = [
    ...all.filter(({ key }) => key !== NONE),
    ...all.filter(({ key }) => key === NONE),
  ];
  return by === 'model' ? withPaths(ordered) : ordered;
}
