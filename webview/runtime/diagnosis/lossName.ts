// Which loss an output meets. A function of the user's own is called once on a few labels and made-up
// predictions: where it gives what a loss of tfjs gives, it is that loss in other words.
import type { Tensor, TfNamespace } from '../../../src/shared/tap/types';
import type { ModelLike } from './internals';
import { traceless } from './probe/traceless';
import type { Samples } from './samples';

/** Samples that a function is called on. */
const ROWS = 4;
/** Relative difference that float32 and another order of summation make. */
const ROUNDING = 1e-4;

type Loss = (labels: Tensor, predictions: Tensor) => Tensor;

/** Losses that a function is compared with, by the names that rules know. */
function references({ losses, metrics }: TfNamespace): Record<string, Loss> {
  return {
    softmaxCrossEntropy: (labels, x) => losses.softmaxCrossEntropy(labels, x),
    sigmoidCrossEntropy: (labels, x) => losses.sigmoidCrossEntropy(labels, x),
    categoricalCrossentropy: (labels, x) => metrics.categoricalCrossentropy(labels, x),
    binaryCrossentropy: (labels, x) => metrics.binaryCrossentropy(labels, x),
    meanSquaredError: (labels, x) => losses.meanSquaredError(labels, x),
    meanAbsoluteError: (labels, x) => losses.absoluteDifference(labels, x),
  };
}

/** Name of a loss as tfjs spells it; `custom` for a function that is none of tfjs's and equals none. */
export function lossNameOf(
  tf: TfNamespace,
  model: ModelLike,
  index: number,
  samples: Samples,
): string {
  const { loss } = model;
  let own: unknown = loss;
  if (Array.isArray(loss)) own = loss[index];
  else if (typeof loss === 'object' && loss !== null) {
    own = (loss as Record<string, unknown>)[model.outputNames[index] ?? ''];
  }
  if (typeof own === 'string') return own;
  for (const functions of [tf.losses, tf.metrics] as object[]) {
    const found = Object.entries(functions).find(([, known]) => known === own);
    if (found) return found[0];
  }
  const shape = (model.outputs[index]?.shape ?? []).slice(1);
  return typeof own === 'function' ? nameByValue(tf, own as Loss, shape, samples) : 'custom';
}

function nameByValue(
  tf: TfNamespace,
  own: Loss,
  outputShape: readonly (number | null)[],
  { shape, dtype, values }: Samples,
): string {
  const size = shape.reduce((a, b) => a * b, 1);
  const rows = Math.min(ROWS, Math.floor(values.length / size));
  if (rows === 0 || outputShape.some((length) => length === null)) return 'custom';
  try {
    return traceless(tf, [], () => {
      const labels = tf.tensor(values.slice(0, rows * size), [rows, ...shape], dtype);
      const predictions = madeUp(tf, [rows, ...(outputShape as number[])]);
      const valueOf = (loss: Loss): number[] =>
        predictions.map((x) => tf.mean(loss(labels, x)).dataSync()[0] ?? NaN);
      const found = valueOf(own);
      const known = Object.entries(references(tf)).find(([, loss]) => {
        const expected = valuesOrNone(() => valueOf(loss));
        return expected?.every(
          (value, i) => Math.abs(value - (found[i] ?? NaN)) <= ROUNDING * Math.abs(value),
        );
      });
      return known?.[0] ?? 'custom';
    });
  } catch {
    // It asks for other shapes than it will get, or has reasons of its own: the training will tell.
    return 'custom';
  }
}

/** A loss of tfjs refuses labels of another shape. */
function valuesOrNone(values: () => number[]): number[] | undefined {
  try {
    return values();
  } catch {
    return undefined;
  }
}

/** Two sets of predictions between 0 and 1, the second with rows that sum to 1; always the same. */
function madeUp(tf: TfNamespace, shape: number[]): Tensor[] {
  const count = shape.reduce((a, b) => a * b, 1);
  const plain = tf.tensor(
    Float32Array.from({ length: count }, (_, i) => 0.1 + 0.8 * ((i * 0.618034) % 1)),
    shape,
  );
  return [plain, tf.softmax(plain)];
}
