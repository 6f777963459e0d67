// Experiments and programs for the tests of fixes that edit how a model trains.
import { dedent } from './cases';

/** An experiment with this optimizer, and more options of its training. */
export function experiment(optimizer: string, more = '', head = ''): string {
  return dedent(`
    import * as tf from '@tensorflow/tfjs';
    import type { Data, Training } from 'gradient-lens';
    ${head}
    export const model = () =>
      tf.sequential({ layers: [tf.layers.dense({ inputShape: [4], units: 2, activation: 'softmax', name: 'out' })] });

    export function data(): Data {
      const xs = tf.randomUniform([8, 4], 0, 255);
      const ys = tf.zeros([8, 2]);
      return {
        train: { xs, ys },
        validation: { xs: tf.randomUniform([8, 4], 0, 255), ys },
      };
    }

    export const training: Training = {
      epochs: 2,
      optimizer: ${optimizer},${more}
      loss: 'categoricalCrossentropy',
    };
  `);
}

/** A program that compiles and fits. */
export function program(optimizer: string, more = ''): string {
  return dedent(`
    const tf = require('@tensorflow/tfjs');
    const model = tf.sequential();
    model.add(tf.layers.dense({ inputShape: [4], units: 1, activation: 'sigmoid' }));
    model.compile({ optimizer: ${optimizer}, loss: 'meanSquaredError' });
    const images = tf.ones([4, 4]);
    exports.model = model;
    exports.train = async () => {
      await model.fit(images, tf.ones([4, 1]), { epochs: 2, verbose: 0${more} });
    };
  `);
}

export const tape = dedent(`
  import * as tf from '@tensorflow/tfjs';

  const w = tf.variable(tf.ones([2]));
  const optimizer = tf.train.sgd(0.1);
  const loss = () => w.square().sum().asScalar();

  export function train() {
    for (let i = 0; i < 3; i++) {
      optimizer.minimize(loss, false, [w]);
      const { grads } = tf.variableGrads(loss, [w]);
      optimizer.applyGradients(grads);
      tf.dispose(grads);
    }
  }
  train();
`);
