// Shows the panel of a run, made anew where it was closed; a second argument names a layer to show.
import { shownRun } from '../surfaces/panel/shownRun';
import type { Command } from './context';

export const showPanel: Command = async ({ current, panels }, id, layer) => {
  const run = current.find(id);
  if (!run) return;
  const panel = panels.ensure(run.model, true);
  if (!panel.run) panel.show(shownRun(run));
  panel.reveal(false);
  if (typeof layer === 'string') {
    await panel.ready();
    panel.focusLayer(layer);
  }
};
