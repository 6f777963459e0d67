// What an experiment changes of the user's training, by the options of the run: applied to what the module
// exports, before anything is made of it.
import type { LayersModel } from '@tensorflow/tfjs';
import type { OptimizerOptions, Training } from '../../../npm/experiment';
import {
  namedSchedule,
  rateInRange,
  type TrainingOverrides,
} from '../../../src/shared/core/trainingOverrides';
import type { TfNamespace } from '../../../src/shared/tap/types';
import { shapeOfExperiment } from './module';
import { createOptimizer, setLearningRate } from './optimizer';

/** `training` with what is asked for in its place; a compiled model is compiled anew with another optimizer. */
export function withOverrides(
  tf: TfNamespace,
  model: LayersModel,
  training: Training,
  asked: TrainingOverrides = {},
): Training {
  const { epochs, batchSize, clipNorm, clipValue, rateRange } = asked;
  const optimizer = overrideOptimizer(tf, model, training, asked);
  const result: Training = {
    ...training,
    ...(epochs !== undefined && { epochs }),
    ...(batchSize !== undefined && { batchSize }),
    ...(clipNorm !== undefined && { clipNorm }),
    ...(clipValue !== undefined && { clipValue }),
    ...(optimizer !== undefined && { optimizer }),
  };
  if (!rateRange) return result;
  delete result.earlyStopping;
  // An epoch has one step at least.
  return {
    ...result,
    epochs: rateRange.steps,
    schedule: (step) => rateInRange(rateRange, step),
  };
}

/** The schedule that is asked for by name, once the length of the training is known. */
export function withNamedSchedule(
  training: Training,
  { schedule, scheduleSteps, rateRange }: TrainingOverrides = {},
  totalSteps: number | undefined,
): Training {
  if (schedule === undefined || rateRange) return training;
  const steps = scheduleSteps ?? totalSteps;
  if (schedule !== 'constant' && steps === undefined) {
    throw shapeOfExperiment(
      `The schedule "${schedule}" needs the length of the training, which is not known from the data. Give the experiment "steps" instead of "epochs".`,
    );
  }
  return { ...training, schedule: namedSchedule(schedule, steps ?? 1) };
}

function overrideOptimizer(
  tf: TfNamespace,
  model: LayersModel,
  training: Training,
  { optimizer: name, learningRate }: TrainingOverrides,
): Training['optimizer'] {
  const rate = learningRate !== undefined && { learningRate };
  const named = name === undefined ? undefined : ({ name, ...rate } as OptimizerOptions);
  const compiled = model.optimizer as LayersModel['optimizer'] | undefined;
  if (compiled) {
    if (named) {
      const { loss, metrics } = model;
      model.compile({ optimizer: createOptimizer(tf, named), loss, metrics });
    } else if (learningRate !== undefined) {
      setLearningRate(compiled, learningRate);
    }
    return undefined;
  }
  if (named) return named;
  if (learningRate === undefined) return undefined;
  const { optimizer = 'adam' } = training;
  if (optimizer instanceof tf.Optimizer) {
    setLearningRate(optimizer, learningRate);
    return optimizer;
  }
  const options = typeof optimizer === 'string' ? { name: optimizer } : optimizer;
  return { ...options, learningRate };
}
