// How well a net does on samples, whatever its loss: so that a net and its faulty twin can be compared.
import type { LayersModel, Tensor } from '@tensorflow/tfjs';
import type { Samples, Skill } from './recipe';

/** Samples that are predicted at most: enough to tell half a learnt task from a whole one. */
const LIMIT = 1000;

const firstOf = (value: Tensor | Tensor[]): Tensor =>
  Array.isArray(value) ? (value[0] as Tensor) : value;

/** The first {@link LIMIT} samples. */
function head(value: Tensor | Tensor[]): Tensor[] {
  return (Array.isArray(value) ? value : [value]).map((tensor) =>
    tensor.slice(0, Math.min(LIMIT, tensor.shape[0])),
  );
}

/** Skill of `model` on `samples`: 1 is perfect, 0 that of a constant; NaN where it predicts none. */
export function skillOf(model: LayersModel, samples: Samples, skill: Skill): number {
  if (skill === 'none') return 1;
  const xs = head(samples.xs);
  const labels = firstOf(head(samples.ys));
  const output = firstOf(model.predict(xs.length === 1 ? (xs[0] as Tensor) : xs));
  const prediction = output.dataSync();
  const truth = labels.dataSync();
  if (prediction.some((value) => Number.isNaN(value))) return NaN;
  switch (skill) {
    case 'classes':
      return balancedAccuracy(
        prediction,
        output.shape.at(-1) ?? 1,
        truth,
        labels.shape.at(-1) ?? 1,
      );
    case 'sign':
      return balancedAccuracy(
        [...prediction].flatMap((value) => [0.5, value]),
        2,
        truth,
        1,
      );
    case 'ranking':
      return 2 * areaUnderCurve(prediction, truth) - 1;
    case 'variance':
      return explainedVariance(prediction, truth);
  }
}

const largest = (values: ArrayLike<number>, from: number, count: number): number => {
  let best = 0;
  for (let i = 1; i < count; i++) {
    if ((values[from + i] ?? 0) > (values[from + best] ?? 0)) best = i;
  }
  return best;
};

/** Mean over the classes of the share recognized, scaled so that guessing is 0. */
export function balancedAccuracy(
  prediction: ArrayLike<number>,
  classes: number,
  truth: ArrayLike<number>,
  labelSize: number,
): number {
  const right = new Map<number, number>();
  const all = new Map<number, number>();
  for (let i = 0; i * labelSize < truth.length; i++) {
    // One-hot rows, or the number of the class.
    const label = labelSize > 1 ? largest(truth, i * labelSize, labelSize) : (truth[i] ?? 0);
    all.set(label, (all.get(label) ?? 0) + 1);
    if (largest(prediction, i * classes, classes) === label) {
      right.set(label, (right.get(label) ?? 0) + 1);
    }
  }
  let sum = 0;
  for (const [label, count] of all) sum += (right.get(label) ?? 0) / count;
  const chance = 1 / all.size;
  return (sum / all.size - chance) / (1 - chance);
}

/** Probability that a positive sample gets the higher output; ties count half. */
export function areaUnderCurve(prediction: ArrayLike<number>, truth: ArrayLike<number>): number {
  const positive: number[] = [];
  const negative: number[] = [];
  for (let i = 0; i < truth.length; i++) {
    ((truth[i] ?? 0) > 0.5 ? positive : negative).push(prediction[i] ?? 0);
  }
  let wins = 0;
  for (const p of positive) {
    for (const n of negative) wins += p > n ? 1 : p === n ? 0.5 : 0;
  }
  return wins / (positive.length * negative.length);
}

/** 1 − Σ(y − ŷ)² ÷ Σ(y − ȳ)². */
export function explainedVariance(prediction: ArrayLike<number>, truth: ArrayLike<number>): number {
  let residual = 0;
  let sum = 0;
  for (let i = 0; i < truth.length; i++) {
    residual += ((truth[i] ?? 0) - (prediction[i] ?? 0)) ** 2;
    sum += truth[i] ?? 0;
  }
  const mean = sum / truth.length;
  let total = 0;
  for (let i = 0; i < truth.length; i++) total += ((truth[i] ?? 0) - mean) ** 2;
  return 1 - residual / total;
}
