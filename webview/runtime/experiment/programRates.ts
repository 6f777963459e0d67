// The learning rate of a program, set from outside: an experiment cannot reach into the program's code, but
// every optimizer of tfjs reads its rate when it applies gradients.
import type { Optimizer } from '@tensorflow/tfjs';
import {
  namedSchedule,
  rateInRange,
  type TrainingOverrides,
} from '../../../src/shared/core/trainingOverrides';
import type { TfNamespace } from '../../../src/shared/tap/types';
import { RunFailure } from '../failure';
import { learningRateOf, setLearningRate } from './optimizer';
import { createSchedule, type RateOfStep } from './schedule';

/** Classes of tfjs that apply gradients themselves. */
const CLASSES = [
  'SGDOptimizer',
  'MomentumOptimizer',
  'AdagradOptimizer',
  'AdadeltaOptimizer',
  'AdamOptimizer',
  'AdamaxOptimizer',
  'RMSPropOptimizer',
] as const;

/** What reaches a program; anything else is of its own code alone. */
const REACHING = new Set(['learningRate', 'schedule', 'scheduleSteps', 'rateRange']);

type Apply = (this: Optimizer, gradients: unknown) => unknown;

/**
 * Sets the rate of whichever optimizer takes a step, before it does: `asked.rateRange`, or the rate and the
 * schedule. `steps` counts the steps already taken. The returned function takes it back. Throws where something
 * is asked for that reaches no program.
 */
export function setProgramRates(
  tf: TfNamespace,
  asked: TrainingOverrides,
  steps: () => number,
): () => void {
  const beyond = Object.keys(asked).filter((name) => !REACHING.has(name));
  if (beyond.length > 0) {
    throw new RunFailure(
      'experiment-shape',
      `A program sets ${beyond.join(', ')} in its own code, where an experiment cannot reach. Vary its learning rate or its layers instead, or make it an experiment module (*.model.ts).`,
    );
  }
  const rateOf = rates(asked);
  if (!rateOf) return () => undefined;
  const restore = CLASSES.map((name) => {
    const prototype = tf[name].prototype as unknown as { applyGradients: Apply };
    const original = prototype.applyGradients;
    prototype.applyGradients = function (gradients) {
      const rate = rateOf(this, steps());
      if (rate !== undefined) setLearningRate(this, rate);
      return original.call(this, gradients);
    };
    return () => void (prototype.applyGradients = original);
  });
  return () => restore.forEach((one) => one());
}

function rates({
  learningRate,
  schedule,
  scheduleSteps,
  rateRange,
}: TrainingOverrides): ((optimizer: Optimizer, step: number) => number | undefined) | undefined {
  if (rateRange) return (_, step) => rateInRange(rateRange, step);
  if (schedule === undefined) return learningRate === undefined ? undefined : () => learningRate;
  if (scheduleSteps === undefined) {
    throw new RunFailure(
      'experiment-shape',
      `The schedule "${schedule}" needs the length of the training, which is not known of a program. Give the experiment "steps" instead of "epochs".`,
    );
  }
  const byOptimizer = new WeakMap<Optimizer, RateOfStep>();
  return (optimizer, step) => {
    const own = learningRate ?? learningRateOf(optimizer);
    if (own === undefined) return undefined;
    const known =
      byOptimizer.get(optimizer) ??
      createSchedule(namedSchedule(schedule, scheduleSteps), own, scheduleSteps);
    byOptimizer.set(optimizer, known);
    return known(step);
  };
}
