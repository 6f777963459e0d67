// What is asked of a run.
import type { ExperimentRef, HyperparameterValue } from '../shared/core/runSummary';
import type { TrainingOverrides } from '../shared/core/trainingOverrides';

/** What was asked for: enough to ask for the same again. */
export interface RunRequest {
  seed: number;
  /** `auto` or a backend by name. */
  backend: string;
  maxSteps?: number;
  paused?: boolean;
  hyperparameters?: Record<string, number | string | boolean>;
  /** What an experiment changes of the training. */
  training?: TrainingOverrides;
  /** The run and the step of it that this one goes on from. */
  resumedFrom?: { run: string; step: number };
  /** Present for a trial of an experiment. */
  experiment?: ExperimentRef;
  /** What the experiment varies beside hyperparameters, by parameter (`training.learningRate`): for lists. */
  varied?: Readonly<Record<string, HyperparameterValue>>;
}

/** All values that tell a run from others of its model, as lists show them. */
export function listedValues({
  hyperparameters,
  varied,
}: Pick<RunRequest, 'hyperparameters' | 'varied'>): Record<string, HyperparameterValue> {
  return { ...hyperparameters, ...varied };
}
