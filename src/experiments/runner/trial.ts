// A trial as the runner sees it: it asks for trainings, hears of their values, and knows nothing of what trains.
import type { Assignment } from '../spec/experimentSpec';
import type { Report } from '../stopping/median';

/** A training that the runner asks for. */
export interface TrainingRequest {
  /** From 1. */
  trial: number;
  assignment: Assignment;
  seed: number;
  /** Epochs or steps until it ends, of `of` that trials of the experiment train at most. */
  amount: number;
  of: number;
}

/** How a training ended. */
export type TrainingEnd =
  /** `problem`: why the objective was never reported, where it was not. */
  { state: 'completed' | 'stopped'; problem?: string } | { state: 'failed'; message: string };

/** What a list shows of the training's run. */
export interface RunFacts {
  id: string;
  step: number;
  lastLoss?: number;
  bestLoss?: number;
  /** The gravest finding that holds. */
  worst?: { severity: 'error' | 'warning' | 'information'; message: string };
}

/** A training under way. */
export interface Training {
  /** Newest facts of its run. */
  facts(): RunFacts;
  /** Calls `listener` with each value of the objective, to be minimized, in order. Never NaN. */
  onReport(listener: (report: Report) => void): void;
  /** Ends it; {@link ended} follows. */
  stop(): void;
  /** Never rejects. */
  readonly ended: Promise<TrainingEnd>;
  /** Frees what it holds beside its run. After its end. */
  release(): void;
}

/** Starts trainings. Rejects where none can be made: the experiment ends with that error. */
export type StartTraining = (request: TrainingRequest) => Promise<Training>;

export type TrialState =
  | 'queued'
  | 'running'
  | 'completed'
  /** Ended by the stopping rule. */
  | 'stopped-early'
  /** Ended by the user. */
  | 'stopped'
  | 'failed';

/** One trial of an experiment. */
export interface Trial {
  readonly number: number;
  readonly assignment: Assignment;
  state: TrialState;
  /** To be minimized: mean over the seeds. Undefined until there is one; Infinity where it failed. */
  value: number | undefined;
  /** Reports by seed, of the newest round. */
  reports: Report[][];
  /** Newest facts of its runs, by seed. */
  runs: RunFacts[];
  /** Epochs or steps that it trained. */
  trained: number;
  /** Why it failed. */
  message?: string;
}

/** True for a trial that will not train any more. */
export function hasEnded({ state }: Pick<Trial, 'state'>): boolean {
  return state !== 'queued' && state !== 'running';
}
