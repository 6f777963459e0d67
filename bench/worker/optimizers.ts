// How every net is trained. The epsilon is given, so that it is no backend's own.
import type { OptimizerOptions } from '../../npm/experiment';
import type { OptimizerName } from '../contestant';

export const LOSS = 'categoricalCrossentropy';

export const OPTIMIZER: Record<OptimizerName, OptimizerOptions> = {
  adam: { name: 'adam', learningRate: 0.001, beta1: 0.9, beta2: 0.999, epsilon: 1e-7 },
  sgd: { name: 'sgd', learningRate: 0.01 },
};
