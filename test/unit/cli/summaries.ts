// Records for tests of what the command line prints.
import { summarize } from '../../../src/shared/core/summary';
import type { LayerRecord, StepRecord } from '../../../src/shared/core/stepRecord';

/** A layer whose gradient and weights have these values. */
export function layer(gradient: readonly number[], weights: readonly number[] = [1]): LayerRecord {
  return {
    gradient: summarize(Float64Array.from(gradient)),
    weight: summarize(Float64Array.from(weights)),
    updateRatio: 0.001,
  };
}

/** A step with these layers. */
export function step(
  number: number,
  layers: Record<string, LayerRecord>,
  rest: Partial<StepRecord> = {},
): StepRecord {
  return { step: number, seconds: number / 10, metrics: {}, layers, tensors: {}, ...rest };
}
