// The history of the loss against straight computations over all losses, and the statistics behind it.
import assert from 'node:assert/strict';
import { LossHistory } from '../../../src/shared/core/diagnosis/lossHistory';
import { meanWithError, noiseOf, trendScore } from '../../../src/shared/core/diagnosis/trend';
import { randomNormal, seededRandom } from '../../../src/shared/core/random';

const noise = (count: number, seed: number): number[] => {
  const random = seededRandom(seed);
  return Array.from({ length: count }, () => randomNormal(random));
};

describe('LossHistory', () => {
  it('says nothing of fewer than 64 steps', () => {
    const history = new LossHistory();
    for (let step = 0; step < 59; step++) history.note(1);
    const half = () => history.newerHalf;
    assert.equal(half(), undefined);
    for (let step = 0; step < 5; step++) history.note(1);
    assert.equal(half()?.mean, 1);
  });

  it('gives mean, swing and turns of the newer half, however long the run', () => {
    for (const steps of [100, 256, 1000, 20_000]) {
      const losses = noise(steps, steps).map((x, i) => 5 + x + (i < steps / 4 ? 10 : 0));
      const history = new LossHistory();
      for (const loss of losses) history.note(loss);
      const half = history.newerHalf;
      assert.ok(half);
      assert.ok(half.steps >= 0.4 * steps && half.steps <= 0.6 * steps, String(half.steps));
      // What is not in a full block yet is the newest.
      const [from, to] = closest(losses, half.steps, half.mean);
      const kept = losses.slice(from, to);
      const changes = kept.slice(1).map((x, i) => Math.abs(x - (kept[i] ?? 0)));
      const swing = (mean(changes) * Math.sqrt(Math.PI)) / 2;
      assert.ok(Math.abs(half.swing - swing) < 0.05, `${half.swing} and ${swing}`);
      assert.ok(Math.abs(half.swing - 1) < 0.25, 'the deviation of the noise');
      assert.ok(Math.abs(half.turns - 2 / 3) < 0.15, String(half.turns));
    }
  });

  it('tells a fall from noise, and strict alternation', () => {
    const falling = new LossHistory();
    const turning = new LossHistory();
    noise(400, 3).forEach((x, i) => {
      falling.note(3 - i / 200 + 0.3 * x);
      turning.note(1 + (i % 2 ? 0.5 : -0.5) + 0.01 * x);
    });
    assert.ok((falling.newerHalf?.trend ?? 0) < -3);
    assert.ok((falling.newerHalf?.drop ?? 0) > 0.3);
    assert.ok((turning.newerHalf?.turns ?? 0) > 0.95);
    assert.ok(Math.abs(turning.newerHalf?.trend ?? 9) < 3);
  });
});

const mean = (values: readonly number[]): number =>
  values.reduce((sum, x) => sum + x, 0) / values.length;

/** The stretch of that length, among the last ones, that has this mean: exactly one has. */
function closest(losses: readonly number[], steps: number, wanted: number): [number, number] {
  for (let to = losses.length; to > losses.length - steps; to--) {
    const from = to - steps;
    if (Math.abs(mean(losses.slice(from, to)) - wanted) < 1e-9) return [from, to];
  }
  throw new Error(`No ${String(steps)} losses in a row have the mean ${String(wanted)}.`);
}

describe('statistics of a series', () => {
  it('trendScore is standard normal for noise, and the closed form for strict order', () => {
    const scores = Array.from({ length: 400 }, (_, seed) => trendScore(noise(24, seed)));
    const deviation = Math.sqrt(mean(scores.map((x) => x * x)));
    assert.ok(Math.abs(mean(scores)) < 0.15 && deviation > 0.85 && deviation < 1.1);
    // n = 10: S = 45, variance 10·9·25/18 = 125.
    const rising = Array.from({ length: 10 }, (_, i) => i ** 3);
    assert.ok(Math.abs(trendScore(rising) - 44 / Math.sqrt(125)) < 1e-12);
    assert.ok(Math.abs(trendScore(rising.reverse()) + 44 / Math.sqrt(125)) < 1e-12);
    assert.equal(trendScore([1, 1, 1, 1, 1]), 0);
  });

  it('meanWithError covers the mean of noise, and is wider where neighbours are alike', () => {
    const errorOf = (share: number): number => {
      const errors = Array.from({ length: 50 }, (_, seed) => {
        let last = 0;
        const values = noise(64, seed).map(
          (x) => (last = share * last + Math.sqrt(1 - share ** 2) * x),
        );
        return meanWithError(values).error;
      });
      return mean(errors);
    };
    assert.ok(Math.abs(errorOf(0) - 1 / 8) < 0.02, String(errorOf(0)));
    // By 3 = √((1 + 0.8) / (1 − 0.8)) for a long series; a short one underestimates what is alike.
    assert.ok(errorOf(0.8) > 2 * errorOf(0), String(errorOf(0.8)));
    assert.deepEqual(meanWithError([2, 2, 2]), { mean: 2, error: 0 });
  });

  it('noiseOf finds the deviation of noise around a curve', () => {
    const curved = noise(200, 5).map((x, i) => 10 * Math.exp(-i / 50) + 0.1 * x);
    assert.ok(Math.abs(noiseOf(curved) - 0.1) < 0.015, String(noiseOf(curved)));
    assert.equal(noiseOf([1, 2]), 0);
  });
});
