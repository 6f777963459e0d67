// What a constant answer would cost: the loss of a model that knows how the labels are distributed and
// nothing of its inputs. A run whose loss stays there has learnt nothing, one that stays above it could
// gain by its output bias alone.
import type { ModelFacts, OutputFacts } from '../facts';

/** The level of a constant answer. */
export interface Baseline {
  /** Loss of the best constant answer, or a bound above it. */
  loss: number;
  /** How much of it there is to learn at most: `loss` where the labels can be met exactly. */
  reducible: number;
  /** Standard error of `loss`, as the labels looked at are a sample. 0 where they are all. */
  error: number;
  /** True where classes differ in frequency so much that class weights may be in use. */
  isImbalanced: boolean;
}

/** Share of the entropy of equally frequent classes below which they are imbalanced. */
const BALANCED = 0.9;

/** Entropy of class frequencies in nats, with the bias of a sample removed (Miller 1955). */
function entropyOf(counts: readonly number[], isSample: boolean) {
  const n = counts.reduce((sum, count) => sum + count, 0);
  let entropy = 0;
  let squares = 0;
  let classes = 0;
  for (const count of counts) {
    if (count <= 0) continue;
    const p = count / n;
    classes++;
    entropy -= p * Math.log(p);
    squares += p * Math.log(p) ** 2;
  }
  const variance = Math.max(0, squares - entropy ** 2) / n;
  return {
    loss: isSample ? entropy + (classes - 1) / (2 * n) : entropy,
    error: isSample ? Math.sqrt(variance) : 0,
    isImbalanced: entropy < BALANCED * Math.log(Math.max(2, classes)),
  };
}

/** Samples whose labels were looked at. */
export function labelledSamples({ labels, labelShape }: OutputFacts): number {
  const size = labelShape.reduce((product, length) => product * length, 1);
  return size > 0 ? labels.count / size : 0;
}

function squaredErrorOf({ labels }: OutputFacts, samples: number, isSample: boolean) {
  const variance = labels.std ** 2;
  if (!(variance > 0)) return undefined;
  // √(2/n) for normal labels. A bound above: the deviation around one mean for all outputs.
  const error = isSample ? variance * Math.sqrt(2 / samples) : 0;
  return { loss: variance, reducible: variance, error, isImbalanced: false };
}

function binaryEntropyOf({ labels, labelKind }: OutputFacts, samples: number, isSample: boolean) {
  const p = labels.mean;
  if (labels.min < 0 || labels.max > 1 || p <= 0 || p >= 1) return undefined;
  const counts = [(1 - p) * samples, p * samples];
  const entropy = entropyOf(counts, isSample);
  // Labels between 0 and 1 have an entropy of their own, which no answer gets below: what is left is
  // E[KL(label ‖ p)], to second order.
  const isExact = labelKind === 'binary' || labelKind === 'one-hot';
  const gain = isExact ? Infinity : labels.std ** 2 / (2 * p * (1 - p));
  return { ...entropy, reducible: Math.min(entropy.loss, gain) };
}

function ofOutput(output: OutputFacts, allSamples: number | undefined): Baseline | undefined {
  const { loss, labels, labelKind, classCounts } = output;
  const samples = labelledSamples(output);
  if (samples === 0) return undefined;
  const isSample = allSamples === undefined || samples < allSamples;
  switch (loss) {
    case 'categoricalCrossentropy':
    case 'sparseCategoricalCrossentropy':
    case 'kullbackLeiblerDivergence':
    case 'softmaxCrossEntropy': {
      if (!classCounts || labelKind === 'probabilities' || labelKind === 'real') return undefined;
      const counted = classCounts.reduce((sum, count) => sum + count, 0);
      // Rows with several ones are no classes.
      if (counted === 0 || counted > labels.count) return undefined;
      const entropy = entropyOf(classCounts, allSamples === undefined || counted < allSamples);
      return entropy.loss > 0 ? { ...entropy, reducible: entropy.loss } : undefined;
    }
    case 'binaryCrossentropy':
    case 'sigmoidCrossEntropy':
      return binaryEntropyOf(output, samples, isSample);
    case 'meanSquaredError':
      return squaredErrorOf(output, samples, isSample);
    case 'meanAbsoluteError':
    case 'absoluteDifference': {
      // The mean deviation is at most the standard deviation.
      const squared = squaredErrorOf(output, samples, isSample);
      if (!squared) return undefined;
      const deviation = labels.std;
      const error = squared.error / (2 * deviation);
      return { loss: deviation, reducible: deviation, error, isImbalanced: false };
    }
    default:
      return undefined;
  }
}

const known = new WeakMap<ModelFacts, { baseline: Baseline | undefined; isPenalized: boolean }>();

function levelOf(facts: ModelFacts) {
  let found = known.get(facts);
  if (!found) {
    const isPenalized = facts.layers.some(({ regularized }) => regularized);
    known.set(facts, (found = { baseline: compute(facts), isPenalized }));
  }
  return found;
}

/**
 * The level of a constant answer, in the unit of the loss, over all outputs together (tfjs adds their
 * losses up). Undefined where the labels or the loss are not known well enough, and where regularizers
 * add to the loss.
 */
export function baselineOf(facts: ModelFacts | undefined): Baseline | undefined {
  const level = facts && levelOf(facts);
  return level?.isPenalized ? undefined : level?.baseline;
}

/** The same of a net with regularizers, for its loss without them: that of a probe. */
export function penalizedBaselineOf(facts: ModelFacts | undefined): Baseline | undefined {
  const level = facts && levelOf(facts);
  return level?.isPenalized ? level.baseline : undefined;
}

function compute({ outputs, samples }: ModelFacts): Baseline | undefined {
  if (outputs.length === 0) return undefined;
  const total: Baseline = { loss: 0, reducible: 0, error: 0, isImbalanced: false };
  for (const output of outputs) {
    const one = ofOutput(output, samples);
    if (!one) return undefined;
    total.loss += one.loss;
    total.reducible += one.reducible;
    total.error = Math.hypot(total.error, one.error);
    total.isImbalanced ||= one.isImbalanced;
  }
  return total.reducible > 0 ? total : undefined;
}
