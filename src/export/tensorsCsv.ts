// One row per step, tensor and quantity, in the long form that data frames are made of: every statistic that was
// recorded. Layers stand beside their tensors, with an empty tensor.
import { hasElements } from '../shared/core/absent';
import type { LayerRecord, StepRecord, TensorSummary } from '../shared/core/stepRecord';
import { csvRow, type Cell } from './csv';
import type { ExportedRun } from './exportedRun';
import { normOf, updateRatioOf } from './quantities';

const COLUMNS = [
  ...['step', 'layer', 'tensor', 'quantity', 'count', 'zeros', 'nans', 'pos_infs', 'neg_infs'],
  ...['min', 'max', 'mean', 'std', 'norm', 'update_ratio'],
];

/** Quantities of a layer, as the column `quantity` names them. */
const QUANTITIES = [
  ['gradient', 'gradient'],
  ['weight', 'weight'],
  ['activation', 'activation'],
  ['activationGradient', 'activation_gradient'],
] as const;

function statistics(summary: TensorSummary): Cell[] {
  const norm = normOf(summary);
  if (!hasElements(summary)) return [...Array<Cell>(9).fill(undefined), norm];
  const { count, zeros, nans, posInfs, negInfs, min, max, mean, std } = summary;
  return [count, zeros, nans, posInfs, negInfs, min, max, mean, std, norm];
}

function rows(place: readonly Cell[], record: LayerRecord): string {
  return QUANTITIES.map(([key, word]) => {
    const summary = record[key];
    if (!summary) return '';
    const ratio = key === 'weight' ? updateRatioOf(record) : undefined;
    return csvRow([...place, word, ...statistics(summary), ratio]);
  }).join('');
}

/** Layer of each tensor by its name, as the run lists them. */
function layersOfTensors({ view }: ExportedRun): Map<string, string> {
  return new Map(
    view.layers.flatMap(({ name, tensors }) => tensors.map((tensor) => [tensor.name, name])),
  );
}

function* rowsOf(record: StepRecord, owners: ReadonlyMap<string, string>): Generator<string> {
  const { step } = record;
  for (const [name, layer] of Object.entries(record.layers)) {
    yield rows([step, name, ''], layer);
  }
  for (const [name, tensor] of Object.entries(record.tensors)) {
    yield rows([step, owners.get(name), name], tensor);
  }
}

/** The rows as text, with a head of column names. Of a long run, the steps whose records were kept. */
export function* tensorsCsv(run: ExportedRun): Generator<string> {
  const owners = layersOfTensors(run);
  yield csvRow(COLUMNS);
  for (const record of run.history.records) yield* rowsOf(record, owners);
}
