// Plain tfjs programs, as users write them: what the other contestants are measured against, and what
// the tap is hooked into. Each trains `steps` further steps and returns their losses.
import type { LayersModel, Tensor, Variable } from '@tensorflow/tfjs';
import type { TfNamespace } from '../../src/shared/tap/types';
import type { Program } from '../contestant';
import { BATCHES, type Batches } from './data';
import { BATCH_SIZE } from './nets';

/** `afterStep` belongs to the step: it is awaited. */
export type RunSteps = (steps: number, afterStep?: () => Promise<void>) => Promise<number[]>;

type MakeProgram = (tf: TfNamespace, model: LayersModel, batches: Batches) => RunSteps;

const trainOnBatch: MakeProgram = (_, model, batches) => async (steps, afterStep) => {
  const losses: number[] = [];
  for (let i = 0; i < steps; i++) {
    const { xs, ys } = batches.next();
    losses.push((await model.trainOnBatch(xs, ys)) as number);
    await afterStep?.();
  }
  return losses;
};

const minimize: MakeProgram = (tf, model, batches) => {
  const variables = model.trainableWeights.map((weight) => weight.read() as unknown as Variable);
  return async (steps) => {
    const losses: number[] = [];
    for (let i = 0; i < steps; i++) {
      const { xs, ys } = batches.next();
      const lossOf = () => {
        const predicted = model.apply(xs, { training: true }) as Tensor;
        return tf.metrics.categoricalCrossentropy(ys, predicted).mean().asScalar();
      };
      const loss = model.optimizer.minimize(lossOf, true, variables);
      if (loss === null) throw new Error('minimize returned no loss.');
      losses.push((await loss.data())[0] ?? Number.NaN);
      loss.dispose();
    }
    return losses;
  };
};

/** Blocks of this program are epochs: `steps` must be a multiple of the number of batches. */
const fit: MakeProgram = (tf, model, batches) => {
  const { xs, ys } = batches.all(tf);
  return async (steps) => {
    const losses: number[] = [];
    await model.fit(xs, ys, {
      epochs: steps / BATCHES,
      batchSize: BATCH_SIZE,
      shuffle: false,
      callbacks: { onBatchEnd: (_, logs) => void losses.push(logs?.['loss'] ?? Number.NaN) },
    });
    return losses;
  };
};

export const PROGRAM: Record<Program, MakeProgram> = { trainOnBatch, minimize, fit };
