// Whether a checkpoint belongs to a model: the file may have changed since it was taken.
import type { LayersModel, Optimizer } from '@tensorflow/tfjs';
import { RunFailure } from '../failure';
import type { Checkpoint } from './checkpoint';

const NEXT =
  'Resume with the file as it was then, or restart the run to train the model as it is now.';

/**
 * Throws RunFailure (`checkpoint-mismatch`) where the weights or the optimizer of `checkpoint` are not those of the
 * model; the message names the first that differs.
 */
export function assertFits(model: LayersModel, optimizer: Optimizer, checkpoint: Checkpoint): void {
  const { step, tensors, origin } = checkpoint;
  const saved = tensors.filter(({ name }) => name.startsWith('weight/'));
  const refuse = (what: string): never => {
    throw new RunFailure(
      'checkpoint-mismatch',
      `The model is not the one of the checkpoint of step ${step}: ${what}. ${NEXT}`,
    );
  };
  model.weights.forEach((weight, i) => {
    const there = saved[i];
    const name = weight.originalName;
    if (!there) return refuse(`${name} is new`);
    const { variable = name } = there;
    const was = list(there.shape);
    const shape = list(weight.shape as number[]);
    if (shape === was) return;
    refuse(
      variable === name
        ? `${name} has the shape ${shape}, and had ${was}`
        : `where ${variable} of the shape ${was} was, it has ${name} of the shape ${shape}`,
    );
  });
  const missing = saved[model.weights.length];
  if (missing) refuse(`it no longer has ${missing.variable ?? missing.name}`);
  const name = optimizer.getClassName();
  if (origin && origin.optimizer !== name) {
    refuse(`its optimizer is ${name}, and was ${origin.optimizer}`);
  }
}

function list(shape: readonly number[]): string {
  return `[${shape.join(', ')}]`;
}
