// Learning-rate schedules: the rate of each step from the number of steps already taken.
import type { Schedule } from '../../../npm/experiment';
import { describe } from '../failure';
import { shapeOfExperiment } from './module';

/** The learning rate for a step; `step` counts the steps already taken, from 0. */
export type RateOfStep = (step: number) => number;

/**
 * @param rate The optimizer's own learning rate.
 * @param totalSteps Steps of the whole training, where they are known.
 */
export function createSchedule(
  schedule: Schedule,
  rate: number,
  totalSteps: number | undefined,
): RateOfStep {
  if (typeof schedule === 'function') {
    return (step) => requireRate(schedule(step, rate), step);
  }
  switch (schedule.type) {
    case 'constant':
      return () => rate;
    case 'exponential': {
      const { decayRate, decaySteps, staircase = false } = schedule;
      requirePositive('decayRate', decayRate);
      requirePositive('decaySteps', decaySteps);
      return (step) => {
        const exponent = step / decaySteps;
        return rate * decayRate ** (staircase ? Math.floor(exponent) : exponent);
      };
    }
    case 'linear':
    case 'cosine': {
      const { end = 0, steps = totalSteps } = schedule;
      if (steps === undefined) {
        throw shapeOfExperiment(
          `The ${schedule.type} schedule needs "steps": the length of the training is not known from the data.`,
        );
      }
      requirePositive('steps', steps);
      const linear = schedule.type === 'linear';
      return (step) => {
        const done = Math.min(step / steps, 1);
        const share = linear ? 1 - done : (1 + Math.cos(Math.PI * done)) / 2;
        return end + (rate - end) * share;
      };
    }
    case 'time-based':
      return (step) => rate / (1 + schedule.decay * step);
    case 'step': {
      const { factor, everySteps } = schedule;
      requirePositive('everySteps', everySteps);
      return (step) => rate * factor ** Math.floor(step / everySteps);
    }
    default:
      throw shapeOfExperiment(
        `training.schedule ${describe(schedule)} is not known. Its type is one of constant, exponential, linear, cosine, time-based, step; or give a function.`,
      );
  }
}

function requirePositive(name: string, value: unknown): void {
  if (typeof value === 'number' && value > 0) return;
  throw shapeOfExperiment(`schedule.${name} must be a number above 0; it is ${describe(value)}.`);
}

function requireRate(value: unknown, step: number): number {
  if (typeof value === 'number' && Number.isFinite(value)) return value;
  throw shapeOfExperiment(
    `The function training.schedule gave ${describe(value)} at step ${step}; it must give a finite number.`,
  );
}
