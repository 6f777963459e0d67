// Experiments made of formulas, for tests and pictures of their page.
import { seededRandom } from '../../../src/shared/core/random';
import { adviseRate, hasDiverged } from '../../../src/experiments/rateTest/analysis';
import { createSearch } from '../../../src/experiments/search/search';
import { checkExperiment } from '../../../src/experiments/spec/parseSpec';
import type {
  ShownRateTest,
  ShownSweep,
  ShownTrial,
} from '../../../src/shared/protocol/experiment';

const RATE = 'training.learningRate';

/** A sweep of four parameters whose best rate is 10^−2.5. */
export function syntheticSweep(count: number, more: Partial<ShownSweep> = {}): ShownSweep {
  const spec = checkExperiment({
    model: 'mnist-cnn.model.ts',
    parameters: {
      [RATE]: { min: 1e-5, max: 1, scale: 'log' },
      'training.optimizer': ['sgd', 'adam', 'rmsprop'],
      units: { min: 16, max: 256, scale: 'log', integer: true },
      'layers.activation': ['relu', 'tanh', 'sigmoid'],
    },
  });
  const search = createSearch(spec);
  const random = seededRandom(9);
  const trials: ShownTrial[] = [];
  for (let i = 0; i < count; i++) {
    const taken = trials.map(({ values }) => values);
    const values = search.propose(i, [], taken) ?? {};
    const rate = Math.log10(Number(values[RATE])) + 2.5;
    const loss = 0.2 + 0.3 * rate * rate + (values['layers.activation'] === 'relu' ? 0 : 0.2) + 0.1 * random(); // prettier-ignore
    const isFailed = Number(values[RATE]) > 0.5;
    const isEarly = loss > 1;
    trials.push({
      ...{ number: i + 1, values, trained: isEarly ? 60 : 200, step: isEarly ? 60 : 200 },
      state: isFailed ? 'failed' : isEarly ? 'stopped-early' : 'completed',
      ...(isFailed ? { message: 'loss is no longer a finite number.' } : { value: loss, lastLoss: loss * 1.04, bestLoss: loss * 0.98 }), // prettier-ignore
      ...(rate < -1.5 && { worst: { severity: 'warning', message: 'The weights hardly change: the update ratio of 4 layers is below 1e-4.' } as const }), // prettier-ignore
    });
  }
  const valued = trials.filter(({ value }) => value !== undefined);
  const best = valued.reduce((a, b) => ((a.value ?? 0) <= (b.value ?? 0) ? a : b));
  return {
    kind: 'sweep',
    title: 'Sweep of mnist-cnn.model.ts',
    path: 'examples/mnist-cnn.model.ts',
    state: 'completed',
    search: 'Bayesian search · 200 steps each · stopped early by median',
    objective: { metric: 'loss', direction: 'minimize' },
    unit: 'steps',
    parameters: [
      { name: RATE, min: 1e-5, max: 1, scale: 'log' },
      { name: 'training.optimizer', values: ['sgd', 'adam', 'rmsprop'] },
      { name: 'units', min: 16, max: 256, scale: 'log' },
      { name: 'layers.activation', values: ['relu', 'tanh', 'sigmoid'] },
    ],
    trials,
    best: best.number,
    planned: count,
    ...more,
  };
}

/** A loss that begins to fall at 1e-4, is lowest at 0.05 and explodes at 1. */
export function syntheticRateTest(steps = 200, more: Partial<ShownRateTest> = {}): ShownRateTest {
  const random = seededRandom(4);
  const points: { rate: number; loss: number }[] = [];
  for (let i = 0; i < steps; i++) {
    const rate = 1e-7 * 1e8 ** (i / 199);
    const fall = 1 / (1 + (2e-3 / rate) ** 1.2);
    const rise = Math.max(0, rate / 0.1 - 1) ** 2;
    const loss = 2.3 - 1.6 * fall + rise + 0.1 * (random() - 0.5);
    points.push({ rate, loss });
    if (hasDiverged(points.map((point) => point.loss))) break;
  }
  const { smoothed, lowest, divergesAt, suggested } = adviseRate(points);
  return {
    kind: 'rate-test',
    title: 'Learning rate of mnist-cnn.model.ts',
    path: 'examples/mnist-cnn.model.ts',
    state: 'completed',
    ...{ planned: 200, points, smoothed, current: 0.03 },
    ...(lowest !== undefined && { lowest }),
    ...(divergesAt !== undefined && { divergesAt }),
    ...(suggested && { suggested }),
    ...more,
  };
}
