// Optimizers that are compared, and the learning rates at which each of them is: at one rate alone, the comparison
// would be of how well that rate suits them (Choi et al., "On Empirical Comparisons of Optimizers for Deep
// Learning", 2019).
import type { OptimizerName } from '../../shared/core/trainingOverrides';

export const COMPARED_OPTIMIZERS: readonly OptimizerName[] = ['sgd', 'rmsprop', 'adam', 'adagrad'];
export const COMPARED_RATES: readonly number[] = [0.001, 0.01, 0.1];
