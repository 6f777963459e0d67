// Adam and Adamax. Their running powers of the betas are scalars that tfjs keeps in memory and
// advances in float32, which Math.fround repeats.
import type { AdamaxOptimizer, AdamOptimizer, Variable } from '@tensorflow/tfjs';
import type { TfNamespace } from '../../../../src/shared/tap/types';
import { larger, magnitude, product, quotient, root, square, sum } from '../formula';
import type { OptimizerVariable, Recipe } from '../recipe';

interface AdamInternals {
  learningRate: number;
  beta1: number;
  beta2: number;
  epsilon: number;
  accBeta1: Variable;
  accBeta2: Variable;
  accumulatedFirstMoment: OptimizerVariable[];
  accumulatedSecondMoment: OptimizerVariable[];
}
interface AdamaxInternals extends Omit<AdamInternals, 'accBeta2' | 'accumulatedSecondMoment'> {
  decay: number;
  iteration: Variable;
  accumulatedWeightedInfNorm: OptimizerVariable[];
}

const { fround } = Math;

/** The value of a scalar variable that changes at every step. It lies in memory, so nothing waits. */
const valueOf = (variable: Variable): number => variable.dataSync()[0] ?? NaN;

export function adamRecipe(optimizer: AdamOptimizer, tf: TfNamespace): Recipe {
  const internals = optimizer as unknown as AdamInternals;
  return {
    slots: () => [
      { name: 'm', list: internals.accumulatedFirstMoment, suffix: 'm', initial: 0 },
      { name: 'v', list: internals.accumulatedSecondMoment, suffix: 'v', initial: 0 },
    ],
    numbers: ['beta1', 'rest1', 'beta2', 'rest2', 'bias1', 'bias2', 'epsilon', 'negativeRate'],
    values: () => {
      const { beta1, beta2, accBeta1, accBeta2, epsilon, learningRate } = internals;
      const [bias1, bias2] = [1 - valueOf(accBeta1), 1 - valueOf(accBeta2)];
      return [beta1, 1 - beta1, beta2, 1 - beta2, bias1, bias2, epsilon, -learningRate];
    },
    formulas: [
      ['m1', sum(product('m', 'beta1'), product('g', 'rest1'))],
      ['v1', sum(product('v', 'beta2'), product(square('g'), 'rest2'))],
      ['scale', sum(root(quotient('v1', 'bias2')), 'epsilon')],
      ['w1', sum(product(quotient(quotient('m1', 'bias1'), 'scale'), 'negativeRate'), 'w')],
    ],
    finish: () => {
      const { beta1, beta2, accBeta1, accBeta2 } = internals;
      advance(tf, accBeta1, beta1);
      advance(tf, accBeta2, beta2);
    },
  };
}

export function adamaxRecipe(optimizer: AdamaxOptimizer, tf: TfNamespace): Recipe {
  const internals = optimizer as unknown as AdamaxInternals;
  return {
    slots: () => [
      { name: 'm', list: internals.accumulatedFirstMoment, suffix: 'm', initial: 0 },
      { name: 'u', list: internals.accumulatedWeightedInfNorm, suffix: 'v', initial: 0 },
    ],
    numbers: ['beta1', 'rest1', 'beta2', 'epsilon', 'negativeRate', 'decayed', 'bias1'],
    values: () => {
      const { beta1, beta2, epsilon, learningRate, decay, iteration, accBeta1 } = internals;
      const decayed = fround(valueOf(iteration) * fround(decay)) + 1;
      return [beta1, 1 - beta1, beta2, epsilon, -learningRate, decayed, 1 - valueOf(accBeta1)];
    },
    formulas: [
      ['m1', sum(product('m', 'beta1'), product('g', 'rest1'))],
      ['u1', larger(product('u', 'beta2'), magnitude('g'))],
      ['rate', quotient(quotient('negativeRate', 'decayed'), 'bias1')],
      ['w1', sum(product('rate', quotient('m1', sum('u1', 'epsilon'))), 'w')],
    ],
    finish: () => {
      const { iteration, accBeta1, beta1 } = internals;
      tf.tidy(() => iteration.assign(tf.scalar(valueOf(iteration) + 1)));
      advance(tf, accBeta1, beta1);
    },
  };
}

/** Multiplies a running power by its base, as tfjs does on the CPU: in float32. */
function advance(tf: TfNamespace, power: Variable, base: number): void {
  tf.tidy(() => power.assign(tf.scalar(fround(valueOf(power) * fround(base)))));
}
