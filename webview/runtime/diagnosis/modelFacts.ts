// All that is known of a model before its first step, put together when the records name its layers.
import type { ModelFacts } from '../../../src/shared/core/facts';
import type { TfNamespace } from '../../../src/shared/tap/types';
import { inputFacts } from './dataFacts';
import type { LayerLike, ModelLike } from './internals';
import { outputFacts } from './labelFacts';
import { layerFacts, type InitialWeights } from './layerFacts';
import type { LayerEntry } from './layerList';
import type { Samples, Values } from './samples';

/** What was noted of a model before a step. */
export interface Snapshot {
  step: number;
  layers: readonly LayerEntry[];
  initial: InitialWeights;
  /** Inputs, then labels. */
  samples: readonly Samples[];
  sampled: number;
  /** All labels, per output, where they lie in memory. */
  labels: readonly (Values | undefined)[];
  batchSize: number;
  /** In the whole set, where that is known. */
  size: number | undefined;
  epsilon: number;
  shippedEpsilon: number | undefined;
}

/** The facts of `model`. `nameOf` gives the names of the records. */
export function modelFacts(
  tf: TfNamespace,
  model: ModelLike,
  nameOf: (layer: LayerLike) => string,
  snapshot: Snapshot,
): ModelFacts {
  const { layers, samples, epsilon, shippedEpsilon } = snapshot;
  const trained = new Set(model.collectedTrainableWeights.map((weight) => weight.read()));
  const trainedLayers = layers
    .filter(({ layer }) => layer.weights.some((weight) => trained.has(weight.read())))
    .map(({ layer }) => nameOf(layer));
  const inputs = model.inputNames.length;
  const rate = model.optimizer.learningRate;
  return {
    step: snapshot.step,
    trainedLayers,
    layers: layers.map((entry) => layerFacts(entry, nameOf, snapshot.initial)),
    inputs: samples.slice(0, inputs).map((one, i) => inputFacts(model.inputNames[i] ?? '', one)),
    outputs: samples
      .slice(inputs, inputs + model.outputNames.length)
      .map((one, i) => outputFacts(tf, model, layers, nameOf, i, one, snapshot.labels[i])),
    optimizer: {
      className: model.optimizer.getClassName?.() ?? 'custom',
      ...(typeof rate === 'number' && { learningRate: rate }),
    },
    batchSize: snapshot.batchSize,
    ...(snapshot.size !== undefined && { samples: snapshot.size }),
    sampled: snapshot.sampled,
    backend: tf.getBackend(),
    epsilon,
    ...(shippedEpsilon !== undefined && shippedEpsilon !== epsilon && { shippedEpsilon }),
  };
}
