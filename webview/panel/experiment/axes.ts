// Axes of the parallel-coordinates plot: where a value lies between bottom (0) and top (1), and what is written.
import type { HyperparameterValue } from '../../../src/shared/core/runSummary';
import type {
  ShownParameter,
  ShownSweep,
  ShownTrial,
} from '../../../src/shared/protocol/experiment';
import { formatRound, formatValue } from '../../../src/shared/charts/format';
import { shortName, valueWord } from './words';

export interface Tick {
  /** 0 at the bottom, 1 at the top. */
  place: number;
  text: string;
}

export interface Axis {
  title: string;
  ticks: readonly Tick[];
  /** Undefined where the trial has no place on it. */
  placeOf(trial: ShownTrial): number | undefined;
}

/** Objectives that span more than this are drawn on a logarithmic scale. */
const WIDE = 20;

/** One axis per parameter, and the objective as the last. */
export function axesOf(sweep: ShownSweep): Axis[] {
  return [...sweep.parameters.map(parameterAxis), objectiveAxis(sweep)];
}

function parameterAxis({ name, values, min = 0, max = 1, scale }: ShownParameter): Axis {
  const title = shortName(name);
  if (values) return choiceAxis(title, name, values);
  const isLog = scale === 'log';
  const place = (value: number): number =>
    isLog ? Math.log(value / min) / Math.log(max / min) : (value - min) / (max - min);
  const middle = isLog ? Math.sqrt(min * max) : (min + max) / 2;
  return {
    title,
    ticks: [min, middle, max].map((value) => ({ place: place(value), text: formatRound(value) })),
    placeOf: ({ values: given }) => {
      const value = given[name];
      return typeof value === 'number' ? Math.min(1, Math.max(0, place(value))) : undefined;
    },
  };
}

function choiceAxis(title: string, name: string, values: readonly HyperparameterValue[]): Axis {
  const place = (index: number): number =>
    values.length === 1 ? 0.5 : index / (values.length - 1);
  return {
    title,
    ticks: values.map((value, i) => ({ place: place(i), text: valueWord(value) })),
    placeOf: ({ values: given }) => {
      const index = values.findIndex((value) => value === given[name]);
      return index < 0 ? undefined : place(index);
    },
  };
}

/** Better values stand higher. */
function objectiveAxis({ trials, objective }: ShownSweep): Axis {
  const values = trials.flatMap(({ value }) => value ?? []);
  const low = Math.min(...values);
  const high = Math.max(...values);
  const isLog = low > 0 && high / low > WIDE;
  const scaled = (value: number): number => (isLog ? Math.log(value) : value);
  const span = scaled(high) - scaled(low);
  const isUp = objective.direction === 'maximize';
  const place = (value: number): number => {
    if (!(span > 0)) return 0.5;
    const share = (scaled(value) - scaled(low)) / span;
    return isUp ? share : 1 - share;
  };
  const middle = isLog ? Math.sqrt(low * high) : (low + high) / 2;
  const marks = values.length === 0 ? [] : span > 0 ? [low, middle, high] : [low];
  return {
    title: objective.metric,
    ticks: marks.map((value) => ({ place: place(value), text: formatValue(value) })),
    placeOf: ({ value }) => (value === undefined ? undefined : place(value)),
  };
}
