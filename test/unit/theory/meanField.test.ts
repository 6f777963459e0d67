// Mean-field theory against closed forms and against tables computed independently (Gauss–Hermite with
// 301 points).
import assert from 'node:assert/strict';
import { activationFunction } from '../../../src/shared/core/theory/activations';
import { gaussianMean } from '../../../src/shared/core/theory/gaussian';
import { meanField, outputMoment, slopeMoment } from '../../../src/shared/core/theory/meanField';

const NAMES = [
  'linear relu relu6 elu selu tanh sigmoid hardSigmoid softplus softsign swish mish gelu gelu_new',
  'leakyRelu',
].flatMap((names) => names.split(' '));

function named(name: string, alpha = 0.3) {
  const found = activationFunction(name, alpha);
  assert.ok(found, name);
  return found;
}

function assertClose(actual: number, expected: number, tolerance: number, what = ''): void {
  assert.ok(
    Math.abs(actual - expected) <= tolerance,
    `${what} ${String(actual)} for ${String(expected)}`,
  );
}

/** tanh: σ_w², σ_b², q*, χ₁. */
const TANH = [
  [0.5, 0.05, 0.08758, 0.431987],
  [0.8, 0.05, 0.13808, 0.646839],
  [1, 0.05, 0.193593, 0.759032],
  [1.2, 0.05, 0.269902, 0.845166],
  [1.3, 0.05, 0.315316, 0.880164],
  [1.5, 0.05, 0.418037, 0.938636],
  [1.76, 0.05, 0.569463, 0.999796],
  [2, 0.05, 0.721762, 1.047666],
  [2.5, 0.05, 1.063958, 1.133516],
  [3, 0.05, 1.428008, 1.208934],
  [4, 0.05, 2.195494, 1.342402],
  [1.2, 0, 0.107079, 1.009378],
  [1.5, 0, 0.286894, 1.040568],
  [2, 0, 0.617965, 1.105529],
  [3, 0, 1.345393, 1.238797],
  [4, 0, 2.121474, 1.362673],
] as const;

