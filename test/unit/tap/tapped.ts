// Test helper: a private namespace with the tap installed, collecting what it yields.
import * as tfjs from '@tensorflow/tfjs';
import type { StepRecord } from '../../../src/shared/core/stepRecord';
import { installTap } from '../../../src/shared/tap/index';
import type {
  Tap,
  TapOptions,
  TappedLayer,
  Tensor,
  TfNamespace,
} from '../../../src/shared/tap/types';
import { createStatistics } from '../../../webview/runtime/statistics/index';

/** Where something was constructed: the stack at that moment. */
export interface Site {
  stack: string;
}

export interface Tapped {
  /** The namespace that the program under test uses. */
  tf: TfNamespace;
  tap: Tap;
  records: StepRecord[];
  layers: TappedLayer<Site>[];
  /** Everything delivered so far, after a flush. */
  flushed: () => StepRecord[];
}

/** A mutable copy of the namespace, as the runtime makes it. */
export function freshNamespace(): TfNamespace {
  return { ...tfjs };
}

/** Runs `body` with a tapped namespace on the cpu backend, and uninstalls the tap whatever happens. */
export async function withTap<T>(
  body: (tapped: Tapped) => T | Promise<T>,
  options: Partial<TapOptions<Site>> = {},
): Promise<T> {
  await tfjs.setBackend('cpu');
  await tfjs.ready();
  const tf = freshNamespace();
  const records: StepRecord[] = [];
  const layers: TappedLayer<Site>[] = [];
  const statistics = createStatistics(tf);
  let clock = 0;
  const tap = installTap<Site>(tf, {
    statistics,
    sampling: { everySteps: 1, activationEverySteps: 1 },
    captureSite: () => ({ stack: new Error('site').stack ?? '' }),
    onRecords: (batch) => records.push(...batch),
    onLayers: (list) => void layers.splice(0, layers.length, ...list),
    onStep: () => undefined,
    now: () => ++clock,
    ...options,
  });
  const flushed = (): StepRecord[] => {
    tap.flush();
    return records;
  };
  try {
    return await body({ tf, tap, records, layers, flushed });
  } finally {
    tap.uninstall();
    statistics.dispose();
  }
}

/** Values of a tensor as numbers. */
export function valuesOf(tensor: Tensor): number[] {
  return Array.from(tensor.dataSync());
}

/** Deterministic numbers in [−1, 1), for data and weights (a linear congruential generator). */
export function numbers(count: number, seed: number): Float32Array {
  let state = seed >>> 0;
  return Float32Array.from({ length: count }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 31 - 1;
  });
}
