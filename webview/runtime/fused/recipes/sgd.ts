// Gradient descent, plain and with momentum.
import type { SGDOptimizer, MomentumOptimizer, Scalar } from '@tensorflow/tfjs';
import { product, sum } from '../formula';
import { nothingToFinish, scalarReader, type OptimizerVariable, type Recipe } from '../recipe';

/** What the classes keep out of sight. `c` is the negative learning rate, which `setLearningRate` replaces. */
interface SgdInternals {
  c: Scalar;
}
interface MomentumInternals extends SgdInternals {
  /** The momentum of the constructor; tfjs's `setMomentum` leaves it as it was, and so the update. */
  m: Scalar;
  useNesterov: boolean;
  accumulations: OptimizerVariable[];
}

export function sgdRecipe(optimizer: SGDOptimizer): Recipe {
  const internals = optimizer as unknown as SgdInternals;
  const rate = scalarReader();
  return {
    slots: () => [],
    numbers: ['negativeRate'],
    values: () => [rate(internals.c)],
    formulas: [['w1', sum(product('negativeRate', 'g'), 'w')]],
    finish: nothingToFinish,
  };
}

export function momentumRecipe(optimizer: MomentumOptimizer): Recipe {
  const internals = optimizer as unknown as MomentumInternals;
  const [rate, momentum] = [scalarReader(), scalarReader()];
  const direction = internals.useNesterov ? sum('g', product('a1', 'momentum')) : 'a1';
  return {
    slots: () => [{ name: 'a', list: internals.accumulations, suffix: 'momentum', initial: 0 }],
    numbers: ['negativeRate', 'momentum'],
    values: () => [rate(internals.c), momentum(internals.m)],
    formulas: [
      ['a1', sum(product('momentum', 'a'), 'g')],
      ['w1', sum(product('negativeRate', direction), 'w')],
    ],
    finish: nothingToFinish,
  };
}
