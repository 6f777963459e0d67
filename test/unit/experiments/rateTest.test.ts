// The range test: what is read off curves whose steepest and lowest places are known, with noise and without, and
// off trainings by tfjs itself.
import assert from 'node:assert/strict';
import * as tf from '@tensorflow/tfjs';
import { randomNormal, seededRandom } from '../../../src/shared/core/random';
import { rateInRange } from '../../../src/shared/core/trainingOverrides';
import {
  adviseRate,
  hasDiverged,
  smooth,
  type RatePoint,
} from '../../../src/experiments/rateTest/analysis';
import { setLearningRate } from '../../../webview/runtime/experiment/optimizer';

const RANGE = { from: 1e-7, to: 10, steps: 200 };

/**
 * A loss that falls from 2.3 by `fall` around a rate of `center` (logistic over its logarithm, where the slope is
 * steepest), and explodes from `end` on.
 */
function curve({ center = 1e-3, end = 0.3, fall = 1.8, noise = 0, seed = 1 } = {}): RatePoint[] {
  const random = seededRandom(seed);
  const points: RatePoint[] = [];
  for (let i = 0; i < RANGE.steps; i++) {
    const rate = rateInRange(RANGE, i);
    const share = 1 / (1 + (center / rate) ** 1.5);
    const rise = Math.max(0, rate / end - 1) ** 2;
    points.push({ rate, loss: 2.3 - fall * share + 5 * rise + noise * randomNormal(random) });
    if (hasDiverged(points.map(({ loss }) => loss))) break;
  }
  return points;
}

describe('range test of the learning rate', () => {
  it('smooths without the bias of the beginning', () => {
    assert.deepEqual(smooth([3, 3, 3]).map((value) => Number(value.toFixed(9))), [3, 3, 3]); // prettier-ignore
    const [first, second] = smooth([1, 2]);
    assert.equal(first, 1);
    // (0.95 · 0.05 · 1 + 0.05 · 2) / (1 − 0.95²)
    assert.ok(Math.abs(second! - 0.1475 / 0.0975) < 1e-12);
  });

  it('ends where the smoothed loss is four times the best, or not finite', () => {
    assert.ok(!hasDiverged(Array<number>(50).fill(1)));
    assert.ok(hasDiverged([1, 1, NaN]));
    assert.ok(hasDiverged([1, Infinity]));
    const rising = Array.from({ length: 60 }, (_, i) => (i < 30 ? 1 : 1 + (i - 30) ** 2));
    const ended = rising.findIndex((_, i) => hasDiverged(rising.slice(0, i + 1)));
    const smoothed = smooth(rising);
    assert.ok(smoothed[ended]! > 4 * Math.min(...smoothed.slice(0, ended + 1)));
    assert.ok(smoothed[ended - 1]! <= 4 * Math.min(...smoothed.slice(0, ended)));
  });

  it('suggests the rate at which the loss falls most steeply', () => {
    for (const center of [1e-4, 1e-3, 1e-2]) {
      const { suggested, lowest, divergesAt } = adviseRate(curve({ center, end: center * 300 }));
      assert.equal(suggested?.by, 'steepest');
      // Within the width of the smoothing: a third of a decade.
      assert.ok(Math.abs(Math.log10(suggested.rate / center)) < 0.35, `${suggested.rate}`);
      assert.ok(lowest! > suggested.rate && lowest! <= center * 400);
      assert.ok(divergesAt === undefined || divergesAt > lowest!);
    }
  });

  it('is not misled by what batches differ by, over 20 seeds', () => {
    for (let seed = 1; seed <= 20; seed++) {
      const { suggested } = adviseRate(curve({ noise: 0.15, seed }));
      assert.ok(suggested, `seed ${seed}`);
      assert.ok(
        suggested.rate >= 1e-4 && suggested.rate <= 0.03,
        `seed ${seed}: ${suggested.rate}`,
      );
    }
  });

  it('says why where it suggests nothing', () => {
    const flat = curve({ fall: 0, noise: 0.01 });
    assert.match(adviseRate(flat).problem ?? '', /fell at no learning rate|differ more/);
    const noisy = curve({ fall: 0.05, noise: 0.3, end: 100 });
    assert.match(adviseRate(noisy).problem ?? '', /differ more|fell at no learning rate/);
    assert.match(adviseRate(curve().slice(0, 10)).problem ?? '', /too few/);
    assert.match(adviseRate([]).problem ?? '', /too few/);
    const broken = [{ rate: 1e-7, loss: NaN }];
    assert.match(adviseRate(broken).problem ?? '', /only 0 steps/);
  });

  it('takes a rate for real nets at which they train', async () => {
    await tf.setBackend('cpu');
    for (const name of ['sgd', 'adam'] as const) {
      const random = seededRandom(2);
      const xs = Array.from({ length: 256 }, () => Array.from({ length: 4 }, () => randomNormal(random))); // prettier-ignore
      const inputs = tf.tensor2d(xs);
      const labels = tf.tensor2d(xs.map(([a = 0, b = 0, c = 0]) => [a + b * c > 0 ? 1 : 0]));
      const build = (): tf.LayersModel => {
        const kernelInitializer = (seed: number) => tf.initializers.heUniform({ seed });
        return tf.sequential({
          layers: [
            tf.layers.dense({ units: 16, inputShape: [4], activation: 'relu', kernelInitializer: kernelInitializer(1) }), // prettier-ignore
            tf.layers.dense({ units: 1, activation: 'sigmoid', kernelInitializer: kernelInitializer(2) }), // prettier-ignore
          ],
        });
      };
      const train = async (
        rates: (step: number) => number,
        steps: number,
      ): Promise<RatePoint[]> => {
        const model = build();
        const optimizer = tf.train[name](0.1);
        model.compile({ optimizer, loss: 'binaryCrossentropy' });
        const points: RatePoint[] = [];
        for (let i = 0; i < steps && !hasDiverged(points.map(({ loss }) => loss)); i++) {
          const rate = rates(i);
          setLearningRate(optimizer, rate);
          points.push({ rate, loss: (await model.trainOnBatch(inputs, labels)) as number });
        }
        model.dispose();
        return points;
      };
      const { suggested } = adviseRate(await train((i) => rateInRange(RANGE, i), RANGE.steps));
      assert.ok(suggested, name);
      const trained = await train(() => suggested.rate, 100);
      const [first, last] = [trained[0]!.loss, trained.at(-1)!.loss];
      assert.ok(last < 0.75 * first, `${name} at ${suggested.rate}: ${first} to ${last}`);
      tf.dispose([inputs, labels]);
    }
  });
});
