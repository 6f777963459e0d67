// Compares runs in a page of their own: those selected or named by id, else those picked from a list.
import { MAX_COMPARED } from '../shared/protocol/compare';
import { namedRuns, pickRuns } from './chosenRuns';
import type { Command } from './context';

export const compareRuns: Command = async (context, ...args) => {
  const { runs: view, comparisons } = context;
  const named = await namedRuns(context, args);
  let ids = named.map(({ id }) => id);
  if (ids.length === 1) {
    // One run is compared with the baseline, where there is one.
    const { baseline } = view.state;
    if (baseline !== undefined && baseline !== ids[0] && (await view.runs()).has(baseline)) {
      ids = [baseline, ...ids];
    }
  }
  if (ids.length < 2) {
    const all = [...(await view.runs()).values()];
    if (all.length < 2) {
      throw new Error(
        'There are not two runs to compare yet. Train a model twice, with something changed.',
      );
    }
    ids = (await pickRuns(all, `Two to ${MAX_COMPARED} runs to compare`, ids)).map(({ id }) => id);
    if (ids.length === 0) return;
  }
  if (ids.length > MAX_COMPARED) {
    context.tell(
      `At most ${MAX_COMPARED} runs can be compared at a time; of the ${ids.length} chosen, the first ${MAX_COMPARED} are shown.`,
    );
    ids = ids.slice(0, MAX_COMPARED);
  }
  comparisons.show(ids);
};
