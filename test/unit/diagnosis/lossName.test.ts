// A loss that is a function of the user's own is recognized by its values.
import assert from 'node:assert/strict';
import type * as tfjs from '@tensorflow/tfjs';
import { trainedModel } from '../../../webview/runtime/diagnosis/internals';
import { lossNameOf } from '../../../webview/runtime/diagnosis/lossName';
import { tf } from './nets';

type Loss = (labels: tfjs.Tensor, predictions: tfjs.Tensor) => tfjs.Tensor;

/** Name of the loss of a net with four outputs, on one-hot labels. */
function nameOf(loss: Loss | string, units = 4): string {
  const model = tf.sequential({ layers: [tf.layers.dense({ units, inputShape: [2] })] });
  model.compile({ optimizer: 'sgd', loss: loss });
  const values = Float32Array.from({ length: 8 * units }, (_, i) =>
    i % (units + 1) === 0 ? 1 : 0,
  );
  try {
    return lossNameOf(tf, trainedModel(model), 0, { shape: [units], dtype: 'float32', values });
  } finally {
    model.dispose();
  }
}

describe('the name of a loss', () => {
  before(() => tf.setBackend('cpu'));

  it('is that of a string, of a function of tfjs, and of one that gives the same', () => {
    assert.equal(nameOf('categoricalCrossentropy'), 'categoricalCrossentropy');
    assert.equal(nameOf(tf.losses.softmaxCrossEntropy as Loss), 'softmaxCrossEntropy');
    const wrapped: Record<string, Loss> = {
      softmaxCrossEntropy: (labels, x) => tf.losses.softmaxCrossEntropy(labels, x),
      sigmoidCrossEntropy: (labels, x) => tf.losses.sigmoidCrossEntropy(labels, x),
      meanSquaredError: (labels, x) => tf.mean(tf.square(tf.sub(labels, x))),
      binaryCrossentropy: (labels, x) => tf.mean(tf.metrics.binaryCrossentropy(labels, x)),
      categoricalCrossentropy: (labels, x) =>
        tf.neg(tf.mean(tf.sum(tf.mul(labels, tf.log(tf.div(x, tf.sum(x, -1, true)))), -1))),
    };
    for (const [name, loss] of Object.entries(wrapped)) assert.equal(nameOf(loss), name);
  });

  it('is custom for any other, for one that fails, and for one that smooths the labels', () => {
    const others: Loss[] = [
      (labels, x) => tf.mean(tf.abs(tf.sub(tf.mul(labels, 2), x))),
      () => tf.scalar(1),
      () => {
        throw new Error('This loss wants another shape.');
      },
      (labels, x) => tf.losses.softmaxCrossEntropy(labels, x, 1, 0.1),
    ];
    for (const loss of others) assert.equal(nameOf(loss), 'custom');
  });

  it('costs no random number and leaves no tensor', () => {
    const noisy: Loss = (labels, x) => {
      Math.random();
      return tf.mean(tf.square(tf.sub(labels, tf.add(x, tf.randomNormal(x.shape)))));
    };
    const random = Math.random;
    let drawn = 0;
    Math.random = () => ++drawn / 1000;
    try {
      const model = tf.sequential({ layers: [tf.layers.dense({ units: 1, inputShape: [1] })] });
      model.compile({ optimizer: 'sgd', loss: noisy });
      const [before, tensors] = [drawn, tf.memory().numTensors];
      const values = Float32Array.from([0, 1]);
      const samples = { shape: [1], dtype: 'float32' as const, values };
      assert.equal(lossNameOf(tf, trainedModel(model), 0, samples), 'custom');
      assert.equal(drawn, before);
      assert.equal(tf.memory().numTensors, tensors);
      model.dispose();
    } finally {
      Math.random = random;
    }
  });
});
