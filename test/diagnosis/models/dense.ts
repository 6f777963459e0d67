// Nets of dense layers: `hidden1` … and `output`, in one of the usual arrangements.
import type { LayersModel, layers } from '@tensorflow/tfjs';
import { tf } from '../harness/backend';
import { apply } from './apply';

type DenseConfig = Parameters<typeof layers.dense>[0];
export type Activation = NonNullable<DenseConfig['activation']>;
export type Initializer = NonNullable<DenseConfig['kernelInitializer']>;
/** A name, or one made anew for each layer. */
export type Initializers = Initializer | (() => Initializer);

/** Each option has the value that a careful practitioner would choose for ReLU. */
export interface DenseNet {
  inputs: number;
  /** Units of each hidden layer. */
  hidden: readonly number[];
  outputs: number;
  activation?: Activation | 'leakyReLU' | 'prelu';
  output?: Activation;
  initializer?: Initializers;
  biasInitializer?: Initializers;
  outputInitializer?: Initializers;
  normalization?: 'batch' | 'layer';
  /** Adds the input of a hidden layer to its output, where both have the same size. */
  residual?: boolean;
  dropout?: number;
  /** Factor of the weights' squares. */
  l2?: number;
  inputNormalization?: boolean;
  /** Before the names of the layers. */
  prefix?: string;
}

const make = (initializers: Initializers): Initializer =>
  typeof initializers === 'function' ? initializers() : initializers;

/** Normal weights of one deviation, whatever the size of the layer. */
export const normal =
  (stddev: number, mean = 0) =>
  (): Initializer =>
    tf.initializers.randomNormal({ mean, stddev });

/** The same value everywhere. */
export const constant = (value: number) => (): Initializer => tf.initializers.constant({ value });

/** `length` layers of `units` each. */
export const deep = (length: number, units: number): number[] => Array<number>(length).fill(units);

export function denseNet(options: DenseNet): () => LayersModel {
  const { hidden, outputs, activation = 'relu', initializer = 'heUniform', prefix = '' } = options;
  const { biasInitializer = 'zeros', outputInitializer = 'glorotUniform' } = options;
  const isLayer = activation === 'leakyReLU' || activation === 'prelu';
  return () => {
    const input = tf.input({ shape: [options.inputs] });
    let x = input;
    if (options.inputNormalization) {
      x = apply(tf.layers.batchNormalization({ name: `${prefix}input_normalization` }), x);
    }
    let size = options.inputs;
    for (const [i, units] of hidden.entries()) {
      const before = x;
      const name = `${prefix}hidden${String(i + 1)}`;
      const config: DenseConfig = {
        name,
        units,
        kernelInitializer: make(initializer),
        biasInitializer: make(biasInitializer),
        ...(options.l2 !== undefined && {
          kernelRegularizer: tf.regularizers.l2({ l2: options.l2 }),
        }),
      };
      // Normalization goes between the weights and the activation.
      const isSplit = options.normalization !== undefined || isLayer;
      x = apply(tf.layers.dense({ ...config, ...(!isSplit && { activation }) }), x);
      if (options.normalization === 'batch') {
        x = apply(tf.layers.batchNormalization({ name: `${name}_norm` }), x);
      } else if (options.normalization === 'layer') {
        x = apply(tf.layers.layerNormalization({ name: `${name}_norm` }), x);
      }
      if (activation === 'leakyReLU') x = apply(tf.layers.leakyReLU({ name: `${name}_act` }), x);
      else if (activation === 'prelu') x = apply(tf.layers.prelu({ name: `${name}_act` }), x);
      else if (isSplit) x = apply(tf.layers.activation({ name: `${name}_act`, activation }), x);
      if (options.residual && size === units) {
        x = apply(tf.layers.add({ name: `${name}_add` }), [before, x]);
      }
      if (options.dropout !== undefined) {
        x = apply(tf.layers.dropout({ name: `${name}_dropout`, rate: options.dropout }), x);
      }
      size = units;
    }
    // What the shortcuts add up is normalized before it is read, as in ResNet v2 (He et al. 2016).
    if (options.residual && options.normalization === 'batch') {
      x = apply(tf.layers.batchNormalization({ name: `${prefix}last_norm` }), x);
    }
    const output = tf.layers.dense({
      name: `${prefix}output`,
      units: outputs,
      activation: options.output ?? 'linear',
      kernelInitializer: make(outputInitializer),
    });
    return tf.model({ inputs: input, outputs: apply(output, x) });
  };
}
