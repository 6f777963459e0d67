// Queues a step of an experiment, and explains shapes that do not fit.
import type { LayersModel, Tensor } from '@tensorflow/tfjs';
import { isShapeMessage, RunFailure } from '../failure';
import type { FeedBatch } from './feed';
import type { TrainStep } from './trainStep';

/** Queues a step. Its numbers come with its record. */
export function queueStep(model: LayersModel, steps: TrainStep, { xs, ys }: FeedBatch): Tensor[] {
  try {
    return steps.step(xs, ys);
  } catch (error) {
    if (error instanceof Error && isShapeMessage(error.message)) {
      throw explainShapes(model, xs, ys, error);
    }
    throw error;
  }
}

function explainShapes(model: LayersModel, xs: Tensor[], ys: Tensor[], error: Error): RunFailure {
  const list = (shapes: (number | null)[][]): string =>
    shapes.map((shape) => `[${shape.map((size) => size ?? 'batch').join(', ')}]`).join(', ');
  const shapes = (tensors: { shape: (number | null)[] }[]) => list(tensors.map((t) => t.shape));
  const sparse =
    typeof model.loss === 'string' && /sparse/i.test(model.loss)
      ? ' A sparse loss takes class numbers of shape [batch, 1], not one-hot rows.'
      : '';
  return new RunFailure(
    'shape-mismatch',
    `${error.message} The data give xs ${shapes(xs)} and ys ${shapes(ys)}; the model takes ${shapes(model.inputs)} and yields ${shapes(model.outputs)}.${sparse}`,
    { cause: error },
  );
}
