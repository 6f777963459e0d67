// The curves of a run as charts take them: of a page's growing table, or of a message of the host.
import type { EpochRecord } from '../core/run';
import { type Column } from './columns';

/** Scalar series by step; every column has the length of `step`. NaN: no value at this step. */
export interface ChartCurves {
  readonly step: Column;
  readonly loss: Column;
  readonly learningRate: Column;
  readonly metrics: Readonly<Record<string, Column>>;
  /** Infinity: the gradient had elements that are not finite. */
  readonly gradientNorm: Readonly<Record<string, Column>>;
  /** Steps with a NaN or infinite loss, ascending. */
  readonly nonFiniteSteps: readonly number[];
  /** Ascending by epoch. */
  readonly epochs: readonly EpochRecord[];
}

/** Curves in plain arrays, as `Curves` of the protocol. */
interface PlainCurves {
  step: Float64Array;
  loss: Float64Array;
  learningRate: Float64Array;
  metrics: Readonly<Record<string, Float64Array>>;
  gradientNorm: Readonly<Record<string, Float64Array>>;
  nonFiniteSteps: readonly number[];
  epochs: readonly EpochRecord[];
}

const columnOf = (buffer: Float64Array): Column => ({ buffer, length: buffer.length });

const columnsOf = (arrays: PlainCurves['metrics']): Record<string, Column> =>
  Object.fromEntries(Object.entries(arrays).map(([name, values]) => [name, columnOf(values)]));

/** The same curves, without a copy. */
export function chartCurves(curves: PlainCurves): ChartCurves {
  const { nonFiniteSteps, epochs } = curves;
  return {
    ...{ nonFiniteSteps, epochs },
    step: columnOf(curves.step),
    loss: columnOf(curves.loss),
    learningRate: columnOf(curves.learningRate),
    metrics: columnsOf(curves.metrics),
    gradientNorm: columnsOf(curves.gradientNorm),
  };
}
