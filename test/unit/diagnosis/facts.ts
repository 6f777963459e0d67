// Builds the facts of a model and the records of its steps for tests of rules: what is not given is that
// of a small sound classifier.
import type {
  InputFacts,
  LayerFacts,
  ModelFacts,
  OutputFacts,
} from '../../../src/shared/core/facts';
import { randomNormal, seededRandom, type Random } from '../../../src/shared/core/random';
import type { LayerRecord, StepRecord } from '../../../src/shared/core/stepRecord';
import { summarize } from '../../../src/shared/core/summary';

/** `count` values of a distribution. */
export function draw(count: number, value: (random: Random) => number, seed = 1): Float32Array {
  const random = seededRandom(seed);
  return Float32Array.from({ length: count }, () => value(random));
}

/** An input of `features` columns with these values, standard normal unless given. */
export function inputOf(
  features: number,
  values: Float32Array = draw(256 * features, randomNormal),
): InputFacts {
  const rows = values.length / features;
  const columns = Array.from({ length: features }, (_, index) => {
    const summary = summarize(values.filter((_, i) => i % features === index));
    return { index, mean: summary.mean, std: summary.std };
  }).sort((a, b) => a.std - b.std);
  const [narrowest, widest] = [columns[0], columns.at(-1)];
  return {
    name: 'input',
    shape: [features],
    summary: summarize(values),
    ...(narrowest && { narrowest }),
    ...(widest && rows > 1 && { widest }),
    constantFeatures: columns.filter(({ std }) => std === 0).length,
    integers: values.every((x) => x >= 0 && Number.isInteger(x)),
  };
}

/** Labels of classes, as many of each as `counts` says, one-hot unless the loss is sparse. */
export function classesOf(counts: readonly number[], more: Partial<OutputFacts> = {}): OutputFacts {
  const isSparse = more.loss === 'sparseCategoricalCrossentropy';
  const labels = counts.flatMap((count, label) =>
    Array.from({ length: count }, () =>
      isSparse ? [label] : counts.map((_, i) => (i === label ? 1 : 0)),
    ).flat(),
  );
  return {
    layer: 'output',
    activation: 'softmax',
    shape: [counts.length],
    labelShape: [isSparse ? 1 : counts.length],
    loss: 'categoricalCrossentropy',
    labels: summarize(Float32Array.from(labels)),
    labelKind: isSparse ? 'class-number' : 'one-hot',
    classCounts: counts,
    ...more,
  };
}

/** Labels of a regression with one output. */
export function quantitiesOf(values: Float32Array, more: Partial<OutputFacts> = {}): OutputFacts {
  return {
    layer: 'output',
    activation: 'linear',
    shape: [1],
    labelShape: [1],
    loss: 'meanSquaredError',
    labels: summarize(values),
    labelKind: 'real',
    ...more,
  };
}

/** Labels 0 and 1 of one unit. */
export function answersOf(share: number, more: Partial<OutputFacts> = {}): OutputFacts {
  const values = Float32Array.from({ length: 1000 }, (_, i) => (i < share * 1000 ? 1 : 0));
  const ones = Math.round(share * 1000);
  return quantitiesOf(values, {
    activation: 'sigmoid',
    loss: 'binaryCrossentropy',
    labelKind: 'binary',
    classCounts: [1000 - ones, ones],
    ...more,
  });
}

/** A dense hidden layer and an output layer behind the input. */
export const LAYERS: readonly LayerFacts[] = [
  { name: 'input', className: 'InputLayer', inbound: [], outputShape: [8], trainable: true },
  {
    name: 'hidden',
    className: 'Dense',
    inbound: ['input'],
    outputShape: [24],
    trainable: true,
    activation: 'relu',
    fanIn: 8,
    fanOut: 24,
  },
  {
    name: 'output',
    className: 'Dense',
    inbound: ['hidden'],
    outputShape: [4],
    trainable: true,
    activation: 'softmax',
    fanIn: 24,
    fanOut: 4,
  },
];

export function factsOf(more: Partial<ModelFacts> = {}): ModelFacts {
  return {
    step: 1,
    trainedLayers: ['hidden', 'output'],
    layers: LAYERS,
    inputs: [inputOf(8)],
    outputs: [classesOf([250, 250, 250, 250])],
    optimizer: { className: 'Adam', learningRate: 0.001 },
    batchSize: 32,
    samples: 1000,
    sampled: 256,
    backend: 'cpu',
    epsilon: 1e-7,
    ...more,
  };
}

const WEIGHTS = summarize(draw(192, randomNormal));
const GRADIENT = summarize(draw(192, (random) => 0.01 * randomNormal(random)));

/** A step of the net of {@link factsOf}, of which only loss and size of update are of interest. */
export function stepOf(step: number, loss: number, updateRatio = 1e-3): StepRecord {
  const layer: LayerRecord = { gradient: GRADIENT, weight: WEIGHTS, updateRatio };
  return {
    step,
    loss,
    learningRate: 0.001,
    seconds: step / 100,
    metrics: {},
    layers: { hidden: layer, output: layer },
    tensors: { 'hidden/kernel': layer, 'output/kernel': layer },
  };
}
