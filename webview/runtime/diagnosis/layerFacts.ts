// How the layers of a model are made, and what their weights were before the first update.
import type { InitializerFacts, LayerFacts } from '../../../src/shared/core/facts';
import type { TensorSummary } from '../../../src/shared/core/stepRecord';
import type { TfNamespace } from '../../../src/shared/tap/types';
import { summarizeValues } from '../statistics/typedArray';
import { classNameOf, type ConfiguredLike, type LayerLike, type WeightLike } from './internals';
import { innermost, type LayerEntry } from './layerList';
import { readerOf } from './samples';

/** What layers that are nothing but an activation compute, by their class. */
const ACTIVATION_LAYERS: Readonly<Record<string, string>> = {
  ReLU: 'relu',
  LeakyReLU: 'leakyRelu',
  PReLU: 'prelu',
  ELU: 'elu',
  ThresholdedReLU: 'thresholdedRelu',
  Softmax: 'softmax',
};
/** Classes that drop a share of what passes them. */
const DROPOUT_LAYERS = new Set(['Dropout', 'SpatialDropout1D', 'GaussianDropout', 'AlphaDropout']);

/** Kernel and bias of a layer; those of its cell or wrapped layer where it has none. */
export function weightsOf(layer: LayerLike): { kernel?: WeightLike; bias?: WeightLike } {
  const { kernel, depthwiseKernel, embeddings, bias } = innermost(layer);
  const main = kernel ?? depthwiseKernel ?? embeddings;
  return { ...(main && { kernel: main }), ...(bias && { bias }) };
}

/** Name of a layer's activation function; undefined where it has none. */
export function activationNameOf(layer: LayerLike): string | undefined {
  const named = ACTIVATION_LAYERS[classNameOf(layer)];
  if (named !== undefined) return named === 'relu' && layer.maxValue === 6 ? 'relu6' : named;
  const own = layer.activation ?? innermost(layer).activation;
  return own?.getClassName?.();
}

function initializerOf(
  initializer: ConfiguredLike | null | undefined,
): InitializerFacts | undefined {
  if (!initializer) return undefined;
  const declared = (initializer.constructor as { className?: unknown }).className;
  const config: Record<string, number | string | boolean> = {};
  for (const [key, value] of Object.entries(initializer.getConfig?.() ?? {})) {
    if (['number', 'string', 'boolean'].includes(typeof value)) {
      config[key] = value as number | string | boolean;
    }
  }
  const className =
    typeof declared === 'string' ? declared : (initializer.getClassName?.() ?? 'custom');
  return { className, config };
}

/**
 * Inputs and outputs per unit, by the formula of tfjs (`computeFans` in initializers.ts), whose kernels
 * of convolutions end in inputs and outputs whatever the format of the data.
 */
export function fansOf(shape: readonly number[]): { fanIn: number; fanOut: number } {
  const product = (sizes: readonly number[]): number => sizes.reduce((a, b) => a * b, 1);
  if (shape.length < 2 || shape.length > 5) {
    const both = Math.sqrt(product(shape));
    return { fanIn: both, fanOut: both };
  }
  const field = product(shape.slice(0, -2));
  return { fanIn: (shape.at(-2) ?? 1) * field, fanOut: (shape.at(-1) ?? 1) * field };
}

function isRegularized(layer: LayerLike): boolean {
  const own = innermost(layer) as unknown as Record<string, unknown>;
  return Object.keys(own).some((key) => key.endsWith('Regularizer') && Boolean(own[key]));
}

/** Summaries of a layer's kernel and bias. */
export type InitialWeights = ReadonlyMap<
  LayerLike,
  { kernel?: TensorSummary; bias?: TensorSummary }
>;

/** The weights of layers as they are now. Before a training they are in memory, on WebGL too. */
export function initialWeights(tf: TfNamespace, layers: readonly LayerEntry[]): InitialWeights {
  const read = readerOf(tf);
  const summaryOf = (weight: WeightLike): TensorSummary => summarizeValues(read(weight.read()));
  return new Map(
    layers.map(({ layer }) => {
      const { kernel, bias } = weightsOf(layer);
      const summaries = {
        ...(kernel && { kernel: summaryOf(kernel) }),
        ...(bias && { bias: summaryOf(bias) }),
      };
      return [layer, summaries];
    }),
  );
}

/** Facts of one layer. `nameOf` gives the names of the records. */
export function layerFacts(
  { layer, inbound, outputShape, trainable }: LayerEntry,
  nameOf: (layer: LayerLike) => string,
  initial: InitialWeights,
): LayerFacts {
  const inner = innermost(layer);
  const className = classNameOf(layer);
  const activation = activationNameOf(layer);
  const { kernel, bias } = weightsOf(layer);
  const before = initial.get(layer);
  const kernelInitializer = initializerOf(
    inner.kernelInitializer ?? inner.depthwiseInitializer ?? inner.embeddingsInitializer,
  );
  const biasInitializer = initializerOf(inner.biasInitializer);
  return {
    name: nameOf(layer),
    className,
    inbound: inbound.map((source) => (typeof source === 'string' ? source : nameOf(source))),
    outputShape,
    trainable,
    ...(activation !== undefined && { activation }),
    ...(typeof inner.useBias === 'boolean' && { useBias: inner.useBias }),
    ...(kernel && kernelInitializer && { kernelInitializer }),
    ...(bias && biasInitializer && { biasInitializer }),
    ...(kernel && fansOf(kernel.read().shape)),
    ...(before?.kernel && { initialKernel: before.kernel }),
    ...(before?.bias && { initialBias: before.bias }),
    ...(className === 'LeakyReLU' &&
      typeof layer.alpha === 'number' && { negativeSlope: layer.alpha }),
    ...(className === 'UpSampling2D' &&
      layer.interpolation !== undefined && { interpolation: layer.interpolation }),
    ...(DROPOUT_LAYERS.has(className) &&
      typeof layer.rate === 'number' && { dropoutRate: layer.rate }),
    ...(isRegularized(layer) && { regularized: true }),
  };
}
