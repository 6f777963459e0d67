// Synthetic tables: classes as blobs and spirals, real-valued targets.
import { randomNormal, seededRandom, type Random } from '../../../src/shared/core/random';
import { tf } from '../harness/backend';
import type { Data, Samples } from '../harness/recipe';

/** A row of inputs and its label (or labels). */
export interface Row {
  x: number[];
  y: number[];
}

/** Draws one row. */
export type Draw = (random: Random) => Row;

/** Tensors of `count` rows. */
export function samplesOf(draw: Draw, count: number, random: Random): Samples {
  const rows = Array.from({ length: count }, () => draw(random));
  return { xs: tf.tensor2d(rows.map(({ x }) => x)), ys: tf.tensor2d(rows.map(({ y }) => y)) };
}

/** `train` rows to train on and `validation` (if any) to validate on. */
export const table =
  (draw: Draw, train: number, validation = 0) =>
  (random: Random): Data => ({
    train: samplesOf(draw, train, random),
    ...(validation > 0 && { validation: samplesOf(draw, validation, random) }),
  });

export const oneHot = (label: number, classes: number): number[] =>
  Array.from({ length: classes }, (_, i) => (i === label ? 1 : 0));

const vector = (length: number, random: Random): number[] =>
  Array.from({ length }, () => randomNormal(random));

/** Gaussian classes around fixed centres; `spread` 1 overlaps a little. `shares` default to equal ones. */
export function blobs(
  inputs: number,
  classes: number,
  spread = 1,
  shares?: readonly number[],
): Draw {
  const fixed = seededRandom(99);
  const centres = Array.from({ length: classes }, () => vector(inputs, fixed).map((c) => 1.5 * c));
  return (random) => {
    const label = shares ? pick(shares, random()) : Math.floor(random() * classes);
    const centre = centres[label] ?? [];
    return {
      x: centre.map((c) => c + spread * randomNormal(random)),
      y: oneHot(label, classes),
    };
  };
}

function pick(shares: readonly number[], at: number): number {
  let sum = 0;
  for (const [i, share] of shares.entries()) {
    sum += share;
    if (at < sum) return i;
  }
  return shares.length - 1;
}

/** Two interleaved spirals: not to be told apart without hidden layers. Label 0 or 1. */
export function spirals(noise = 0.05): Draw {
  return (random) => {
    const label = random() < 0.5 ? 0 : 1;
    const radius = 0.1 + 0.9 * random();
    const angle = 1.5 * Math.PI * radius + label * Math.PI;
    return {
      x: [
        1.5 * radius * Math.cos(angle) + noise * randomNormal(random),
        1.5 * radius * Math.sin(angle) + noise * randomNormal(random),
      ],
      y: [label],
    };
  };
}

/** Two classes on either side of a hyperplane, blurred by `noise`. Label 0 or 1. */
export function halves(inputs: number, noise = 0.3): Draw {
  const weights = vector(inputs, seededRandom(31));
  return (random) => {
    const x = vector(inputs, random);
    const score = x.reduce((sum, value, i) => sum + value * (weights[i] ?? 0), 0);
    return { x, y: [score + noise * randomNormal(random) > 0 ? 1 : 0] };
  };
}

/** y = w·x + noise. */
export function linear(inputs: number, noise = 0.1): Draw {
  const weights = vector(inputs, seededRandom(5));
  return (random) => {
    const x = vector(inputs, random);
    const y = x.reduce((sum, value, i) => sum + value * (weights[i] ?? 0), 0);
    return { x, y: [y + noise * randomNormal(random)] };
  };
}

/** A smooth non-linear target of five inputs in −1 … 1 (after Friedman 1991), mean 0, deviation about 1. */
export function smooth(noise = 0.1): Draw {
  return (random) => {
    const x = Array.from({ length: 5 }, () => 2 * random() - 1);
    const [a = 0, b = 0, c = 0, d = 0, e = 0] = x;
    const y = 1.2 * Math.sin(Math.PI * a * b) + 1.5 * (c * c - 1 / 3) + 0.8 * d + 0.4 * e;
    return { x, y: [y + noise * randomNormal(random)] };
  };
}

/** One period and a half of a sine. */
export function sine(noise = 0.05): Draw {
  return (random) => {
    const x = 2 * random() - 1;
    return { x: [x], y: [Math.sin(1.5 * Math.PI * x) + noise * randomNormal(random)] };
  };
}

/** Several independent yes-or-no labels of the same inputs. */
export function tags(inputs: number, labels: number): Draw {
  const fixed = seededRandom(17);
  const weights = Array.from({ length: labels }, () => vector(inputs, fixed));
  return (random) => {
    const x = vector(inputs, random);
    const scores = weights.map((row) => row.reduce((sum, w, i) => sum + w * (x[i] ?? 0), 0));
    return { x, y: scores.map((score) => (score > 0.5 ? 1 : 0)) };
  };
}

/** Points near a plane of `rank` dimensions in a space of `inputs`, within 0 … 1; to be reproduced. */
export function lowRank(inputs: number, rank: number): Draw {
  const fixed = seededRandom(23);
  const axes = Array.from({ length: rank }, () => vector(inputs, fixed));
  return (random) => {
    const along = vector(rank, random);
    const x = Array.from({ length: inputs }, (_, i) => {
      const z = axes.reduce((sum, axis, k) => sum + (axis[i] ?? 0) * (along[k] ?? 0), 0);
      return 1 / (1 + Math.exp(-1.5 * z));
    });
    return { x, y: x };
  };
}

/** The same rows with other inputs. */
export const withInputs =
  (draw: Draw, change: (x: number[], random: Random) => number[]): Draw =>
  (random) => {
    const { x, y } = draw(random);
    return { x: change(x, random), y };
  };

/** The same rows with other labels. */
export const withLabels =
  (draw: Draw, change: (y: number[], random: Random) => number[]): Draw =>
  (random) => {
    const { x, y } = draw(random);
    return { x, y: change(y, random) };
  };
