// Comparisons: a grid over one thing, built from the layers that a model has.
import type { LayerInfo } from '../../shared/core/run';
import { COMPARED_OPTIMIZERS, COMPARED_RATES } from '../spec/compared';
import type { FileRange } from '../spec/propose';
import type { Probed } from './modelProbe';
import { outputsOf } from '../../surfaces/remedies/plan';

export const COMPARISONS = ['activations', 'initializers', 'optimizers', 'depth'] as const;
export type Comparison = (typeof COMPARISONS)[number];

/** Why there is nothing to compare. */
export class ComparisonError extends Error {
  override readonly name = 'ComparisonError';
}

/** Activations for any net, and those for nets that begin with one of them. */
const ACTIVATIONS = ['relu', 'elu', 'selu', 'gelu', 'swish', 'tanh', 'sigmoid'];
const INITIALIZERS = ['glorotUniform', 'glorotNormal', 'heUniform', 'heNormal', 'lecunNormal', 'orthogonal']; // prettier-ignore

/** What of the model is varied. Throws ComparisonError where it has nothing of the kind. */
export function comparedParameters(
  comparison: Comparison,
  probed: Probed,
): Record<string, FileRange> {
  if (comparison === 'optimizers') {
    return {
      'training.optimizer': [...COMPARED_OPTIMIZERS],
      'training.learningRate': [...COMPARED_RATES],
    };
  }
  const hidden = hiddenOf(probed);
  if (hidden.length === 0) {
    throw new ComparisonError(
      'The model has no hidden layer with weights: there is nothing to compare. Add one, or sweep its learning rate.',
    );
  }
  switch (comparison) {
    case 'activations': {
      const own = hidden.flatMap(({ activation }) => activation ?? []);
      const all = new Set([...own.filter((name) => name !== 'linear'), ...ACTIVATIONS]);
      return { 'layers.activation': [...all] };
    }
    case 'initializers':
      return { 'layers.initializer': [...INITIALIZERS] };
    case 'depth': {
      const now = hidden.length;
      const depths = new Set([Math.max(1, now - 1), now, now + 1, now + 2, 2 * now]);
      return { 'layers.depth': [...depths].sort((a, b) => a - b) };
    }
  }
}

function hiddenOf(probed: Probed): LayerInfo[] {
  const outputs = new Set(outputsOf(probed));
  return probed.layers.filter(
    ({ name, tensors }) => !outputs.has(name) && tensors.some(({ shape }) => shape.length > 1),
  );
}
