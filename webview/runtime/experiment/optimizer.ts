// The optimizer of an experiment: by name with Keras's defaults, or one the user made; with clipping
// around it where asked for, and a learning rate that a schedule can set.
import type { Optimizer } from '@tensorflow/tfjs';
import type { OptimizerOptions, Training } from '../../../npm/experiment';
import type { TfNamespace } from '../../../src/shared/tap/types';
import { describe } from '../failure';
import { shapeOfExperiment } from './module';
import { similarName } from '../../../src/shared/core/similarName';

const OPTIONS: Record<OptimizerOptions['name'], readonly string[]> = {
  sgd: ['learningRate', 'momentum', 'nesterov'],
  adam: ['learningRate', 'beta1', 'beta2', 'epsilon'],
  adamax: ['learningRate', 'beta1', 'beta2', 'epsilon'],
  rmsprop: ['learningRate', 'decay', 'momentum', 'epsilon', 'centered'],
  adagrad: ['learningRate', 'initialAccumulatorValue'],
  adadelta: ['learningRate', 'rho', 'epsilon'],
};

/** The optimizer that `asked` describes; `adam` where nothing is asked for. */
export function createOptimizer(tf: TfNamespace, asked: Training['optimizer'] = 'adam'): Optimizer {
  if (asked instanceof tf.Optimizer) return asked;
  const options = checkOptions(typeof asked === 'string' ? { name: asked } : asked);
  const { train } = tf;
  switch (options.name) {
    case 'sgd': {
      const { learningRate = 0.01, momentum = 0, nesterov = false } = options;
      return momentum === 0
        ? train.sgd(learningRate)
        : train.momentum(learningRate, momentum, nesterov);
    }
    // Without an epsilon tfjs takes the backend's, which is 1e-7 unless the run is `as-shipped`.
    case 'adam':
      return train.adam(options.learningRate, options.beta1, options.beta2, options.epsilon);
    case 'adamax':
      return train.adamax(options.learningRate, options.beta1, options.beta2, options.epsilon);
    case 'rmsprop': {
      const { learningRate = 0.001, decay, momentum, epsilon, centered } = options;
      return train.rmsprop(learningRate, decay, momentum, epsilon, centered);
    }
    case 'adagrad':
      return train.adagrad(options.learningRate ?? 0.01, options.initialAccumulatorValue);
    case 'adadelta':
      return train.adadelta(options.learningRate ?? 1, options.rho ?? 0.95, options.epsilon);
  }
}

function checkOptions(options: unknown): OptimizerOptions {
  const names = Object.keys(OPTIONS);
  const given = (options ?? {}) as { name?: unknown };
  const name = typeof given.name === 'string' ? given.name.toLowerCase() : '';
  if (!(name in OPTIONS)) {
    const meant = similarName(name, names);
    const hint = meant === undefined ? '' : ` Did you mean "${meant}"?`;
    throw shapeOfExperiment(
      `training.optimizer ${describe(given.name ?? options)} is not known. Use one of ${names.join(', ')}, or a tf.train optimizer.${hint}`,
    );
  }
  const known = OPTIONS[name as OptimizerOptions['name']];
  for (const key of Object.keys(given)) {
    if (key === 'name' || known.includes(key)) continue;
    const meant = key === 'lr' ? 'learningRate' : similarName(key, known);
    const hint =
      meant === undefined ? ` It knows ${known.join(', ')}.` : ` Did you mean "${meant}"?`;
    throw shapeOfExperiment(`The optimizer "${name}" has no option "${key}".${hint}`);
  }
  return { ...(given as object), name } as OptimizerOptions;
}

/** The learning rate of any tfjs optimizer; undefined where it has none. */
export function learningRateOf(optimizer: Optimizer): number | undefined {
  const { learningRate } = optimizer as unknown as { learningRate?: unknown };
  return typeof learningRate === 'number' ? learningRate : undefined;
}

/** Sets it for the steps that follow. */
export function setLearningRate(optimizer: Optimizer, learningRate: number): void {
  const target = optimizer as unknown as {
    learningRate: number;
    setLearningRate?: (rate: number) => void;
  };
  // SGD and Momentum keep the rate as a scalar tensor besides.
  if (target.setLearningRate) target.setLearningRate(learningRate);
  else target.learningRate = learningRate;
}
