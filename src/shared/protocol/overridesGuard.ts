// The guard of what an experiment changes of a training, as files have it.
import {
  OPTIMIZER_NAMES,
  SCHEDULE_NAMES,
  type RateRange,
  type TrainingOverrides,
} from '../core/trainingOverrides';
import type { Fields } from './checks';

const NUMBERS = [
  'learningRate',
  'batchSize',
  'clipNorm',
  'clipValue',
  'scheduleSteps',
  'epochs',
  'stopAfterEpoch',
] as const;

function rateRange(fields: Fields): RateRange {
  return { from: fields.number('from'), to: fields.number('to'), steps: fields.count('steps') };
}

/** Overrides, checked and copied. Throws `Malformed`. */
export function trainingOverrides(fields: Fields): TrainingOverrides {
  const present = NUMBERS.filter((name) => fields.has(name));
  return {
    ...Object.fromEntries(present.map((name) => [name, fields.number(name)])),
    ...(fields.has('optimizer') && { optimizer: fields.oneOf('optimizer', OPTIMIZER_NAMES) }),
    ...(fields.has('schedule') && { schedule: fields.oneOf('schedule', SCHEDULE_NAMES) }),
    ...(fields.has('rateRange') && { rateRange: rateRange(fields.nested('rateRange')) }),
  };
}
