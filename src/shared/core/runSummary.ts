// A run in a few hundred bytes: what lists, comparisons and experiments show of it. Runs of this session, runs on
// disk and logs of other frameworks all have one.
import type { RuleId, Severity } from './finding';
import type { RunState } from './run';

/** A value that a hyperparameter can have. */
export type HyperparameterValue = number | string | boolean;

/** What users give a run: kept beside it, never changed by training. */
export interface RunLabels {
  /** In the place of the model's file name. */
  name?: string;
  /** Never deleted by retention. */
  pinned?: boolean;
  tags?: readonly string[];
  /** Markdown. */
  note?: string;
}

/** The experiment that a run is a trial of. */
export interface ExperimentRef {
  /** The same for all its trials. */
  id: string;
  /** E.g. `Sweep of mnist-cnn.model.ts`. */
  name: string;
  /** From 1; 0 for a run that only prepares the experiment, which no list shows. */
  trial: number;
}

/** Points of {@link RunSummary.spark} at most. */
export const SPARK_POINTS = 32;

/** A run as a list shows it. */
export interface RunSummary {
  id: string;
  /** `training`: ours. `log`: event files of another program. */
  origin: 'training' | 'log';
  /** File name of the model, or the folder of a log. */
  title: string;
  /** Workspace-relative path of the model or of the log's folder. */
  path: string;
  labels: RunLabels;
  state: RunState;
  /** True while a source of this session can be controlled. */
  live: boolean;
  /** Milliseconds since 1970. */
  startedAt: number;
  /** Seconds from the start to the newest step. */
  seconds: number;
  seed?: number;
  backend: string;
  hyperparameters: Readonly<Record<string, HyperparameterValue>>;
  step: number;
  epoch?: number;
  firstLoss?: number;
  lastLoss?: number;
  /** Lowest finite loss, and its step. */
  bestLoss?: { value: number; step: number };
  /** Newest value of each metric; validation metrics (`val_…`) among them. */
  metrics: Readonly<Record<string, number>>;
  /** Findings that hold, by severity. */
  findings: Readonly<Record<Severity, number>>;
  /** The first of the gravest that hold. */
  worst?: { rule: RuleId; severity: Severity; message: string };
  /** Losses over the whole run, thinned to at most {@link SPARK_POINTS}; NaN where not finite. */
  spark: readonly number[];
  experiment?: ExperimentRef;
  /** True where a checkpoint is there to go on from. */
  resumable: boolean;
  /** Bytes on disk. */
  bytes?: number;
}
