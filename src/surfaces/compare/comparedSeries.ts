// The series of a run as a comparison draws them: thinned to what eight of them side by side can show.
import {
  MAX_COMPARED_LAYERS,
  NORM_ROWS,
  SERIES_ROWS,
  type ComparedSeries,
} from '../../shared/protocol/compare';
import { thinColumn, thinSteps, windowsOf } from '../../shared/core/thinning';
import type { Curves } from '../../shared/protocol/panel';

/** Epochs that a comparison shows at most: the newest. */
const MAX_EPOCHS = 2000;

/** Cuts columns over the same steps to `rows`; every window keeps its extremes. */
function thinner(steps: Float64Array, rows: number) {
  if (steps.length <= rows) {
    return { step: steps, cut: (column: Float64Array) => column };
  }
  const starts = windowsOf(steps, rows, 0);
  return {
    step: thinSteps(steps, starts),
    cut: (column: Float64Array) => thinColumn(column, starts),
  };
}

/** At most {@link SERIES_ROWS} rows of scalars and {@link NORM_ROWS} of norms, however long the run. */
export function comparedSeries(curves: Curves): ComparedSeries {
  const scalars = thinner(curves.step, SERIES_ROWS);
  const norms = thinner(curves.step, NORM_ROWS);
  const all = (
    columns: Readonly<Record<string, Float64Array>>,
    cut: (column: Float64Array) => Float64Array,
    most: number,
  ): Record<string, Float64Array> =>
    Object.fromEntries(
      Object.entries(columns)
        .slice(0, most)
        .map(([name, column]) => [name, cut(column)]),
    );
  return {
    step: scalars.step,
    seconds: scalars.cut(curves.seconds),
    loss: scalars.cut(curves.loss),
    learningRate: scalars.cut(curves.learningRate),
    metrics: all(curves.metrics, scalars.cut, Infinity),
    nonFiniteSteps: curves.nonFiniteSteps,
    epochs: curves.epochs.slice(-MAX_EPOCHS),
    norms: {
      step: norms.step,
      seconds: norms.cut(curves.seconds),
      layers: all(curves.gradientNorm, norms.cut, MAX_COMPARED_LAYERS),
    },
  };
}
