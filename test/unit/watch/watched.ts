// Trains programs on the cpu backend with and without a watch beside the tap, and collects what comes.
import * as tfjs from '@tensorflow/tfjs';
import type { ModelFacts } from '../../../src/shared/core/facts';
import type { LayerProbe } from '../../../src/shared/core/probe';
import { seededRandom } from '../../../src/shared/core/random';
import type { StepRecord } from '../../../src/shared/core/stepRecord';
import { installTap } from '../../../src/shared/tap';
import type { TapSampling, TfNamespace } from '../../../src/shared/tap/types';
import { watchModels, type ModelWatch } from '../../../webview/runtime/diagnosis';
import { createStatistics } from '../../../webview/runtime/statistics';

/** What a program under test is given. */
export interface Bench {
  tf: TfNamespace;
  watch: ModelWatch | undefined;
}

export interface Watched<T> {
  result: T;
  records: StepRecord[];
  facts: ModelFacts[];
  /** Facts and records in the order in which they came: `facts` or the step. */
  order: (number | 'facts')[];
  /** Why models were given up. */
  givenUp: string[];
  /** Math.random after the program: it tells how often it was called. */
  nextRandom: number;
}

/** Runs `program` under a tap, and a watch unless `probe` is `none`. Math.random is seeded for it. */
export async function watched<T>(
  program: (bench: Bench) => T | Promise<T>,
  probe: 'auto' | 'off' | 'none' = 'auto',
  sampling: TapSampling = { everySteps: 1, activationEverySteps: 1 },
): Promise<Watched<T>> {
  await tfjs.setBackend('cpu');
  const tf: TfNamespace = { ...tfjs };
  const statistics = createStatistics(tf);
  const records: StepRecord[] = [];
  const facts: ModelFacts[] = [];
  const order: (number | 'facts')[] = [];
  const givenUp: string[] = [];
  let watch: ModelWatch | undefined;
  const tap = installTap(tf, {
    statistics,
    sampling,
    captureSite: () => ({}),
    onRecords: (list) => {
      for (const record of watch?.complete(list) ?? list) {
        records.push(record);
        order.push(record.step);
      }
    },
    onLayers: () => undefined,
    onStep: () => undefined,
    now: () => 0,
  });
  if (probe !== 'none') {
    watch = watchModels(tf, tap, {
      statistics,
      probe,
      onFacts: (known) => {
        facts.push(known);
        order.push('facts');
      },
      onGiveUp: (reason) => givenUp.push(reason),
    });
  }
  const { random } = Math;
  Math.random = seededRandom(11);
  try {
    const result = await program({ tf, watch });
    tap.flush();
    return { result, records, facts, order, givenUp, nextRandom: Math.random() };
  } finally {
    Math.random = random;
    watch?.uninstall();
    tap.uninstall();
    statistics.dispose();
  }
}

/** The probes of a run by step. */
export function probesOf(records: readonly StepRecord[]) {
  return records.flatMap(({ step, probe }) => (probe ? [{ step, ...probe }] : []));
}

/** The newest probe of a layer. */
export function layerProbe(records: readonly StepRecord[], name: string): LayerProbe {
  const layer = probesOf(records).at(-1)?.layers[name];
  if (!layer) throw new Error(`there is no probe of ${name}`);
  return layer;
}

type Initializer = ReturnType<TfNamespace['initializers']['zeros']>;

/** An initializer that gives these values. */
export function exactly(tf: TfNamespace, values: readonly number[]): Initializer {
  const initializer = tf.initializers.zeros();
  initializer.apply = (shape) => tf.tensor([...values], shape as number[]);
  return initializer;
}
