// Messages between the host and the page of an experiment: a sweep, or a range test of the learning rate. The
// host owns the truth; the page gets all of it whenever it says that it is ready, and whenever something changed.
import type { HyperparameterValue } from '../core/runSummary';

export type ShownTrialState =
  'queued' | 'running' | 'completed' | 'stopped-early' | 'stopped' | 'failed';

/** A trial as the page shows it. */
export interface ShownTrial {
  /** From 1. */
  number: number;
  /** By parameter. */
  values: Readonly<Record<string, HyperparameterValue>>;
  state: ShownTrialState;
  /** Of the objective; absent where there is none yet, or where the trial failed. */
  value?: number;
  /** Epochs or steps that it trained. */
  trained: number;
  step?: number;
  lastLoss?: number;
  bestLoss?: number;
  worst?: { severity: 'error' | 'warning' | 'information'; message: string };
  /** Why it failed. */
  message?: string;
}

/** An axis of the plot. */
export interface ShownParameter {
  name: string;
  /** What it can be; absent where it is a number between bounds. */
  values?: readonly HyperparameterValue[];
  min?: number;
  max?: number;
  scale?: 'linear' | 'log';
}

export type ShownExperimentState = 'running' | 'completed' | 'stopped' | 'failed';

/** A sweep. */
export interface ShownSweep {
  kind: 'sweep';
  title: string;
  /** Path of the model in the workspace. */
  path: string;
  state: ShownExperimentState;
  /** Why it failed, or what it does before its first trial. */
  message?: string;
  /** How it searches and stops, in a few words. */
  search: string;
  objective: { metric: string; direction: 'minimize' | 'maximize' };
  unit: 'epochs' | 'steps';
  parameters: readonly ShownParameter[];
  trials: readonly ShownTrial[];
  /** Number of the best trial so far. */
  best?: number;
  /** Trials that there will be; absent where there is no telling. */
  planned?: number;
}

/** A range test. */
export interface ShownRateTest {
  kind: 'rate-test';
  title: string;
  path: string;
  state: ShownExperimentState;
  message?: string;
  /** Steps that the test takes at most. */
  planned: number;
  /** Rate and loss of each step; NaN where the loss is not finite. */
  points: readonly { rate: number; loss: number }[];
  /** Of the points up to the first loss that is not finite. */
  smoothed: readonly number[];
  lowest?: number;
  divergesAt?: number;
  suggested?: { rate: number; why: string };
  /** What the source states now. */
  current?: number;
}

export type ShownExperiment = ShownSweep | ShownRateTest;

export type ToExperimentPage = { type: 'experiment'; shown: ShownExperiment };

export const EXPERIMENT_ACTIONS = ['stop', 'apply', 'openFile', 'rerun'] as const;
export type ExperimentAction = (typeof EXPERIMENT_ACTIONS)[number];

export type FromExperimentPage =
  | { type: 'ready' }
  | { type: 'pageError'; message: string }
  | { type: 'action'; action: ExperimentAction }
  /** Opens the run of a trial. */
  | { type: 'openTrial'; trial: number }
  /** Compares runs of trials. */
  | { type: 'compare'; trials: readonly number[] };
