// Its loss is NaN at the fourth step.
const tf = require('@tensorflow/tfjs');

const model = tf.sequential({
  layers: [
    tf.layers.dense({ units: 4, inputShape: [3], activation: 'relu', name: 'hidden' }),
    tf.layers.dense({ units: 1, name: 'output' }),
  ],
});
const optimizer = tf.train.sgd(0.01);
const inputs = tf.randomNormal([8, 3], 0, 1, 'float32', 1);

function trainStep(step) {
  const factor = step === 4 ? NaN : 1;
  return optimizer.minimize(() => model.apply(inputs).square().mean().mul(factor), true);
}

for (let step = 1; step <= 8; step++) console.log(step, trainStep(step).dataSync()[0]);
