// The page's copy of a run's scalar series: bounded, appended to by updates, never mutated in place.
import type { EpochRecord } from '../../../src/shared/core/run';
import {
  EXACT_TAIL,
  MAX_ROWS,
  THINNED_ROWS,
  thinColumn,
  thinSteps,
  windowsOf,
} from '../../../src/shared/core/thinning';
import type { Curves } from '../../../src/shared/protocol/panel';
import {
  type Column,
  EMPTY_COLUMN,
  appendValues,
  valuesOf,
} from '../../../src/shared/charts/columns';

/** Named columns; a name that appears late has NaN before its first value. */
export type Columns = Readonly<Record<string, Column>>;

export interface CurveTable {
  readonly step: Column;
  readonly epoch: Column;
  readonly loss: Column;
  readonly learningRate: Column;
  readonly metrics: Columns;
  readonly gradientNorm: Columns;
  /** Steps with a NaN or infinite loss, ascending. */
  readonly nonFiniteSteps: readonly number[];
  /** Ascending by epoch. */
  readonly epochs: readonly EpochRecord[];
}

export const EMPTY_CURVES: CurveTable = {
  step: EMPTY_COLUMN,
  epoch: EMPTY_COLUMN,
  loss: EMPTY_COLUMN,
  learningRate: EMPTY_COLUMN,
  metrics: {},
  gradientNorm: {},
  nonFiniteSteps: [],
  epochs: [],
};

/** Applies `transform` to every column of the table, step column apart. */
function mapColumns(
  table: CurveTable,
  step: Column,
  transform: (column: Column) => Column,
): CurveTable {
  const all = (columns: Columns): Columns =>
    Object.fromEntries(Object.entries(columns).map(([name, column]) => [name, transform(column)]));
  return {
    ...table,
    step,
    epoch: transform(table.epoch),
    loss: transform(table.loss),
    learningRate: transform(table.learningRate),
    metrics: all(table.metrics),
    gradientNorm: all(table.gradientNorm),
  };
}

/** Cuts the table to its bound; see `thinning.ts` for what survives. */
function bounded(table: CurveTable): CurveTable {
  if (table.step.length <= MAX_ROWS) return table;
  const steps = valuesOf(table.step);
  const starts = windowsOf(steps, THINNED_ROWS, EXACT_TAIL);
  const column = (buffer: Float64Array): Column => ({ buffer, length: buffer.length });
  return mapColumns(table, column(thinSteps(steps, starts)), (c) =>
    column(thinColumn(valuesOf(c), starts)),
  );
}

/** Number of rows before the first one whose step is at least `step`. */
function rowsBefore(table: CurveTable, step: number): number {
  const steps = valuesOf(table.step);
  let row = steps.length;
  while (row > 0 && (steps[row - 1] ?? 0) >= step) row--;
  return row;
}

function appendAll(
  columns: Columns,
  from: number,
  added: Record<string, Float64Array>,
  count: number,
) {
  const names = new Set([...Object.keys(columns), ...Object.keys(added)]);
  return Object.fromEntries(
    [...names].map((name) => [
      name,
      appendValues(columns[name] ?? EMPTY_COLUMN, from, added[name], count),
    ]),
  );
}

/** Epochs by number; a later record of the same epoch replaces the earlier. */
function mergeEpochs(known: readonly EpochRecord[], added: readonly EpochRecord[]) {
  if (added.length === 0) return known;
  const byEpoch = new Map([...known, ...added].map((record) => [record.epoch, record]));
  return [...byEpoch.values()].sort((a, b) => a.epoch - b.epoch);
}

/** The table with `added` behind it. Steps sent again replace their rows. */
export function appendCurves(table: CurveTable, added: Curves): CurveTable {
  const count = added.step.length;
  const epochs = mergeEpochs(table.epochs, added.epochs);
  const nonFiniteSteps =
    added.nonFiniteSteps.length === 0
      ? table.nonFiniteSteps
      : [...new Set([...table.nonFiniteSteps, ...added.nonFiniteSteps])].sort((a, b) => a - b);
  if (count === 0) return { ...table, epochs, nonFiniteSteps };
  const from = rowsBefore(table, added.step[0] ?? 0);
  return bounded({
    step: appendValues(table.step, from, added.step, count),
    epoch: appendValues(table.epoch, from, added.epoch, count),
    loss: appendValues(table.loss, from, added.loss, count),
    learningRate: appendValues(table.learningRate, from, added.learningRate, count),
    metrics: appendAll(table.metrics, from, added.metrics, count),
    gradientNorm: appendAll(table.gradientNorm, from, added.gradientNorm, count),
    nonFiniteSteps,
    epochs,
  });
}
