// Layers and models of tf.layers in numbers: their weights, and a table of their layers.
import { mergeSummaries, nonFiniteCount } from '../../src/shared/core/summary';
import type { TensorSummary } from '../../src/shared/core/stepRecord';
import {
  INSPECTION_LIMITS,
  type LayerInspection,
  type LayerRow,
  type ModelInspection,
} from '../../src/shared/protocol/inspection';
import {
  outputShapeOf,
  type LayerLike,
  type ModelLike,
  type TrainingKnowledge,
  type WeightLike,
} from './shapes';
import { inspectTensor, shortName } from './tensors';

const sizeOf = (weight: WeightLike): number =>
  weight.read().shape.reduce((product, size) => product * size, 1);

const parametersOf = (weights: readonly WeightLike[]): number =>
  weights.reduce((sum, weight) => sum + sizeOf(weight), 0);

/** A custom class need not tell its name as tfjs asks it to. */
const classOf = (thing: { getClassName?(): unknown }): string => {
  const told = thing.getClassName?.();
  return typeof told === 'string' ? told : thing.constructor.name;
};

/** The part of a weight's name that is its own: `kernel` of `dense_Dense1/kernel`. */
const weightName = (weight: WeightLike): string =>
  (weight.originalName ?? weight.name ?? '').split('/').pop() ?? '';

export function inspectLayer(layer: LayerLike, training?: TrainingKnowledge): LayerInspection {
  const outputShape = outputShapeOf(layer);
  const { activation } = layer;
  const shown = layer.weights.slice(0, INSPECTION_LIMITS.weights);
  return {
    name: shortName(layer.name),
    className: classOf(layer),
    ...(outputShape && { outputShape }),
    ...(activation?.getClassName && { activation: activation.getClassName() }),
    trainable: layer.trainable,
    parameters: parametersOf(layer.weights),
    weights: shown.map((weight) => inspectTensor(weight.read(), training, weightName(weight))),
    more: layer.weights.length - shown.length,
  };
}

/** One line of the table, and the step of its gradient. */
function rowOf(layer: LayerLike, training?: TrainingKnowledge): { row: LayerRow; step?: number } {
  const outputShape = outputShapeOf(layer);
  const { weights } = layer;
  const inspected = weights.map((weight) => inspectTensor(weight.read(), training));
  const summaries = inspected.flatMap(({ summary }) => (summary ? [summary] : []));
  const trainable = new Set(layer.trainableWeights.map((weight) => weight.read()));
  const trained = inspected.filter((_, i) => {
    const weight = weights[i];
    return weight !== undefined && trainable.has(weight.read());
  });
  const normOf = (all: readonly (TensorSummary | undefined)[]) =>
    mergeSummaries(all.flatMap((one) => (one ? [one] : []))).norm;
  const gradients = trained.flatMap(({ gradient }) => (gradient ? [gradient] : []));
  const step = gradients.length > 0 ? Math.max(...gradients.map((one) => one.step)) : undefined;
  return {
    row: {
      name: shortName(layer.name),
      className: classOf(layer),
      ...(outputShape && { outputShape }),
      parameters: parametersOf(weights),
      trainable: layer.trainable,
      ...(trained.length > 0 && { weightNorm: normOf(trained.map(({ summary }) => summary)) }),
      ...(gradients.length > 0 && { gradientNorm: normOf(gradients.map((one) => one.summary)) }),
      nonFinite: summaries.reduce((sum, one) => sum + nonFiniteCount(one), 0),
    },
    ...(step !== undefined && { step }),
  };
}

export function inspectModel(model: ModelLike, training?: TrainingKnowledge): ModelInspection {
  const shown = model.layers.slice(0, INSPECTION_LIMITS.layers);
  const rows = shown.map((layer) => rowOf(layer, training));
  const steps = rows.flatMap(({ step }) => (step === undefined ? [] : [step]));
  const { optimizer, loss } = model;
  const rate = optimizer?.learningRate;
  return {
    name: shortName(model.name),
    className: classOf(model),
    ...(optimizer && { optimizer: classOf(optimizer) }),
    ...(typeof rate === 'number' && { learningRate: rate }),
    ...(typeof loss === 'string' && { loss }),
    parameters: parametersOf(model.weights),
    trainableParameters: parametersOf(model.trainableWeights),
    layers: rows.map(({ row }) => row),
    more: model.layers.length - shown.length,
    ...(steps.length > 0 && { step: Math.max(...steps) }),
  };
}
