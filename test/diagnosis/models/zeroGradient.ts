// A layer that passes values on and loses their gradient, as rounding, argMax or a wrong tf.customGrad do.
import type { Tensor } from '@tensorflow/tfjs';
import { tf } from '../harness/backend';

/** Identity whose gradient is zero. */
export class ZeroGradient extends tf.layers.Layer {
  static readonly className = 'ZeroGradient';

  override call(inputs: Tensor | Tensor[]): Tensor {
    const x = [inputs].flat()[0] as Tensor;
    const stop = tf.customGrad((...values) => ({
      value: (values[0] as Tensor).clone(),
      gradFunc: (dy: Tensor) => tf.zerosLike(dy),
    }));
    return stop(x);
  }

  override computeOutputShape(shape: number[]): number[] {
    return shape;
  }
}
