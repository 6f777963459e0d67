// Step records for the channel.
import { emptySummary } from '../../../src/shared/core/summary';
import type { StepRecord } from '../../../src/shared/core/stepRecord';

/** Records of the steps `from` to `to`; the loss is 1 / step. */
export function batchOf(from: number, to: number): StepRecord[] {
  const gradient = emptySummary();
  const record = { gradient, weight: gradient, updateRatio: 0 };
  return Array.from({ length: to - from + 1 }, (_, i) => ({
    ...{ step: from + i, loss: 1 / (from + i), metrics: {}, seconds: 0.01 },
    ...{ layers: { a: record }, tensors: { 'a/w': record } },
  }));
}
