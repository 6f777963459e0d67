// What the runs view shows of the list, and what of it has to be drawn again when the list changes.
import { differencesByModel } from '../../shared/core/runDifferences';
import type { RunSummary } from '../../shared/core/runSummary';
import { parseFilter } from './filter';
import { groupRuns } from './groupRuns';
import { sortRuns } from './sortRuns';
import type { RunsViewState } from './viewState';

/** A row of a run. The same object for as long as it stands where it stands. */
export interface RunRow {
  readonly kind: 'run';
  /** Unique in the view: a run with several tags has several rows. */
  readonly key: string;
  run: RunSummary;
  /** Hyperparameters that tell the shown runs of its model apart. */
  differing: readonly string[];
}

/** A row that others stand below. */
export interface GroupRow {
  readonly kind: 'group';
  readonly key: string;
  label: string;
  rows: readonly RunRow[];
}

export type Row = RunRow | GroupRow;

/** What changed from one layout to the next: all, or the rows that are named. */
export type LayoutChange = 'all' | readonly RunRow[];

const NONE: readonly string[] = [];
const sameNames = (a: readonly string[], b: readonly string[]): boolean =>
  a.length === b.length && a.every((name, i) => name === b[i]);

/** The rows of the view. */
export class Layout {
  private rows: readonly Row[] = [];
  private rowsByKey = new Map<string, RunRow>();
  private groupsByKey = new Map<string, GroupRow>();
  /** Keys in the order of the view: the same text, the same structure. */
  private structure = '';
  private shownCount = 0;
  /** All runs of the last {@link update}, the hidden ones too. */
  private ids: ReadonlySet<string> = new Set();

  /** Groups, or runs where there are no groups. */
  get roots(): readonly Row[] {
    return this.rows;
  }

  /** Runs that the filter lets through. */
  get shown(): number {
    return this.shownCount;
  }

  /** True where the runs are those of the last {@link update}, whatever has become of them. */
  hasAll(runs: ReadonlyMap<string, RunSummary>): boolean {
    return runs.size === this.ids.size && [...runs.keys()].every((id) => this.ids.has(id));
  }

  /** Brings the rows up to date where they stand; returns those that changed. */
  refresh(runs: ReadonlyMap<string, RunSummary>): RunRow[] {
    return [...this.rowsByKey.values()].filter((row) => {
      const run = runs.get(row.run.id);
      if (!run || run === row.run) return false;
      row.run = run;
      return true;
    });
  }

  /** The first row of a run. */
  rowOf(id: string): RunRow | undefined {
    return [...this.rowsByKey.values()].find(({ run }) => run.id === id);
  }

  /** The group that a row stands below. */
  groupOf(row: RunRow): GroupRow | undefined {
    return [...this.groupsByKey.values()].find(({ rows }) => rows.includes(row));
  }

  /**
   * Lays the runs out anew. A filter that cannot be understood (it was checked when it was entered) shows all.
   * @returns what has to be drawn again.
   */
  update(runs: Iterable<RunSummary>, state: RunsViewState, now = new Date()): LayoutChange {
    const all = [...runs];
    this.ids = new Set(all.map(({ id }) => id));
    const shown = sortRuns(all.filter(testOf(state.filter)), state.sort);
    this.shownCount = shown.length;
    const differing = differencesByModel(shown);
    const changed: RunRow[] = [];
    const kept = new Map<string, RunRow>();
    const rowFor = (run: RunSummary, group: string): RunRow => {
      const key = `${group}/${run.id}`;
      const names = differing.get(run.path) ?? NONE;
      let row = this.rowsByKey.get(key);
      if (!row) row = { kind: 'run', key, run, differing: names };
      else if (row.run !== run || !sameNames(row.differing, names)) {
        row.run = run;
        row.differing = names;
        changed.push(row);
      }
      kept.set(key, row);
      return row;
    };
    const groups = new Map<string, GroupRow>();
    this.rows =
      state.grouping === 'none'
        ? shown.map((run) => rowFor(run, ''))
        : groupRuns(shown, state.grouping, now).map(({ key: name, label, runs: own }) => {
            const key = `${state.grouping}:${name}`;
            const group: GroupRow = this.groupsByKey.get(key) ?? {
              ...{ kind: 'group', key, label },
              rows: [],
            };
            group.label = label;
            group.rows = own.map((run) => rowFor(run, key));
            groups.set(key, group);
            return group;
          });
    this.rowsByKey = kept;
    this.groupsByKey = groups;
    const structure = this.rows
      .map((row) =>
        row.kind === 'run' ? row.key : `${row.label}\n${row.rows.map(({ key }) => key).join('\n')}`,
      )
      .join('\n');
    if (structure === this.structure) return changed;
    this.structure = structure;
    return 'all';
  }
}

function testOf(filter: string): (run: RunSummary) => boolean {
  try {
    return parseFilter(filter);
  } catch {
    return () => true;
  }
}
