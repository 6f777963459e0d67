// Opens runs in their panels: of this session or from disk. A training that is under way keeps its panel.
import { shownRun } from '../surfaces/panel/shownRun';
import { chosenRuns } from './chosenRuns';
import type { Command } from './context';

export const openRun: Command = async (context, ...args) => {
  const { registry, panels } = context;
  for (const { id } of await chosenRuns(context, args, 'Run to open')) {
    const live = registry.byId(id);
    if (live) panels.open(shownRun(live));
    else await panels.openById(id);
  }
};
