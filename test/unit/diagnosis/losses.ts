// Simulated loss curves: what healthy trainings and faulty ones look like, step by step, with the noise of
// small batches, heavy tails, restarts, schedules. Seeded; `facts` say what a constant answer would cost.
import type { ModelFacts } from '../../../src/shared/core/facts';
import { randomNormal, seededRandom, type Random } from '../../../src/shared/core/random';
import { draw, factsOf, quantitiesOf } from './facts';

/** One training of a family, its loss and its size of update by step. */
export interface Curve {
  facts: ModelFacts;
  steps: number;
  loss: (step: number) => number;
  update: (step: number) => number;
}

/** Four classes in equal parts: a constant answer costs ln 4 = 1.386. */
const classes = (batchSize = 32, samples = 1000): ModelFacts => factsOf({ batchSize, samples });
/** Standard normal targets, all looked at: a constant answer costs 1. */
const quantities = (batchSize: number): ModelFacts =>
  factsOf({ batchSize, outputs: [quantitiesOf(draw(1000, randomNormal))] });

/** Mean of `batch` squared normal residuals: what a batch of a regression shows of an error of 1. */
function squares(random: Random, batch: number): number {
  let sum = 0;
  for (let i = 0; i < batch; i++) sum += randomNormal(random) ** 2;
  return sum / batch;
}

/** The same of residuals with Student's t distribution, 4 degrees of freedom, variance 2. */
function heavySquares(random: Random, batch: number): number {
  let sum = 0;
  for (let i = 0; i < batch; i++) sum += randomNormal(random) ** 2 / squares(random, 4) / 2;
  return sum / batch;
}

const fall = (step: number, time: number): number => Math.exp(-step / time);

type Family = (random: Random) => Curve;

const healthyFamilies: Record<string, Family> = {
  'a tenth of the variance explained, batch size 1': (random) => ({
    facts: quantities(1),
    steps: 1200,
    update: () => 0.004 * (0.5 + random()),
    loss: (step) => (0.9 + 0.3 * fall(step, 100)) * squares(random, 1),
  }),
  'a noise floor of 0.7, batches of 8, large steps': (random) => ({
    facts: quantities(8),
    steps: 800,
    update: () => 0.05 * (0.5 + random()),
    loss: (step) => (0.7 + 0.5 * fall(step, 80)) * squares(random, 8),
  }),
  'residuals with heavy tails, large steps': (random) => ({
    facts: quantities(16),
    steps: 500,
    update: () => 0.03,
    loss: (step) => (0.6 + 0.5 * fall(step, 60)) * heavySquares(random, 16),
  }),
  'a start at chance level for 150 steps': (random) => ({
    facts: classes(),
    steps: 500,
    update: () => 0.003,
    loss: (step) => 1.386 / (1 + Math.exp((step - 150) / 30)) + 0.1 + 0.04 * randomNormal(random),
  }),
  'batch size 1, one sample in five hard': (random) => ({
    facts: classes(1),
    steps: 1000,
    update: () => 0.01 * random(),
    loss: (step) => (1.3 * fall(step, 300) + 0.2) * -Math.log(1 - random()),
  }),
  'converged to zero': (random) => ({
    facts: classes(),
    steps: 800,
    update: () => 0.0005,
    loss: (step) => Math.max(0, 1.4 * fall(step, 30) * (1 + 0.2 * randomNormal(random)) - 1e-3),
  }),
  'converged, with spikes': (random) => ({
    facts: classes(),
    steps: 800,
    update: () => 0.03,
    loss: (step) => 1.4 * fall(step, 50) + 0.01 + (random() < 0.02 ? 2 * random() : 0),
  }),
  'warm restarts every 200 steps': (random) => ({
    facts: classes(),
    steps: 1000,
    update: (step) => 0.03 * (1 - (step % 200) / 200),
    loss: (step) =>
      0.05 +
      1.4 * fall(step, 150) +
      0.3 * Math.max(0, 1 - (step % 200) / 100) * (1 + 0.3 * randomNormal(random)) ** 2,
  }),
  'a random walk at the floor': (random) => {
    let walk = 0;
    return {
      facts: classes(),
      steps: 1000,
      update: () => 0.01,
      loss: (step) => {
        walk = 0.98 * walk + 0.02 * randomNormal(random);
        return Math.max(0, 0.5 + 0.9 * fall(step, 60) + walk + 0.1 * randomNormal(random));
      },
    };
  },
  'an overshoot at the start': (random) => ({
    facts: classes(),
    steps: 400,
    update: () => 0.05,
    loss: (step) =>
      1.4 * fall(step, 100) +
      3 * Math.exp(-(((step - 10) / 6) ** 2)) +
      0.1 * Math.abs(randomNormal(random)),
  }),
  'four labels in ten wrong': (random) => ({
    facts: classes(16),
    steps: 1000,
    update: () => 0.02 * random(),
    loss: (step) => (1.1 + 0.4 * fall(step, 200)) * (1 + 0.2 * randomNormal(random)),
  }),
  'two batches per epoch, never shuffled': (random) => ({
    facts: classes(500),
    steps: 600,
    update: () => 0.01,
    loss: (step) =>
      (0.3 + 1.1 * fall(step, 100)) * (step % 2 ? 1.3 : 0.7) + 0.01 * randomNormal(random) ** 2,
  }),
};

const faultyFamilies: Record<string, Family> = {
  'stuck at chance level': (random) => ({
    facts: classes(),
    steps: 600,
    update: () => 0.002,
    loss: () => 1.39 * (1 + 0.05 * randomNormal(random)),
  }),
  'stuck at chance level with data few enough to learn by heart': (random) => ({
    facts: classes(32, 60),
    steps: 400,
    update: () => 0.002,
    loss: () => 1.39 * (1 + 0.05 * randomNormal(random)),
  }),
  'stuck above chance level': (random) => ({
    facts: classes(),
    steps: 300,
    update: () => 0.002,
    loss: () => 2.2 * (1 + 0.1 * randomNormal(random)),
  }),
  'up and down by turns': (random) => ({
    facts: classes(),
    steps: 300,
    update: () => 0.08,
    loss: (step) => 1.1 + 0.5 * (step % 2 ? 1 : -1) + 0.05 * randomNormal(random),
  }),
  'thrown about': (random) => ({
    facts: classes(64),
    steps: 300,
    update: () => 0.08,
    loss: () => 1.3 * Math.exp(0.7 * randomNormal(random)),
  }),
  'swings of the full batch': (random) => ({
    facts: classes(1000),
    steps: 300,
    update: () => 0.08,
    loss: () => 1.2 * Math.exp(0.25 * randomNormal(random)),
  }),
  'a classifier that rises': (random) => ({
    facts: classes(),
    steps: 300,
    update: () => 0.05,
    loss: (step) => (1.4 + step * 0.03) * (1 + 0.2 * randomNormal(random)),
  }),
  'a regression that rises': (random) => ({
    facts: quantities(16),
    steps: 300,
    update: () => 0.05,
    loss: (step) => (1 + step * 0.05) * squares(random, 16),
  }),
};

export const HEALTHY = Object.keys(healthyFamilies);
export const FAULTY = Object.keys(faultyFamilies);

/** A training of a family. */
export function curve(family: string, seed: number): Curve {
  const make = healthyFamilies[family] ?? faultyFamilies[family];
  if (!make) throw new Error(`There is no family of curves “${family}”.`);
  return make(seededRandom(seed));
}
