// A generative adversarial net: two models and two optimizers that take turns.
//
// What to look at: every other step belongs to the other model, so its layers have a gap where the
// opponent was trained. The discriminator's gradients shrink when it wins too easily; then the
// generator learns nothing either.
import * as tf from '@tensorflow/tfjs';

const STEPS = 2000;
const BATCH_SIZE = 64;
const NOISE = 8;

const generator = tf.sequential({
  name: 'generator',
  layers: [
    tf.layers.dense({
      name: 'generator_hidden',
      inputShape: [NOISE],
      units: 32,
      activation: 'relu',
      kernelInitializer: 'heUniform',
    }),
    tf.layers.dense({ name: 'generator_point', units: 2, kernelInitializer: 'glorotUniform' }),
  ],
});

const discriminator = tf.sequential({
  name: 'discriminator',
  layers: [
    tf.layers.dense({
      name: 'discriminator_hidden',
      inputShape: [2],
      units: 32,
      activation: 'relu',
      kernelInitializer: 'heUniform',
    }),
    tf.layers.dense({ name: 'discriminator_logit', units: 1, kernelInitializer: 'glorotUniform' }),
  ],
});

/** Points near a circle of radius 2. */
function realPoints(): tf.Tensor2D {
  return tf.tidy(() => {
    const angle = tf.randomUniform([BATCH_SIZE, 1], 0, 2 * Math.PI);
    const circle = tf.concat([tf.cos(angle), tf.sin(angle)], 1).mul(2);
    return circle.add(tf.randomNormal([BATCH_SIZE, 2], 0, 0.05)) as tf.Tensor2D;
  });
}

const fakePoints = (): tf.Tensor =>
  generator.apply(tf.randomNormal([BATCH_SIZE, NOISE])) as tf.Tensor;
const logits = (points: tf.Tensor): tf.Tensor => discriminator.apply(points) as tf.Tensor;
const lossFor = (label: 0 | 1, found: tf.Tensor): tf.Scalar =>
  tf.losses.sigmoidCrossEntropy(tf.fill(found.shape, label), found).asScalar();
const weightsOf = (model: tf.LayersModel): tf.Variable[] =>
  model.trainableWeights.map((weight) => weight.read() as tf.Variable);

export async function main(): Promise<void> {
  const generatorOptimizer = tf.train.adam(0.001, 0.5);
  const discriminatorOptimizer = tf.train.adam(0.001, 0.5);
  const generatorWeights = weightsOf(generator);
  const discriminatorWeights = weightsOf(discriminator);

  for (let step = 0; step < STEPS; step++) {
    discriminatorOptimizer.minimize(
      () => tf.add(lossFor(1, logits(realPoints())), lossFor(0, logits(fakePoints()))),
      false,
      discriminatorWeights,
    );
    generatorOptimizer.minimize(() => lossFor(1, logits(fakePoints())), false, generatorWeights);
    await tf.nextFrame();
  }
}
