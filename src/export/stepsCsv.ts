// One row per step: loss, metrics, learning rate, and of every layer what one looks at first.
import type { LayerRecord } from '../shared/core/stepRecord';
import { csvRow, type Cell } from './csv';
import type { ExportedRun } from './exportedRun';
import { normOf, updateRatioOf } from './quantities';

/** Columns of a layer, named `layer/column`. */
const LAYER_COLUMNS: readonly (readonly [string, (layer: LayerRecord) => Cell])[] = [
  ['gradient_norm', ({ gradient }) => normOf(gradient)],
  ['weight_norm', ({ weight }) => normOf(weight)],
  ['update_ratio', updateRatioOf],
  ['dead_units', ({ deadUnits }) => deadUnits],
  ['saturated_units', ({ saturatedUnits }) => saturatedUnits],
];

const STEP_COLUMNS = ['step', 'epoch', 'seconds', 'loss', 'learning_rate'];

/** Names that a record of the run may have, in the order of the run. */
function namesOf({ view, history }: ExportedRun): { metrics: string[]; layers: string[] } {
  const curves = history.curves();
  const metrics = new Set(Object.keys(curves.metrics));
  for (const epoch of history.epochs) for (const name in epoch.metrics) metrics.add(name);
  const recorded = Object.keys(curves.gradientNorm);
  const listed = view.layers.map(({ name }) => name).filter((name) => recorded.includes(name));
  return { metrics: [...metrics], layers: [...new Set([...listed, ...recorded])] };
}

/** The rows as text, with a head of column names. Of a long run, the steps whose records were kept. */
export function* stepsCsv(run: ExportedRun): Generator<string> {
  const { metrics, layers } = namesOf(run);
  const ofLayers = layers.flatMap((layer) => LAYER_COLUMNS.map(([column]) => `${layer}/${column}`));
  yield csvRow([...STEP_COLUMNS, ...metrics, ...ofLayers]);
  for (const record of run.history.records) {
    const { step, epoch, seconds, loss, learningRate } = record;
    yield csvRow([
      ...[step, epoch, seconds, loss, learningRate],
      ...metrics.map((name) => record.metrics[name]),
      ...layers.flatMap((name) => {
        const layer = record.layers[name];
        return LAYER_COLUMNS.map(([, cell]) => (layer ? cell(layer) : undefined));
      }),
    ]);
  }
}
