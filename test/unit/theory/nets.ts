// Wide plain nets with known variances, looked at through the tool: tap, facts and probes of one step.
import type { ModelFacts } from '../../../src/shared/core/facts';
import { randomNormal, seededRandom } from '../../../src/shared/core/random';
import type { StepRecord } from '../../../src/shared/core/stepRecord';
import { watched, type Bench } from '../watch/watched';

export interface WideNet {
  width: number;
  depth: number;
  activation: 'tanh' | 'sigmoid' | 'relu' | 'elu' | 'selu' | 'linear' | 'softsign' | 'swish';
  /** σ_w² and σ_b². */
  weightVariance: number;
  biasVariance: number;
  seed: number;
  /** Puts each activation into a layer of its own. */
  isSplit?: boolean;
  /** In the one batch. */
  samples?: number;
}

export interface Observed {
  facts: ModelFacts;
  record: StepRecord;
  /** Names of the hidden layers with weights. */
  hidden: string[];
}

/** One step of training, of a net whose input has mean square 1. */
export async function observe(net: WideNet): Promise<Observed> {
  const hidden = Array.from({ length: net.depth }, (_, i) => `hidden${String(i + 1)}`);
  const run = await watched((bench) => train(bench, net, hidden));
  run.result.dispose();
  return { facts: run.facts.at(-1)!, record: run.records[0]!, hidden };
}

async function train({ tf }: Bench, net: WideNet, hidden: readonly string[]) {
  const { width, activation, weightVariance, biasVariance, seed, samples = 8 } = net;
  const model = tf.sequential();
  hidden.forEach((name, i) => {
    model.add(
      tf.layers.dense({
        name,
        units: width,
        activation: net.isSplit ? 'linear' : activation,
        kernelInitializer: tf.initializers.randomNormal({
          stddev: Math.sqrt(weightVariance / width),
          seed: 1000 * seed + i,
        }),
        biasInitializer:
          biasVariance === 0
            ? 'zeros'
            : tf.initializers.randomNormal({
                stddev: Math.sqrt(biasVariance),
                seed: 1000 * seed + 500 + i,
              }),
        ...(i === 0 && { inputShape: [width] }),
      }),
    );
    if (net.isSplit) model.add(tf.layers.activation({ activation }));
  });
  model.add(tf.layers.dense({ name: 'output', units: 1, kernelInitializer: 'glorotUniform' }));
  model.compile({ optimizer: 'sgd', loss: 'meanSquaredError' });
  const random = seededRandom(seed);
  const values = Float32Array.from({ length: samples * width }, () => randomNormal(random));
  const xs = tf.tensor2d(values, [samples, width]);
  const ys = tf.ones([samples, 1]);
  await model.fit(xs, ys, { epochs: 1, batchSize: samples });
  tf.dispose([xs, ys]);
  return model;
}
