// Compiles the model of an experiment with what its training asks for.
import type { LayersModel } from '@tensorflow/tfjs';
import type { Training } from '../../../npm/experiment';
import type { TfNamespace } from '../../../src/shared/tap/types';
import { withClipping } from './clipping';
import { shapeOfExperiment } from './module';
import { createOptimizer, learningRateOf } from './optimizer';
import { createSchedule, type RateOfStep } from './schedule';

/** A model that the program has compiled keeps its loss and optimizer. */
export function compile(tf: TfNamespace, model: LayersModel, training: Training): void {
  const compiled = (model.optimizer as LayersModel['optimizer'] | undefined) !== undefined;
  if (compiled) {
    const clipped = withClipping(tf, model.optimizer, training);
    if (clipped === model.optimizer) return;
    const { loss, metrics } = model;
    model.compile({ optimizer: clipped, loss, metrics });
    return;
  }
  const { loss, metrics } = training;
  if (loss === undefined) {
    throw shapeOfExperiment(
      'training.loss is missing: name one, such as categoricalCrossentropy, binaryCrossentropy or meanSquaredError.',
    );
  }
  const optimizer = withClipping(tf, createOptimizer(tf, training.optimizer), training);
  try {
    model.compile({ optimizer, loss, ...(metrics !== undefined && { metrics }) });
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw shapeOfExperiment(`The model does not compile with this training: ${reason}`, error);
  }
}

/** The learning rate of each step; undefined where it stays. */
export function scheduleOf(
  model: LayersModel,
  { schedule }: Training,
  totalSteps: number | undefined,
): RateOfStep | undefined {
  if (!schedule) return undefined;
  const rate = learningRateOf(model.optimizer);
  if (rate === undefined) {
    throw shapeOfExperiment('training.schedule needs an optimizer with a learningRate.');
  }
  return createSchedule(schedule, rate, totalSteps);
}
