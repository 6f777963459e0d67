// Synthetic images of 8×8 points: a bright bar in one of four places.
import { randomInteger, randomNormal, type Random } from '../../../src/shared/core/random';
import { tf } from '../harness/backend';
import type { Data, Samples } from '../harness/recipe';

const SIDE = 8;

/** Values around 0.2 and 0.7, times `scale`. */
function bars(count: number, noise: number, scale: number, random: Random): Samples {
  const xs = new Float32Array(count * SIDE * SIDE);
  const ys = new Float32Array(count * 4);
  for (let i = 0; i < count; i++) {
    const label = randomInteger(random, 4);
    ys[i * 4 + label] = 1;
    for (let p = 0; p < SIDE * SIDE; p++) {
      const place = label < 2 ? Math.floor(p / SIDE) : p % SIDE;
      const isBar = Math.floor(place / (SIDE / 2)) === label % 2;
      xs[i * SIDE * SIDE + p] = scale * ((isBar ? 0.7 : 0.2) + noise * randomNormal(random));
    }
  }
  return { xs: tf.tensor4d(xs, [count, SIDE, SIDE, 1]), ys: tf.tensor2d(ys, [count, 4]) };
}

/** Images to train and to validate on. */
export const images =
  (train: number, validation = 0, { noise = 0.3, scale = 1 } = {}) =>
  (random: Random): Data => ({
    train: bars(train, noise, scale, random),
    ...(validation > 0 && { validation: bars(validation, noise, scale, random) }),
  });

/** The same images as their own labels. */
export const imagesToCopy =
  (train: number, noise = 0.05) =>
  (random: Random): Data => {
    const { xs, ys } = bars(train, noise, 1, random);
    tf.dispose(ys);
    return { train: { xs, ys: (xs as typeof xs & { clone(): typeof xs }).clone() } };
  };
