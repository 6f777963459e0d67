// View in Panel: the layer of an entry of the Variables or Watch view, while a training is debugged.
import { layerNamed } from '../debug/expression/layerNamed';
import type { Command } from './context';
import { showPanel } from './showPanel';

/** What VS Code hands over for an entry of its views; nothing of it is certain. */
interface ViewEntry {
  variable?: { name?: unknown; evaluateName?: unknown };
}

export const viewInPanel: Command = async (context, entry) => {
  const { variable } = (entry ?? {}) as ViewEntry;
  const run = context.current.find(undefined);
  if (!run || !variable) return;
  const { name, evaluateName } = variable;
  const names = run.layers.map((layer) => layer.name);
  const layer = layerNamed(typeof evaluateName === 'string' ? evaluateName : String(name), names);
  if (layer === undefined) context.tell(`${String(name)} is no layer, nor a tensor of one.`);
  else await showPanel(context, run.id, layer);
};
