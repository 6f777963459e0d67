// Sees the output of every layer that owns trainable tensors, and the gradient that flows back into
// it, within the user's own forward and backward pass: the output is replaced by a clone (the same
// data) whose custom gradient is the identity.
import type { GradientComputations } from './computations';
import { unguarded, type Guard } from './guard';
import { layerPrototypeOf, type LayerLike } from './internals';
import type { Patches } from './patches';
import type { Tensor, TfNamespace } from './types';

/** A tensor may carry the mask that a masking layer computed. */
interface Masked {
  kerasMask?: unknown;
}

/** Captures layer outputs for `computations`; `ownerOf` says which layers are of interest. */
export function watchActivations<Owner extends object>(
  tf: TfNamespace,
  patches: Patches,
  computations: GradientComputations<Owner>,
  ownerOf: (layer: LayerLike) => Owner | undefined,
  guard: Guard = unguarded,
): void {
  const prototype = layerPrototypeOf(tf);
  if (prototype === undefined) return;
  const { customGrad, Tensor: TensorClass } = tf;
  const tapped = (owner: Owner, output: Tensor & Masked): Tensor => {
    const onDelta = computations.capture(owner, output);
    const identity = customGrad((...inputs) => {
      const x = inputs[0] as Tensor;
      const gradFunc = (dy: Tensor): Tensor => {
        onDelta(dy);
        return dy;
      };
      return { value: x.clone(), gradFunc };
    });
    const clone = identity(output) as Tensor & Masked;
    if (output.kerasMask !== undefined) clone.kerasMask = output.kerasMask;
    return clone;
  };
  patches.replace(prototype, 'apply', (original) => {
    return function apply(this: LayerLike, inputs: unknown, kwargs?: unknown): unknown {
      const output = original.call(this, inputs, kwargs);
      // Layers with several outputs are left alone: δ of one of them would be half the truth.
      if (!computations.capturing || !(output instanceof TensorClass)) return output;
      if (output.dtype !== 'float32') return output;
      const owner = ownerOf(this);
      return owner === undefined ? output : (guard(() => tapped(owner, output)) ?? output);
    };
  });
}
