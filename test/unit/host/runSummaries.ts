// Summaries of runs for tests of what lists and comparisons show of them.
import { seededRandom } from '../../../src/shared/core/random';
import type { RunSummary } from '../../../src/shared/core/runSummary';

/** Noon of 31 January 2026, local time: days are words of the local calendar. */
export const NOW = new Date(2026, 0, 31, 12, 0, 0);
const HOUR_MS = 3_600_000;

/** A completed run of one hour before {@link NOW}, changed by `change`. */
export function summaryOf(id: string, change: Partial<RunSummary> = {}): RunSummary {
  return {
    id,
    origin: 'training',
    title: 'mnist-cnn.model.ts',
    path: 'models/mnist-cnn.model.ts',
    labels: {},
    state: 'completed',
    live: false,
    startedAt: NOW.getTime() - HOUR_MS,
    seconds: 75,
    seed: 42,
    backend: 'webgl',
    hyperparameters: {},
    step: 400,
    firstLoss: 2.3,
    lastLoss: 0.213,
    bestLoss: { value: 0.198, step: 380 },
    metrics: {},
    findings: { error: 0, warning: 0, information: 0 },
    spark: [2.3, 1.2, 0.6, 0.4, 0.3, 0.25, 0.22, 0.2],
    resumable: false,
    ...change,
  };
}

const STATES = ['completed', 'stopped', 'failed', 'completed'] as const;

/** `count` different runs of a few models over many days, the same for the same seed. */
export function manySummaries(count: number, seed = 1): RunSummary[] {
  const random = seededRandom(seed);
  return Array.from({ length: count }, (_, i) => {
    const loss = 0.05 + 2 * random();
    return summaryOf(`20260131-${String(i).padStart(6, '0')}-model-${(i % 65536).toString(16)}`, {
      title: `net-${i % 7}.model.ts`,
      path: `models/net-${i % 7}.model.ts`,
      state: STATES[i % STATES.length] ?? 'completed',
      startedAt: NOW.getTime() - i * HOUR_MS,
      seconds: Math.round(600 * random()),
      hyperparameters: { lr: 10 ** (-1 - 3 * random()), units: 16 * (1 + (i % 4)) },
      labels: { tags: i % 10 === 0 ? ['baseline'] : [], pinned: i % 250 === 0 },
      lastLoss: loss,
      bestLoss: { value: loss * 0.9, step: 300 },
      spark: Array.from({ length: 32 }, (__, k) => loss + 2 * Math.exp(-k / 8)),
    });
  });
}
