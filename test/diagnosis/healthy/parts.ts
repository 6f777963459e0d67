// Healthy trainings of parts of what a loss is computed with: the rest is not to be trained, or not yet.
import type { LayersModel, Scalar, Tensor, Variable } from '@tensorflow/tfjs';
import { tf } from '../harness/backend';
import { healthy, type Recipe } from '../harness/recipe';
import { denseNet } from '../models/dense';
import { gan, twoPlayers, variablesOf } from './ownLoops';
import { classifier, regression } from './points';

const net = (prefix = '', inputs = 8): LayersModel =>
  denseNet({ inputs, hidden: [32, 32], outputs: 4, prefix })();

const call = (model: LayersModel, xs: Tensor): Tensor =>
  model.apply(xs, { training: true }) as Tensor;

const crossEntropy = (ys: Tensor, logits: Tensor): Scalar =>
  tf.losses.softmaxCrossEntropy<Tensor, Scalar>(ys, logits);

const squares = (ys: Tensor, prediction: Tensor): Scalar =>
  tf.losses.meanSquaredError<Tensor, Scalar>(ys, prediction);

/** Same values, other tensors: what loading weights from a file does. */
function loadFrom(model: LayersModel, source: LayersModel): void {
  tf.tidy(() => model.setWeights(source.getWeights().map((weight) => weight.clone())));
}

/** Trains the last layer by a list of variables; nothing else would move by `minimize`. */
const headOnly: Recipe['loop'] = async ({ model, optimizer, eachBatch }) => {
  const head = variablesOf(model.layers.slice(-1));
  await eachBatch((xs, ys) => {
    optimizer.minimize(() => crossEntropy(ys, call(model, xs)), false, head);
  });
};

const logits: Recipe = { ...classifier, model: () => net() };

export const transfer = healthy('transfer-head', 'loaded layers that are not to be trained', {
  ...logits,
  model: () => {
    const model = net();
    const source = net('source_');
    loadFrom(model, source);
    source.dispose();
    return model;
  },
  loop: headOnly,
});

export const frozen = healthy('frozen-own-loop', 'layers frozen by trainable: false', {
  ...logits,
  model: () => {
    const model = net();
    for (const layer of model.layers.slice(0, -1)) layer.trainable = false;
    return model;
  },
  loop: headOnly,
});

export const randomFeatures = healthy(
  'random-features',
  'a wide random layer that is never trained, on purpose, and serves',
  {
    ...logits,
    model: denseNet({ inputs: 8, hidden: [256], outputs: 4 }),
    optimizer: () => tf.train.adam(0.01),
    loop: headOnly,
  },
);

export const plainFeatures = healthy(
  'random-features-tensors',
  'random features as plain tensors',
  {
    ...logits,
    // A part of this model is trained, and on other inputs than its own: nothing to score.
    skill: 'none',
    loop: async ({ model, optimizer, eachBatch }) => {
      const features = tf.randomNormal([8, 8], 0, 0.1);
      const head = variablesOf(model.layers.slice(-2));
      await eachBatch((xs, ys) => {
        const loss = () => crossEntropy(ys, call(model, tf.cos(tf.matMul(xs, features))));
        optimizer.minimize(loss, false, [...variablesOf(model.layers.slice(0, -2)), ...head]);
      });
      features.dispose();
    },
  },
);

/** Copies of a trained net. */
export const targetNet = healthy(
  'dqn-target-net',
  'a copy of the net that is brought up to date every 150 steps',
  {
    ...regression,
    model: () => net('', 5),
    optimizer: () => tf.train.adam(0.002),
    skill: 'none',
    epochs: 30,
    loop: async ({ model, optimizer, eachBatch }) => {
      const target = net('target_', 5);
      const own = variablesOf(model.layers);
      let step = 0;
      await eachBatch((xs, ys) => {
        optimizer.minimize(
          () => {
            const next = call(target, tf.mul(xs, 0.9)).max(1, true);
            const value = tf.add(ys, tf.mul(0.9, next));
            return squares(value, call(model, xs).slice([0, 0], [-1, 1]));
          },
          false,
          own,
        );
        // Never copied before: until then the target is as random as the net.
        if (++step % 150 === 0) loadFrom(target, model);
      });
      target.dispose();
    },
  },
);

export const distillation = healthy(
  'random-target',
  'a net that learns what a fixed random one says, as in random network distillation',
  {
    ...regression,
    model: () => net('', 5),
    skill: 'none',
    loop: async ({ model, optimizer, eachBatch }) => {
      const target = net('random_', 5);
      const own = variablesOf(model.layers);
      await eachBatch((xs) => {
        // The wider target can only be met in part: the loss stops high.
        const goal = () => tf.mul(5, tf.sin(tf.mul(20, call(target, xs))));
        optimizer.minimize(() => squares(goal(), call(model, xs)), false, own);
      });
      target.dispose();
    },
  },
);

export const teacher = healthy('mean-teacher', 'a teacher whose weights follow in the mean', {
  ...logits,
  loop: async ({ model, optimizer, eachBatch }) => {
    const mean = net('teacher_');
    const own = variablesOf(model.layers);
    const followers: Variable[] = variablesOf(mean.layers);
    await eachBatch((xs, ys) => {
      optimizer.minimize(
        () => {
          const prediction = call(model, xs);
          const agreement = squares(tf.softmax(call(mean, xs)), tf.softmax(prediction));
          return tf.add(crossEntropy(ys, prediction), agreement);
        },
        false,
        own,
      );
      tf.tidy(() => {
        followers.forEach((follower, i) => {
          const leader = own[i];
          if (leader) follower.assign(tf.add(tf.mul(follower, 0.99), tf.mul(leader, 0.01)));
        });
      });
    });
    mean.dispose();
  },
});

export const inTurn = healthy(
  'parts-in-turn',
  'the last layer first, for 300 steps, then the rest',
  {
    ...logits,
    // Adam keeps its moments by the place in the list: it cannot take another one.
    optimizer: () => tf.train.sgd(0.1),
    epochs: 30,
    loop: async ({ model, optimizer, eachBatch }) => {
      const body = variablesOf(model.layers.slice(0, -1));
      const head = variablesOf(model.layers.slice(-1));
      let step = 0;
      await eachBatch((xs, ys) => {
        const part = Math.floor(step++ / 300) % 2 === 0 ? head : body;
        optimizer.minimize(() => crossEntropy(ys, call(model, xs)), false, part);
      });
    },
  },
);

export const criticFirst = healthy('gan-critic-first', 'a generator that waits for 200 steps', {
  ...twoPlayers.recipe,
  loop: gan(200),
});
