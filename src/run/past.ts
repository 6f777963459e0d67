// What a run begins with that goes on from an earlier one: the steps up to there, as if it had taken them itself.
import type { ModelFacts } from '../shared/core/facts';
import type { EpochRecord, LayerInfo } from '../shared/core/run';
import type { StepRecord } from '../shared/core/stepRecord';
import type { Curves } from '../shared/protocol/panel';
import type { RunHistory } from './runHistory';

/** The past of a run. */
export interface RunPast {
  /** Id of the run that took the steps. */
  run: string;
  /** The last of them. */
  step: number;
  /** Ascending by step. */
  records: readonly StepRecord[];
  epochs: readonly EpochRecord[];
  layers: readonly LayerInfo[];
  facts: readonly ModelFacts[];
}

/** Records and epochs of `history` up to `step`; of steps whose records are not kept, their place in the curves. */
export function recordsUpTo(
  history: RunHistory,
  step: number,
): Pick<RunPast, 'records' | 'epochs'> {
  const records = history.records.filter((record) => record.step <= step);
  const known = new Set(records.map((record) => record.step));
  const { epochs, ...curves } = history.curves();
  const points = pointsOf(curves).filter((point) => point.step <= step && !known.has(point.step));
  return {
    records: [...records, ...points].sort((a, b) => a.step - b.step),
    epochs: epochs.filter((epoch) => epoch.step <= step),
  };
}

/** What the curves know of each of their steps. */
function pointsOf(curves: Omit<Curves, 'epochs'>): StepRecord[] {
  const { step, epoch, seconds, loss, learningRate } = curves;
  const lost = new Set(curves.nonFiniteSteps);
  const metrics = Object.entries(curves.metrics);
  return Array.from(step, (own, i): StepRecord => {
    const at = (column: Float64Array): number => column[i] ?? NaN;
    const present = metrics.filter(([, column]) => !Number.isNaN(at(column)));
    return {
      step: own,
      ...(!Number.isNaN(at(epoch)) && { epoch: at(epoch) }),
      ...((!Number.isNaN(at(loss)) || lost.has(own)) && { loss: at(loss) }),
      metrics: Object.fromEntries(present.map(([name, column]) => [name, at(column)])),
      ...(!Number.isNaN(at(learningRate)) && { learningRate: at(learningRate) }),
      seconds: at(seconds),
      layers: {},
      tensors: {},
    };
  });
}
