// Gradient clipping as an optimizer around an optimizer: the tap, which sees the outer one first,
// records the gradients as they were before clipping.
import type { NamedTensorMap, Optimizer, Scalar, Tensor } from '@tensorflow/tfjs';
import type { Training } from '../../../npm/experiment';
import type { TfNamespace } from '../../../src/shared/tap/types';
import { learningRateOf, setLearningRate } from './optimizer';

interface NamedTensor {
  name: string;
  tensor: Tensor;
}

/** The optimizer inside of each that clips. */
const clippedOptimizers = new WeakMap<Optimizer, Optimizer>();

/** The optimizer that updates the weights: the one that `optimizer` clips for, or itself. */
export function clippedOptimizer(optimizer: Optimizer): Optimizer {
  return clippedOptimizers.get(optimizer) ?? optimizer;
}

/**
 * `optimizer` with clipping: first all gradients together to the norm `clipNorm` (Keras's
 * `global_clipnorm`), then each element to ±`clipValue`. Unchanged where neither is asked for.
 */
export function withClipping(
  tf: TfNamespace,
  optimizer: Optimizer,
  { clipNorm, clipValue }: Pick<Training, 'clipNorm' | 'clipValue'>,
): Optimizer {
  if (clipNorm === undefined && clipValue === undefined) return optimizer;

  const clip = (gradients: NamedTensor[]): NamedTensor[] =>
    tf.tidy(() => {
      let scale: Scalar | undefined;
      if (clipNorm !== undefined && gradients.length > 0) {
        const squares = gradients.map(({ tensor }) => tf.sum(tf.square(tensor)));
        const norm = tf.sqrt(tf.addN(squares));
        scale = tf.div<Scalar>(clipNorm, tf.maximum(norm, clipNorm));
      }
      return gradients.map(({ name, tensor }) => {
        const scaled = scale ? tf.mul(tensor, scale) : tensor;
        return {
          name,
          tensor: clipValue === undefined ? scaled : tf.clipByValue(scaled, -clipValue, clipValue),
        };
      });
    });

  class ClippingOptimizer extends tf.Optimizer {
    static readonly className = 'ClippingOptimizer';

    get learningRate(): number | undefined {
      return learningRateOf(optimizer);
    }

    setLearningRate(rate: number): void {
      setLearningRate(optimizer, rate);
    }

    override applyGradients(variableGradients: NamedTensorMap | NamedTensor[]): void {
      const gradients = Array.isArray(variableGradients)
        ? variableGradients
        : Object.entries(variableGradients).map(([name, tensor]) => ({ name, tensor }));
      const clipped = clip(gradients.filter(({ tensor }) => (tensor as Tensor | null) !== null));
      optimizer.applyGradients(clipped);
      tf.dispose(clipped.map(({ tensor }) => tensor));
    }

    /** By name it is the optimizer that updates the weights. */
    override getClassName(): string {
      return optimizer.getClassName();
    }

    override getConfig() {
      return { ...optimizer.getConfig(), clipNorm: clipNorm ?? null, clipValue: clipValue ?? null };
    }

    override dispose(): void {
      optimizer.dispose();
    }
  }
  const clipping = new ClippingOptimizer();
  clippedOptimizers.set(clipping, optimizer);
  return clipping;
}
