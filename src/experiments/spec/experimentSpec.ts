// What an experiment is: the checked contents of an `*.experiment.json` file, defaults filled in.
import type { HyperparameterValue } from '../../shared/core/runSummary';

/** Values to try, of any kind. */
export interface ChoiceRange {
  readonly values: readonly HyperparameterValue[];
}

/** Numbers from `min` to `max`, both included. */
export interface NumberRange {
  readonly min: number;
  readonly max: number;
  /** `log`: equal ratios are equally far apart; both bounds are above 0. */
  readonly scale: 'linear' | 'log';
  readonly integer: boolean;
  /** Values that a grid takes of it. */
  readonly points: number;
}

export type ParameterRange = ChoiceRange | NumberRange;

export const STRATEGIES = ['grid', 'random', 'bayesian'] as const;
export type Strategy = (typeof STRATEGIES)[number];

/** What is compared. */
export interface Objective {
  /** `loss`, a metric of the training, or one of its validation: `val_loss`, `val_acc` … */
  readonly metric: string;
  readonly direction: 'minimize' | 'maximize';
  /** Which of a trial's values counts. */
  readonly at: 'best' | 'last';
}

/** When a trial ends before its budget. */
export type Stopping =
  | { readonly rule: 'none' }
  /** The median stopping rule, see `stopping/median.ts`. Not before `grace` (epochs or steps) nor `trials`. */
  | { readonly rule: 'median'; readonly grace: number; readonly trials: number }
  /** Successive halving, see `stopping/halving.ts`: one in `factor` goes on. */
  | { readonly rule: 'successive-halving'; readonly factor: number; readonly minimum: number };

/** How long a trial trains. */
export interface Budget {
  readonly unit: 'epochs' | 'steps';
  readonly amount: number;
}

export const EXPERIMENT_BACKENDS = ['auto', 'wasm', 'cpu', 'webgl', 'node'] as const;
export type ExperimentBackend = (typeof EXPERIMENT_BACKENDS)[number];

export interface ExperimentSpec {
  /** For titles; default: what is done with which model. */
  readonly name: string | undefined;
  /** Path of the model file: relative to the experiment's, with forward slashes. */
  readonly model: string;
  readonly strategy: Strategy;
  /**
   * By name: a bare name is a hyperparameter that the module exports, `training.…` takes the place of an option
   * of the training, `layers.…` edits the model's source; see `parameters.ts`.
   */
  readonly parameters: Readonly<Record<string, ParameterRange>>;
  /** Trials at most; undefined for a grid: all of it. */
  readonly trials: number | undefined;
  readonly budget: Budget;
  readonly objective: Objective;
  readonly stopping: Stopping;
  readonly parallel: 'auto' | number;
  /** Of the search. */
  readonly seed: number;
  /** Of the trainings: each trial trains once with each, and its value is the mean. */
  readonly seeds: readonly number[];
  readonly backend: ExperimentBackend;
}

export const isChoice = (range: ParameterRange): range is ChoiceRange => 'values' in range;

/** The values of one trial, by parameter. */
export type Assignment = Readonly<Record<string, HyperparameterValue>>;

/** Combinations of a grid over these parameters. */
export function gridSize(parameters: ExperimentSpec['parameters']): number {
  return Object.values(parameters).reduce(
    (size, range) => size * (isChoice(range) ? range.values.length : pointsOf(range)),
    1,
  );
}

/** Different values that a grid takes of a range. */
export function pointsOf({ min, max, integer, points }: NumberRange): number {
  return integer ? Math.min(points, max - min + 1) : points;
}
