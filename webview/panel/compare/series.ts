// The series of a run on the axis that all runs share: steps, or seconds of training.
import type { ComparedSeries } from '../../../src/shared/protocol/compare';
import { curveGroup, groupNames } from '../../../src/shared/charts/curveGroups';
import { EMPTY_COLUMN, type Column } from '../../../src/shared/charts/columns';
import type { CurveTable } from '../series/curveTable';
import { formatRound, formatValue } from '../../../src/shared/charts/format';
import { nearest } from '../views/curveReadout';
import type { Alignment } from './settings';

const column = (buffer: Float64Array): Column => ({ buffer, length: buffer.length });
const columns = (values: Readonly<Record<string, Float64Array>>): Record<string, Column> =>
  Object.fromEntries(Object.entries(values).map(([name, own]) => [name, column(own)]));

/** Tables of the series that are shown: made once for each. */
const tables = new WeakMap<ComparedSeries, CurveTable>();

function tableOf(series: ComparedSeries): CurveTable {
  let table = tables.get(series);
  if (!table) {
    table = {
      step: column(series.step),
      epoch: EMPTY_COLUMN,
      loss: column(series.loss),
      learningRate: column(series.learningRate),
      metrics: columns(series.metrics),
      gradientNorm: {},
      nonFiniteSteps: series.nonFiniteSteps,
      epochs: series.epochs,
    };
    tables.set(series, table);
  }
  return table;
}

/** Names of the curves that any run has, the loss first. */
export function curveNames(all: Iterable<ComparedSeries>): string[] {
  return [...new Set(['loss', ...[...all].flatMap((series) => groupNames(tableOf(series)))])];
}

/** Where a step lies on the axis. */
export function axisOfStep(series: ComparedSeries, step: number, alignment: Alignment): number {
  if (alignment === 'step') return step;
  return series.seconds[nearest(series.step, step)] ?? NaN;
}

/** The step of the run that lies nearest to a place on the axis. */
export function stepOfAxis(series: ComparedSeries, at: number, alignment: Alignment): number {
  const axis = alignment === 'step' ? series.step : series.seconds;
  return series.step[nearest(axis, at)] ?? 0;
}

/** Where a run ends on the axis; 0 without a step. */
export function endOf(series: ComparedSeries, alignment: Alignment): number {
  return (alignment === 'step' ? series.step : series.seconds).at(-1) ?? 0;
}

export interface AlignedCurve {
  x: Float64Array;
  y: Float64Array;
}

export interface AlignedGroup {
  training: AlignedCurve | undefined;
  validation: AlignedCurve | undefined;
}

/** The curves of a group over the shared axis. */
export function alignedGroup(
  series: ComparedSeries,
  name: string,
  alignment: Alignment,
): AlignedGroup {
  const { training, validation } = curveGroup(tableOf(series), name);
  if (alignment === 'step') return { training, validation };
  const aligned = (curve: AlignedCurve | undefined): AlignedCurve | undefined =>
    curve && { x: curve.x.map((step) => axisOfStep(series, step, alignment)), y: curve.y };
  return {
    // The rows of the table have their times.
    training:
      training?.x.length === series.seconds.length
        ? { x: series.seconds, y: training.y }
        : aligned(training),
    validation: aligned(validation),
  };
}

/** A place on the axis in words: `step 1,240`, `3.2 s`, `2:05 min`, `1:10 h`. */
export function axisWords(at: number, alignment: Alignment): string {
  if (alignment === 'step') return `step ${formatValue(Math.round(at))}`;
  return timeWords(at);
}

const pad = (value: number): string => String(value).padStart(2, '0');

/** Seconds of training in words. */
export function timeWords(seconds: number): string {
  if (!Number.isFinite(seconds)) return '–';
  if (seconds < 60) return `${formatRound(seconds)} s`;
  const whole = Math.round(seconds);
  if (whole < 3600) return `${Math.floor(whole / 60)}:${pad(whole % 60)} min`;
  return `${Math.floor(whole / 3600)}:${pad(Math.floor((whole % 3600) / 60))} h`;
}
