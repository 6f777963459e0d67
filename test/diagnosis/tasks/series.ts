// Synthetic sequences: of numbers, and of tokens.
import { randomInteger, randomNormal, type Random } from '../../../src/shared/core/random';
import { tf } from '../harness/backend';
import type { Data, Samples } from '../harness/recipe';

interface Series {
  /** `steps` rows of `features` numbers. */
  x: number[][];
  y: number[];
}

type Draw = (random: Random) => Series;

function samplesOf(draw: Draw, count: number, random: Random): Samples {
  const rows = Array.from({ length: count }, () => draw(random));
  return { xs: tf.tensor3d(rows.map(({ x }) => x)), ys: tf.tensor2d(rows.map(({ y }) => y)) };
}

/** Sequences to train and to validate on. */
export const series =
  (draw: Draw, train: number, validation = 0) =>
  (random: Random): Data => ({
    train: samplesOf(draw, train, random),
    ...(validation > 0 && { validation: samplesOf(draw, validation, random) }),
  });

/** A noisy wave of one of three frequencies; the label tells which. */
export function waves(steps: number, noise = 0.3): Draw {
  return (random) => {
    const label = randomInteger(random, 3);
    const phase = 2 * Math.PI * random();
    const rate = [0.3, 0.6, 1.2][label] ?? 0;
    return {
      x: Array.from({ length: steps }, (_, t) => [
        Math.sin(rate * t + phase) + noise * randomNormal(random),
      ]),
      y: [0, 1, 2].map((i) => (i === label ? 1 : 0)),
    };
  };
}

/** The next value of a sum of two waves. */
export function forecast(steps: number): Draw {
  return (random) => {
    const phase = 2 * Math.PI * random();
    const value = (t: number) =>
      0.7 * Math.sin(0.5 * t + phase) + 0.3 * Math.sin(1.3 * t + 2 * phase);
    const noisy = (t: number) => value(t) + 0.05 * randomNormal(random);
    return { x: Array.from({ length: steps }, (_, t) => [noisy(t)]), y: [noisy(steps)] };
  };
}

/** The label is the sign of the very first value: it has to be remembered to the end. */
export function memory(steps: number): Draw {
  return (random) => {
    const label = random() < 0.5 ? 0 : 1;
    return {
      x: Array.from({ length: steps }, (_, t) => [
        t === 0 ? 2 * label - 1 : 0.3 * randomNormal(random),
      ]),
      y: [label],
    };
  };
}

/** Sentences of `length` tokens out of `vocabulary`: positive where the tokens of the upper half prevail. */
export const sentences =
  (length: number, vocabulary: number, train: number, validation = 0) =>
  (random: Random): Data => {
    const samples = (count: number): Samples => {
      const xs: number[][] = [];
      const ys: number[][] = [];
      for (let i = 0; i < count; i++) {
        const label = random() < 0.5 ? 0 : 1;
        const token = () => {
          const upper = random() < (label === 1 ? 0.7 : 0.3);
          return randomInteger(random, vocabulary / 2) + (upper ? vocabulary / 2 : 0);
        };
        xs.push(Array.from({ length }, token));
        ys.push([label]);
      }
      return { xs: tf.tensor2d(xs), ys: tf.tensor2d(ys) };
    };
    return { train: samples(train), ...(validation > 0 && { validation: samples(validation) }) };
  };