describe('mean-field theory', () => {
  it('integrates Gaussian moments, also over kinks and narrow transitions', () => {
    for (const q of [1e-10, 0.3, 1, 50, 1e8]) {
      assertClose(gaussianMean((z) => z * z, q) / q, 1, 1e-12, 'E z²');
      assertClose(
        gaussianMean(Math.abs, q, [0]),
        Math.sqrt((2 * q) / Math.PI),
        1e-10 * Math.sqrt(q),
      );
    }
    assertClose(
      gaussianMean((z) => (z > 1.3 ? 1 : 0), 1, [1.3]),
      0.0968004845856103,
      1e-12,
    );
    // E tanh′(z) → 2·density for a transition much narrower than the distribution.
    const { slope } = named('tanh');
    assertClose(gaussianMean(slope, 1e10) * 1e5, 2 / Math.sqrt(2 * Math.PI), 1e-8);
  });

  it('has the slope of every activation function, by central differences', () => {
    for (const name of NAMES) {
      const { value, slope, kinks } = named(name);
      for (let z = -8.03; z < 8; z += 0.37) {
        if (kinks.some((kink) => Math.abs(kink - z) < 1e-3)) continue;
        const difference = (value(z + 1e-4) - value(z - 1e-4)) / 2e-4;
        assertClose(slope(z), difference, name === 'gelu' ? 1e-5 : 1e-6, `${name}′(${String(z)})`);
      }
    }
    assert.equal(activationFunction('softmax'), undefined);
    assert.equal(activationFunction('toString'), undefined);
    assert.equal(activationFunction('leakyRelu'), undefined);
  });

  it('agrees with the table for tanh within its last digit', () => {
    for (const [weights, biases, fixedPoint, chi] of TANH) {
      const found = meanField(named('tanh'), weights, biases);
      assertClose(found.fixedPoint, fixedPoint, 2e-6, `q* at ${String(weights)}`);
      assertClose(found.chi, chi, 2e-6, `χ₁ at ${String(weights)}`);
      assertClose(found.factor ** 2, found.chi, 1e-12);
    }
  });

  it('finds the edge of chaos of tanh', () => {
    for (const [biases, weights] of [
      [1e-4, 1.086026],
      [0.01, 1.424205],
      [0.05, 1.760955],
      [0.5, 2.843167],
      [1, 3.443211],
    ] as const) {
      assertClose(meanField(named('tanh'), weights, biases).chi, 1, 2e-6, `σ_b² ${String(biases)}`);
    }
    // Without biases and with σ_w² ≤ 1 signals die out, and χ₁ = σ_w².
    for (const weights of [0.5, 0.8, 1]) {
      const { fixedPoint, chi } = meanField(named('tanh'), weights, 0);
      assert.equal(fixedPoint, 0);
      assertClose(chi, weights, 1e-9);
    }
  });

  it('agrees with the table for sigmoid', () => {
    assertClose(meanField(named('sigmoid'), 1, 0).fixedPoint, 0.264687, 1e-6);
    assertClose(meanField(named('sigmoid'), 1, 0).chi, 0.055721, 1e-6);
    assertClose(meanField(named('sigmoid'), 2, 0).chi, 0.100977, 1e-6);
    assertClose(meanField(named('sigmoid'), 16, 0).chi, 0.398879, 1e-6);
  });

  it('has the closed forms of ReLU, leaky ReLU and linear units', () => {
    for (const weights of [0.5, 1, 1.9, 2, 3]) {
      assertClose(meanField(named('relu'), weights, 0).chi, weights / 2, 1e-9, 'ReLU');
      assertClose(meanField(named('linear'), weights, 0).chi, weights, 1e-9, 'linear');
      const leaky = meanField(named('leakyRelu', 0.3), weights, 0).chi;
      assertClose(leaky, (weights * (1 + 0.09)) / 2, 1e-9, 'leaky ReLU');
    }
    assert.equal(meanField(named('relu'), 2, 0).fixedPoint, 1);
    assert.equal(meanField(named('relu'), 1, 0).fixedPoint, 0);
    assert.equal(meanField(named('relu'), 3, 0).fixedPoint, Infinity);
    // q* = σ_b² / (1 − σ_w²/2)
    assertClose(meanField(named('relu'), 1, 0.1).fixedPoint, 0.2, 1e-9);
    assertClose(meanField(named('relu'), 1, 0).depthScale, 1 / Math.LN2, 1e-9);
    assert.equal(meanField(named('linear'), 1, 0).depthScale > 1e9, true);
  });

  it('has SELU at its fixed point: mean 0 and variance 1 are kept', () => {
    assertClose(outputMoment(named('selu'), 1), 1, 1e-12);
    assertClose(meanField(named('selu'), 1, 0).fixedPoint, 1, 1e-6);
    // Klambauer et al. 2017: the derivative of the mapping is a contraction; E φ′² = 1.07 there.
    assertClose(slopeMoment(named('selu'), 1), 1.0715, 1e-3);
  });

  it('agrees with a plain midpoint rule for every activation function', () => {
    const count = 20_000;
    for (const name of NAMES) {
      const f = named(name);
      for (const q of [0.2, 3]) {
        let [value, slope] = [0, 0];
        let [cumulated, z] = [0, -9];
        const step = 18 / count;
        for (let i = 0; i < count; i++, z += step) {
          const weight = (Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI)) * step;
          cumulated += weight;
          value += weight * f.value(z * Math.sqrt(q)) ** 2;
          slope += weight * f.slope(z * Math.sqrt(q)) ** 2;
        }
        assertClose(cumulated, 1, 1e-9);
        assertClose(outputMoment(f, q), value, 1e-3, name);
        assertClose(slopeMoment(f, q), slope, 1e-3, name);
      }
    }
  });
});
