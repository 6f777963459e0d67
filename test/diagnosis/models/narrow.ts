// A net with so narrow a first layer that all depends on its training.
import type { LayersModel } from '@tensorflow/tfjs';
import { tf } from '../harness/backend';
import { apply } from './apply';
import { ZeroGradient } from './zeroGradient';

/** `hidden1` (two units), `hidden2`, `output`; with `stopped`, no gradient reaches the first layer. */
export const narrowNet =
  (inputs: number, { stopped = false } = {}) =>
  (): LayersModel => {
    const input = tf.input({ shape: [inputs] });
    const dense = (name: string, units: number) =>
      tf.layers.dense({ name, units, activation: 'tanh', kernelInitializer: 'glorotUniform' });
    let x = apply(dense('hidden1', 2), input);
    if (stopped) x = apply(new ZeroGradient({ name: 'stop' }), x);
    x = apply(dense('hidden2', 8), x);
    const output = tf.layers.dense({ name: 'output', units: 1, activation: 'sigmoid' });
    return tf.model({ inputs: input, outputs: apply(output, x) });
  };
