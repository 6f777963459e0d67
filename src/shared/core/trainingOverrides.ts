// What an experiment changes of a training without touching the user's code. An experiment module takes all
// of it; a program only its learning rate, which is set on its optimizers before each of their steps.

/** Optimizers by name, as experiment modules name them. */
export const OPTIMIZER_NAMES = ['sgd', 'adam', 'adamax', 'rmsprop', 'adagrad', 'adadelta'] as const;
export type OptimizerName = (typeof OPTIMIZER_NAMES)[number];

/** Learning-rate schedules by name; see {@link TrainingOverrides.schedule}. */
export const SCHEDULE_NAMES = [
  'constant',
  'exponential',
  'linear',
  'cosine',
  'time-based',
  'step',
] as const;
export type ScheduleName = (typeof SCHEDULE_NAMES)[number];

/** A learning rate that grows exponentially, step by step: the range test of Smith (2017). */
export interface RateRange {
  /** Rate of the first step. */
  from: number;
  /** Rate of the last step. */
  to: number;
  /** Steps from the first to the last; at least 2. */
  steps: number;
}

/** What takes the place of what the user's code says. What is absent stays as it is there. */
export interface TrainingOverrides {
  learningRate?: number;
  /** Samples per step. */
  batchSize?: number;
  /** Its learning rate is its own standard, unless {@link learningRate} says otherwise. */
  optimizer?: OptimizerName;
  /** All gradients together are scaled to this norm at most. */
  clipNorm?: number;
  /** Each gradient element is limited to ± this. */
  clipValue?: number;
  /**
   * Over the whole training: `linear` and `cosine` end at 0, `exponential`, `time-based` and `step` (in three
   * parts) at a tenth of the rate.
   */
  schedule?: ScheduleName;
  /** Length of the schedule in steps, where the training ends before all epochs; default: all epochs. */
  scheduleSteps?: number;
  epochs?: number;
  /** The training is completed after this epoch; schedules are still those of all epochs. */
  stopAfterEpoch?: number;
  /** In the place of rate and schedule; without validation and early stopping, as many epochs as it takes. */
  rateRange?: RateRange;
}

/** Rate of a range test at a step; `step` counts the steps already taken, from 0. */
export function rateInRange({ from, to, steps }: RateRange, step: number): number {
  return from * (to / from) ** (Math.min(step, steps - 1) / (steps - 1));
}

/** A schedule with the numbers that it takes: what an experiment module calls `schedule`. */
export type NamedSchedule =
  | { type: 'constant' }
  | { type: 'exponential'; decayRate: number; decaySteps: number }
  | { type: 'linear' | 'cosine'; steps: number }
  | { type: 'time-based'; decay: number }
  | { type: 'step'; factor: number; everySteps: number };

/** Where exponential, time-based and step schedules end, as a share of the rate. */
const END = 0.1;
/** Parts of equal length of a step schedule. */
const PARTS = 3;

/** The schedule of a name over a training of `steps` steps; see {@link TrainingOverrides.schedule}. */
export function namedSchedule(name: ScheduleName, steps: number): NamedSchedule {
  switch (name) {
    case 'constant':
      return { type: name };
    case 'exponential':
      return { type: name, decayRate: END, decaySteps: steps };
    case 'linear':
    case 'cosine':
      return { type: name, steps };
    case 'time-based':
      return { type: name, decay: (1 / END - 1) / steps };
    case 'step':
      return { type: name, factor: END ** (1 / (PARTS - 1)), everySteps: Math.ceil(steps / PARTS) };
  }
}
