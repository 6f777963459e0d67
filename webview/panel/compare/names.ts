// What each run is called on the page: its name, and where several have the same one, what sets it apart.
import { differingHyperparameters } from '../../../src/shared/core/runDifferences';
import type { RunSummary } from '../../../src/shared/core/runSummary';
import { formatRound } from '../../../src/shared/charts/format';

type Named = Pick<RunSummary, 'id' | 'title' | 'labels' | 'hyperparameters' | 'seed' | 'startedAt'>;

const nameOf = ({ labels, title }: Named): string =>
  labels.name === undefined || labels.name === '' ? title : labels.name;

function groupBy(runs: readonly Named[], keyOf: (run: Named) => string): Named[][] {
  const groups = new Map<string, Named[]>();
  for (const run of runs) {
    const key = keyOf(run);
    groups.set(key, [...(groups.get(key) ?? []), run]);
  }
  return [...groups.values()];
}

function valueWord(run: Named, name: string): string {
  const value = run.hyperparameters[name];
  return `${name} ${typeof value === 'number' ? formatRound(value) : String(value ?? '–')}`;
}

/** `lr 0.01, units 64`: no more of the hyperparameters that differ within the group than tell it apart. */
function differences(group: readonly Named[]): Map<string, string> {
  let words = new Map(group.map(({ id }) => [id, '']));
  for (const name of differingHyperparameters(group)) {
    const kinds = new Set(words.values()).size;
    if (kinds === group.length) break;
    const longer = new Map(
      group.map((run) => {
        const before = words.get(run.id) ?? '';
        return [run.id, `${before}${before === '' ? '' : ', '}${valueWord(run, name)}`];
      }),
    );
    if (new Set(longer.values()).size > kinds) words = longer;
  }
  return words;
}

/** The name that all runs share; undefined where they do not, or where there is but one run. */
export function sharedName(runs: readonly Named[]): string | undefined {
  const names = new Set(runs.map(nameOf));
  return runs.length > 1 && names.size === 1 ? [...names][0] : undefined;
}

/** Names by id, each another one. What all runs are called is left out where something else tells them apart. */
export function namesOf(runs: readonly Named[]): ReadonlyMap<string, string> {
  const isShared = sharedName(runs) !== undefined;
  const names = new Map(runs.map((run) => [run.id, nameOf(run)]));
  let isFirst = isShared;
  const tellApart = (details: (group: readonly Named[]) => ReadonlyMap<string, string>): void => {
    for (const group of groupBy(runs, ({ id }) => names.get(id) ?? id)) {
      if (group.length < 2) continue;
      const more = details(group);
      if (new Set(more.values()).size < 2) continue;
      for (const { id } of group) {
        const detail = more.get(id) ?? '';
        if (detail === '') continue;
        names.set(id, isFirst ? detail : `${names.get(id) ?? id} · ${detail}`);
      }
      isFirst = false;
    }
  };
  const each = (detail: (run: Named, i: number) => string) => (group: readonly Named[]) =>
    new Map(group.map((run, i) => [run.id, detail(run, i)]));
  tellApart(differences);
  tellApart(each(({ seed }) => (seed === undefined ? '' : `seed ${seed}`)));
  tellApart(each(({ startedAt }) => new Date(startedAt).toLocaleTimeString()));
  tellApart(each((_, i) => String(i + 1)));
  return names;
}
