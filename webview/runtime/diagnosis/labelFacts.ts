// What the first samples show of a model's labels, and which loss they meet.
import type { LabelKind, OutputFacts } from '../../../src/shared/core/facts';
import { summarize } from '../../../src/shared/core/summary';
import type { TfNamespace } from '../../../src/shared/tap/types';
import { areIntegers } from './dataFacts';
import { classNameOf, type LayerLike, type ModelLike } from './internals';
import { activationNameOf } from './layerFacts';
import type { LayerEntry } from './layerList';
import { lossNameOf } from './lossName';
import type { Samples, Values } from './samples';

/** Classes beyond which labels are counts or identifiers. */
const MAX_CLASSES = 10_000;
/** How far the probabilities of a sample may miss 1 by rounding. */
const ROUNDING = 1e-4;
/** Layers that pass on what they get, in another shape or thinned. */
const PASSING_LAYERS = new Set(['Reshape', 'Flatten', 'Permute', 'Dropout', 'Cropping2D']);
/** Losses whose labels are quantities, whatever numbers these are. */
const REGRESSION = /squared|absolute|logcosh|huber|poisson|cosine/i;

/**
 * Facts of output number `index`. `all`: the labels to summarize and to count classes of, where there are
 * more than `samples` shows.
 */
export function outputFacts(
  tf: TfNamespace,
  model: ModelLike,
  layers: readonly LayerEntry[],
  nameOf: (layer: LayerLike) => string,
  index: number,
  samples: Samples,
  all: Values = samples.values,
): OutputFacts {
  const end = lastLayer(model.outputLayers[index], layers);
  const loss = lossNameOf(tf, model, index, samples);
  const labelKind = labelKindOf(samples, loss);
  const classCounts = classCountsOf(labelKind, all, samples.shape.at(-1) ?? 1);
  return {
    layer: end ? nameOf(end) : (model.outputNames[index] ?? ''),
    activation: (end && activationBehind(end, layers)) ?? 'linear',
    shape: (model.outputs[index]?.shape ?? []).slice(1),
    labelShape: samples.shape,
    loss,
    labels: summarize(all),
    labelKind,
    ...(classCounts && { classCounts }),
  };
}

/** The layer that makes an output; of a model inside, the one that ends it. */
function lastLayer(
  layer: LayerLike | undefined,
  layers: readonly LayerEntry[],
): LayerLike | undefined {
  if (!layer || layers.some((entry) => entry.layer === layer)) return layer;
  return lastLayer((layer as Partial<ModelLike>).outputLayers?.[0], layers);
}

/** The activation that an output passed last, reshaping and dropout aside. */
function activationBehind(layer: LayerLike, layers: readonly LayerEntry[]): string | undefined {
  const own = activationNameOf(layer);
  if (own !== undefined || !PASSING_LAYERS.has(classNameOf(layer))) return own;
  const source = layers.find((entry) => entry.layer === layer)?.inbound[0];
  return typeof source === 'object' ? activationBehind(source, layers) : undefined;
}

/** What labels are, by their values and, where these leave it open, by their loss. */
export function labelKindOf({ shape, values }: Samples, loss: string): LabelKind {
  if (/sparse/i.test(loss) && areIntegers(values)) return 'class-number';
  const columns = shape.at(-1) ?? 1;
  if (values.length === 0 || !values.every((x) => x >= 0)) return 'real';
  const isDistribution = columns > 1 && everyRow(values, columns, ROUNDING);
  if (areIntegers(values)) {
    if (isDistribution) return 'one-hot';
    if (REGRESSION.test(loss) && !values.every((x) => x <= 1)) return 'real';
    return values.every((x) => x <= 1) ? 'binary' : 'class-number';
  }
  if (isDistribution) return 'probabilities';
  return values.every((x) => x <= 1) && /crossentropy|kullback/i.test(loss)
    ? 'probabilities'
    : 'real';
}

/** True where the values of every row sum to 1. */
function everyRow(values: Values, columns: number, tolerance: number): boolean {
  for (let row = 0; row < values.length; row += columns) {
    let sum = 0;
    for (let i = row; i < row + columns; i++) sum += values[i] ?? 0;
    if (Math.abs(sum - 1) > tolerance) return false;
  }
  return true;
}

/** Samples (or positions) per class; undefined where labels are not classes that exclude each other. */
function classCountsOf(
  kind: LabelKind,
  values: Values,
  columns: number,
): readonly number[] | undefined {
  if (kind === 'one-hot') {
    const counts = new Array<number>(columns).fill(0);
    values.forEach((x: number, i: number) => {
      if (x > 0) counts[i % columns] = (counts[i % columns] ?? 0) + 1;
    });
    return counts;
  }
  const areClasses = kind === 'class-number' || (kind === 'binary' && columns === 1);
  if (!areClasses) return undefined;
  let highest = 1;
  for (const x of values) if (x > highest) highest = x;
  if (highest >= MAX_CLASSES || !areIntegers(values)) return undefined;
  const counts = new Array<number>(highest + 1).fill(0);
  for (const x of values) counts[x] = (counts[x] ?? 0) + 1;
  return counts;
}
