// Gradient clipping as an optimizer around an optimizer: the tap, which sees the outer one first,
// records the gradients as they were before clipping.
import type { NamedTensorMap, Optimizer, Scalar, Tensor } from '@tensorflow/tfjs';
import type { Training } from '../../../npm/experiment';
import type { TfNamespace } from '../../../src/shared/tap/types';
import { learningRateOf, setLearningRate } from './optimizer';

/** A gradient, absent where the variable is to stay as it is. */
export interface NamedGradient {
  name: string;
  tensor: Tensor | null;
}

/** How an optimizer clips. */
export interface ClipControl {
  /** What the program asks for. */
  readonly asked: number | undefined;
  /** What the next step is clipped to. */
  clipNorm: number | undefined;
  readonly clipValue: number | undefined;
}

/** How each clips that does. */
const controls = new WeakMap<Optimizer, ClipControl>();

/** How `optimizer` clips; undefined where it does not. */
export function clipControl(optimizer: Optimizer): ClipControl | undefined {
  return controls.get(optimizer);
}

/**
 * New gradients: all together clipped to the norm `clipNorm` (Keras's `global_clipnorm`), then each element
 * to ±`clipValue`. Optimizers keep their slots by place: what is absent stays in its place.
 */
export function clipGradients(
  tf: TfNamespace,
  gradients: readonly NamedGradient[],
  { clipNorm, clipValue }: { clipNorm: number | undefined; clipValue?: number | undefined },
): NamedGradient[] {
  const present = gradients.flatMap(({ tensor }) => tensor ?? []);
  const clipped = tf.tidy(() => {
    const squares = present.map((tensor) => tf.sum(tf.square(tensor)));
    let scale: Scalar | undefined;
    if (clipNorm !== undefined && squares.length > 0) {
      const norm = tf.sqrt(tf.addN(squares));
      scale = tf.div<Scalar>(clipNorm, tf.maximum(norm, clipNorm));
    }
    return present.map((tensor): Tensor => {
      const scaled = scale ? tf.mul(tensor, scale) : tensor;
      if (clipValue !== undefined) return tf.clipByValue(scaled, -clipValue, clipValue);
      return scale ? scaled : tensor.clone();
    });
  });
  let next = 0;
  return gradients.map(({ name, tensor }) => ({
    name,
    tensor: tensor && (clipped[next++] ?? null),
  }));
}

/** Gradients as a list, however an optimizer was given them. */
export function gradientList(
  gradients: GradientsByName | readonly NamedGradientLike[],
): NamedGradient[] {
  const list = Array.isArray(gradients)
    ? (gradients as readonly NamedGradientLike[])
    : Object.entries(gradients as GradientsByName).map(([name, tensor]): NamedGradientLike => ({
        name,
        tensor,
      }));
  return list.map(({ name, tensor }) => ({ name, tensor: tensor ?? null }));
}

type GradientsByName = Readonly<Record<string, Tensor | null | undefined>>;
interface NamedGradientLike {
  name: string;
  tensor: Tensor | null | undefined;
}

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

  const control: ClipControl = { asked: clipNorm, clipNorm, clipValue };

  class ClippingOptimizer extends tf.Optimizer {
    static readonly className = 'ClippingOptimizer';

    get learningRate(): number | undefined {
      return learningRateOf(optimizer);
    }

    setLearningRate(rate: number): void {
      setLearningRate(optimizer, rate);
    }

    override applyGradients(variableGradients: NamedTensorMap | NamedTensor[]): void {
      const clipped = clipGradients(tf, gradientList(variableGradients), control);
      // An absent gradient is null, whatever the types of tfjs say.
      optimizer.applyGradients(clipped as NamedTensor[]);
      tf.dispose(clipped.map(({ tensor }) => tensor).filter((tensor) => tensor !== null));
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
  controls.set(clipping, control);
  return clipping;
}
