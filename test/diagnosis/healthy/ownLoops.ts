// Healthy trainings by loops and schedules of the program itself.
import type { layers, Scalar, Tensor, Variable } from '@tensorflow/tfjs';
import { randomNormal } from '../../../src/shared/core/random';
import { tf } from '../harness/backend';
import { healthy, type Recipe } from '../harness/recipe';
import { denseNet } from '../models/dense';
import { narrowNet } from '../models/narrow';
import { halves, table } from '../tasks/points';
import { binary, classifier, regression } from './points';

export const restarts = healthy(
  'cosine-restarts',
  'a learning rate that leaps up again and again',
  {
    ...classifier,
    optimizer: () => tf.train.sgd(0.1),
    rate: (step) => 0.005 + 0.095 * (0.5 + 0.5 * Math.cos((Math.PI * (step % 150)) / 150)),
  },
);

export const warmUp = healthy('warm-up', 'a learning rate that starts at almost zero', {
  ...classifier,
  rate: (step) => 0.003 * Math.min(1, (step + 1) / 200),
});

export const ownLoop = healthy('own-loop', 'optimizer.minimize instead of fit', {
  ...classifier,
  loop: async ({ model, optimizer, eachBatch }) =>
    eachBatch((xs, ys) => {
      optimizer.minimize(() => {
        const prediction = model.apply(xs, { training: true }) as Tensor;
        return tf.losses.softmaxCrossEntropy(ys, prediction);
      });
    }),
  model: denseNet({ inputs: 8, hidden: [32, 32], outputs: 4 }),
});

export const ownBatches = healthy('train-on-batch', 'trainOnBatch instead of fit', {
  ...binary,
  loop: 'batches',
});

export const narrow = healthy('narrow', 'forty inputs through two units', {
  ...binary,
  data: table(halves(40, 0.1), 1024, 256),
  model: narrowNet(40),
  optimizer: () => tf.train.adam(0.01),
  epochs: 20,
  skill: 'sign',
});

/** The variables of some layers. */
export const variablesOf = (from: readonly layers.Layer[]): Variable[] =>
  from
    .flatMap((layer) => layer.trainableWeights)
    .map((weight) => weight.read() as unknown as Variable);

/** A loop that names the variables to train: all, or those of the last layer. */
export const ownVariables =
  (all: boolean): NonNullable<Recipe['loop']> =>
  async ({ model, optimizer, eachBatch }) => {
    const layers = all ? model.layers : model.layers.slice(-1);
    const variables = variablesOf(layers);
    await eachBatch((xs, ys) => {
      const loss = (): Scalar => {
        const prediction = model.apply(xs, { training: true }) as Tensor;
        return tf.losses.logLoss(ys, prediction);
      };
      optimizer.minimize(loss, false, variables);
    });
  };

export const namedVariables = healthy('own-loop-variables', 'a loop that names its variables', {
  ...narrow.recipe,
  loop: ownVariables(true),
});

/** Descent by hand, along `sign` times the gradient. */
export const byHand =
  (sign: number): NonNullable<Recipe['loop']> =>
  async ({ model, optimizer, eachBatch }) =>
    eachBatch((xs, ys) => {
      const { value, grads } = tf.variableGrads(() => {
        const prediction = model.apply(xs, { training: true }) as Tensor;
        return tf.losses.meanSquaredError<Tensor, Scalar>(ys, prediction);
      });
      const signed = Object.entries(grads).map(([name, tensor]) => ({
        name,
        tensor: tf.mul(tensor, sign),
      }));
      optimizer.applyGradients(signed);
      tf.dispose([value, grads, signed.map(({ tensor }) => tensor)]);
    });

export const ownDescent = healthy('own-loop-gradients', 'applyGradients by hand', {
  ...regression,
  optimizer: () => tf.train.sgd(0.03),
  loop: byHand(1),
});

/**
 * A ring of noise turned into points on a line by two nets that play against each other; the judge alone
 * for its first steps `ahead`.
 */
export const gan =
  (ahead = 0): NonNullable<Recipe['loop']> =>
  async ({ model: generator, optimizer, eachBatch }) => {
    const judge = denseNet({
      inputs: 2,
      hidden: [32, 32],
      outputs: 1,
      activation: 'elu',
      prefix: 'judge_',
    })();
    const judgeOptimizer = tf.train.adam(0.002, 0.5);
    const noise = (size: number) => tf.randomNormal([size, 4]);
    const mean = (labels: number, scores: Tensor): Scalar =>
      tf.losses.sigmoidCrossEntropy(tf.fill(scores.shape, labels), scores);
    let steps = 0;
    await eachBatch((real) => {
      const size = real.shape[0];
      judgeOptimizer.minimize(
        () => {
          const made = generator.apply(noise(size)) as Tensor;
          const truth = mean(0.9, judge.apply(real) as Tensor);
          return truth.add(mean(0, judge.apply(made) as Tensor)).asScalar();
        },
        false,
        variablesOf(judge.layers),
      );
      if (++steps <= ahead) return;
      optimizer.minimize(
        () => mean(1, judge.apply(generator.apply(noise(size))) as Tensor),
        false,
        variablesOf(generator.layers),
      );
    });
    judgeOptimizer.dispose();
    judge.dispose();
  };

export const twoPlayers = healthy('gan', 'two losses that wander by design', {
  ...regression,
  data: (random) => {
    const points = Array.from({ length: 1024 }, () => {
      const x = randomNormal(random);
      return [x, 0.5 * x + 1 + 0.1 * randomNormal(random)];
    });
    // The labels only serve to tell that it ran: the generator has none.
    return { train: { xs: tf.tensor2d(points), ys: tf.tensor2d(points) } };
  },
  model: denseNet({ inputs: 4, hidden: [32, 32], outputs: 2, activation: 'elu' }),
  optimizer: () => tf.train.adam(0.002, 0.5),
  loop: gan(),
  epochs: 20,
  skill: 'none',
});
