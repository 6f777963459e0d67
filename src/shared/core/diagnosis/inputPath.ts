// Where an input goes: the first layer that computes with it, behind those that only pass it on.
import type { InputFacts, LayerFacts, ModelFacts } from '../facts';

/** Layers that pass values on, in another shape or a selection of them. */
const PASSING = new Set([
  'InputLayer',
  'Flatten',
  'Reshape',
  'Permute',
  'RepeatVector',
  'Dropout',
  'SpatialDropout1D',
  'GaussianNoise',
  'GaussianDropout',
  'AlphaDropout',
  'Masking',
  'Concatenate',
  'ZeroPadding2D',
  'Cropping2D',
  'UpSampling2D',
  'MaxPooling1D',
  'MaxPooling2D',
  'MaxPooling3D',
  'AveragePooling1D',
  'AveragePooling2D',
  'AveragePooling3D',
  'GlobalAveragePooling1D',
  'GlobalAveragePooling2D',
  'GlobalMaxPooling1D',
  'GlobalMaxPooling2D',
  'Resizing',
  'CenterCrop',
  'TimeDistributed',
]);
/** Layers that multiply by weights, to which the scale of their input matters. */
const WEIGHTED =
  /^(Dense|(Separable|Depthwise)?Conv.*|LSTM|GRU|SimpleRNN|ConvLSTM2D|RNN|Bidirectional)$/;

/**
 * The first layer with weights that takes the input as it is. Undefined where a normalization, an
 * embedding, or a layer of unknown effect is in between.
 */
export function firstWeighted(facts: ModelFacts, input: InputFacts): LayerFacts | undefined {
  const passed = new Set([input.name]);
  for (const layer of facts.layers) {
    const isReached = layer.name === input.name || layer.inbound.some((name) => passed.has(name));
    if (!isReached) continue;
    // TimeDistributed stands for the layer inside it, which the kernel tells.
    if (WEIGHTED.test(layer.className) || (layer.fanIn !== undefined && isWrapper(layer))) {
      return layer;
    }
    if (!PASSING.has(layer.className)) return undefined;
    passed.add(layer.name);
  }
  return undefined;
}

function isWrapper({ className }: LayerFacts): boolean {
  return className === 'TimeDistributed';
}

/** The embedding that an input goes into, if it does. */
export function embeddingOf(facts: ModelFacts, input: InputFacts): LayerFacts | undefined {
  return facts.layers.find(
    ({ className, name, inbound }) =>
      className === 'Embedding' && (name === input.name || inbound.includes(input.name)),
  );
}
