// Optimizers that scale each element by a mean of its squared gradients: RMSProp, Adagrad, Adadelta.
import type { AdadeltaOptimizer, AdagradOptimizer, RMSPropOptimizer } from '@tensorflow/tfjs';
import type { TfNamespace } from '../../../../src/shared/tap/types';
import { difference, product, quotient, root, square, sum } from '../formula';
import { nothingToFinish, type OptimizerVariable, type Recipe, type Slot } from '../recipe';

interface RmspropInternals {
  learningRate: number;
  decay: number;
  momentum: number;
  epsilon: number;
  centered: boolean;
  accumulatedMeanSquares: OptimizerVariable[];
  accumulatedMoments: OptimizerVariable[];
  accumulatedMeanGrads: OptimizerVariable[];
}
interface AdagradInternals {
  learningRate: number;
  initialAccumulatorValue: number;
  accumulatedGrads: OptimizerVariable[];
}
interface AdadeltaInternals {
  learningRate: number;
  rho: number;
  epsilon: number;
  accumulatedGrads: OptimizerVariable[];
  accumulatedUpdates: OptimizerVariable[];
}

export function rmspropRecipe(optimizer: RMSPropOptimizer): Recipe {
  const internals = optimizer as unknown as RmspropInternals;
  const { centered } = internals;
  const spread = centered ? difference('s1', sum(square('c1'), 'epsilon')) : sum('s1', 'epsilon');
  return {
    slots: () => {
      const { accumulatedMeanSquares, accumulatedMoments, accumulatedMeanGrads } = internals;
      const slots: Slot[] = [
        { name: 's', list: accumulatedMeanSquares, suffix: 'rms', initial: 0 },
        { name: 'a', list: accumulatedMoments, suffix: 'momentum', initial: 0 },
      ];
      if (centered) slots.push({ name: 'c', list: accumulatedMeanGrads, suffix: 'mg', initial: 0 });
      return slots;
    },
    numbers: ['decay', 'rest', 'momentum', 'epsilon', 'rate'],
    values: () => {
      const { decay, momentum, epsilon, learningRate } = internals;
      return [decay, 1 - decay, momentum, epsilon, learningRate];
    },
    formulas: [
      ['s1', sum(product('s', 'decay'), product(square('g'), 'rest'))],
      ...(centered ? ([['c1', sum(product('c', 'decay'), product('g', 'rest'))]] as const) : []),
      ['a1', sum(product('a', 'momentum'), quotient(product('g', 'rate'), root(spread)))],
      ['w1', difference('w', 'a1')],
    ],
    finish: nothingToFinish,
  };
}

export function adagradRecipe(optimizer: AdagradOptimizer, tf: TfNamespace): Recipe {
  const internals = optimizer as unknown as AdagradInternals;
  return {
    slots: () => {
      const { accumulatedGrads, initialAccumulatorValue: initial } = internals;
      return [{ name: 's', list: accumulatedGrads, suffix: 'accumulator', initial }];
    },
    numbers: ['epsilon', 'negativeRate'],
    values: () => [tf.backend().epsilon(), -internals.learningRate],
    formulas: [
      ['s1', sum('s', square('g'))],
      ['w1', sum(product(quotient('g', root(sum('s1', 'epsilon'))), 'negativeRate'), 'w')],
    ],
    finish: nothingToFinish,
  };
}

export function adadeltaRecipe(optimizer: AdadeltaOptimizer): Recipe {
  const internals = optimizer as unknown as AdadeltaInternals;
  return {
    slots: () => [
      { name: 's', list: internals.accumulatedGrads, suffix: 'accum_grad', initial: 0 },
      { name: 'd', list: internals.accumulatedUpdates, suffix: 'accum_var', initial: 0 },
    ],
    numbers: ['rho', 'rest', 'epsilon', 'negativeRate'],
    values: () => {
      const { rho, epsilon, learningRate } = internals;
      return [rho, 1 - rho, epsilon, -learningRate];
    },
    formulas: [
      ['s1', sum(product('s', 'rho'), product(square('g'), 'rest'))],
      ['change', product(quotient(root(sum('d', 'epsilon')), root(sum('s', 'epsilon'))), 'g')],
      ['d1', sum(product('d', 'rho'), product(square('change'), 'rest'))],
      ['w1', sum(product('change', 'negativeRate'), 'w')],
    ],
    finish: nothingToFinish,
  };
}
