// Recurrent nets: `recurrent1` …, `output`; for tokens, an `embedding` before them.
import type { LayersModel } from '@tensorflow/tfjs';
import { tf } from '../harness/backend';
import { apply } from './apply';
import type { Activation, Initializers } from './dense';

export interface RecurrentNet {
  kind: 'lstm' | 'gru' | 'simpleRNN';
  steps: number;
  /** Numbers per step; tokens where `vocabulary` is given. */
  features?: number;
  vocabulary?: number;
  units: readonly number[];
  outputs: number;
  output?: Activation;
  activation?: Activation;
  recurrentInitializer?: Initializers;
  bidirectional?: boolean;
}

export function recurrentNet(options: RecurrentNet): () => LayersModel {
  const { vocabulary, units, recurrentInitializer = 'orthogonal' } = options;
  return () => {
    const shape =
      vocabulary === undefined ? [options.steps, options.features ?? 1] : [options.steps];
    const input = tf.input({ shape });
    let x = input;
    if (vocabulary !== undefined) {
      const embedding = { name: 'embedding', inputDim: vocabulary, outputDim: 8 };
      x = apply(tf.layers.embedding(embedding), x);
    }
    for (const [i, count] of units.entries()) {
      const config = {
        name: `recurrent${String(i + 1)}`,
        units: count,
        returnSequences: i < units.length - 1,
        recurrentInitializer:
          typeof recurrentInitializer === 'function'
            ? recurrentInitializer()
            : recurrentInitializer,
        ...(options.activation && { activation: options.activation }),
      };
      const layer = tf.layers[options.kind](config);
      x = apply(
        options.bidirectional
          ? tf.layers.bidirectional({ name: config.name, layer, mergeMode: 'concat' })
          : layer,
        x,
      );
    }
    const output = tf.layers.dense({
      name: 'output',
      units: options.outputs,
      activation: options.output ?? 'linear',
      kernelInitializer: 'glorotUniform',
    });
    return tf.model({ inputs: input, outputs: apply(output, x) });
  };
}
