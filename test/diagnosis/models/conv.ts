// Convolutional nets: `conv1` …, `hidden`, `output`.
import type { LayersModel } from '@tensorflow/tfjs';
import { tf } from '../harness/backend';
import { apply } from './apply';
import type { Activation, Initializer, Initializers } from './dense';

export interface ConvNet {
  shape: [height: number, width: number, channels: number];
  /** Filters of each convolution (3×3, same padding). */
  filters: readonly number[];
  /** Convolutions after which there is a pooling by 2, from 1. */
  pooled: readonly number[];
  /** Units of the dense layer before the output; none where 0. */
  dense?: number;
  outputs: number;
  activation?: Activation;
  output?: Activation;
  initializer?: Initializers;
  batchNormalization?: boolean;
  /** Depthwise separable instead of full convolutions, after the first. */
  separable?: boolean;
  dropout?: number;
}

const make = (initializers: Initializers): Initializer =>
  typeof initializers === 'function' ? initializers() : initializers;

export function convNet(options: ConvNet): () => LayersModel {
  const { filters, pooled, dense = 0, activation = 'relu', initializer = 'heUniform' } = options;
  return () => {
    const input = tf.input({ shape: options.shape });
    let x = input;
    for (const [i, count] of filters.entries()) {
      const name = `conv${String(i + 1)}`;
      const isSplit = options.batchNormalization === true;
      const config = {
        name,
        filters: count,
        kernelSize: 3,
        padding: 'same' as const,
        ...(!isSplit && { activation }),
      };
      x = apply(
        options.separable && i > 0
          ? tf.layers.separableConv2d({
              ...config,
              depthwiseInitializer: make(initializer),
              pointwiseInitializer: make(initializer),
            })
          : tf.layers.conv2d({ ...config, kernelInitializer: make(initializer) }),
        x,
      );
      if (isSplit) {
        x = apply(tf.layers.batchNormalization({ name: `${name}_norm` }), x);
        x = apply(tf.layers.activation({ name: `${name}_act`, activation }), x);
      }
      if (pooled.includes(i + 1)) x = apply(tf.layers.maxPooling2d({ poolSize: 2 }), x);
    }
    x = apply(tf.layers.flatten(), x);
    if (options.dropout !== undefined) x = apply(tf.layers.dropout({ rate: options.dropout }), x);
    if (dense > 0) {
      const hidden = {
        name: 'hidden',
        units: dense,
        activation,
        kernelInitializer: make(initializer),
      };
      x = apply(tf.layers.dense(hidden), x);
    }
    const output = tf.layers.dense({
      name: 'output',
      units: options.outputs,
      activation: options.output ?? 'softmax',
      kernelInitializer: 'glorotUniform',
    });
    return tf.model({ inputs: input, outputs: apply(output, x) });
  };
}
