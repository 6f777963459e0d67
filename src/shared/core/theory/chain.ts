// The parts of a net that theory speaks about: layers of weights that follow each other directly, with
// nothing but an activation function and changes of shape between them.
import type { LayerFacts, ModelFacts } from '../facts';
import { activationFunction, type ActivationFunction } from './activations';
import { isRandomlyInitialized, meanSquare } from './initializers';

/** A dense or convolutional layer with random weights. */
export interface PlainLayer {
  facts: LayerFacts;
  /** Of the layer itself or of the activation layer behind it; undefined for softmax and unknown ones. */
  activation: ActivationFunction | undefined;
  activationName: string;
  /** True where its recorded output is taken before that activation, which is a layer of its own. */
  isRecordedBefore: boolean;
  /** σ_w²: mean square of a weight times inputs of a unit. */
  weightVariance: number;
  /** σ_b². */
  biasVariance: number;
  /** Products with its weights in which an element of its input takes part, on average. */
  uses: number;
  /** The plain layer whose output, through its activation, is its input. */
  previous: PlainLayer | undefined;
  /** Mean square of the model's input, where it is the first layer and the data are known. */
  inputMoment: number | undefined;
}

const PLAIN = /^(Dense|Conv[123]D)$/;
const SHAPE_ONLY = /^(Flatten|Reshape|Permute|(Spatial)?Dropout([123]D)?|AlphaDropout)$/;
/** Activation layers of tfjs, by class, and the function that they apply as they are built. */
const ACTIVATION_LAYERS: Readonly<Record<string, string>> = {
  ReLU: 'relu',
  ELU: 'elu',
  LeakyReLU: 'leakyRelu',
  // Slopes below zero are learnt, and start at 0.
  PReLU: 'relu',
  Softmax: 'softmax',
};

/** True for layers of weights that theory knows. */
export function isPlain({ className }: LayerFacts): boolean {
  return PLAIN.test(className);
}

/** Name of the function that an activation layer applies; undefined for other layers. */
export function appliedBy(layer: LayerFacts): string | undefined {
  if (layer.className === 'Activation') return layer.activation ?? 'linear';
  return Object.hasOwn(ACTIVATION_LAYERS, layer.className)
    ? ACTIVATION_LAYERS[layer.className]
    : undefined;
}

/** Who takes the output of each layer, by name. */
export function consumersOf({ layers }: ModelFacts): Map<string, LayerFacts[]> {
  const consumers = new Map<string, LayerFacts[]>();
  for (const layer of layers) {
    for (const name of layer.inbound) {
      const list = consumers.get(name);
      if (list) list.push(layer);
      else consumers.set(name, [layer]);
    }
  }
  return consumers;
}

const positions = (shape: readonly (number | null)[]): number =>
  shape.slice(0, -1).reduce<number>((product, size) => product * (size ?? 1), 1);

/** Plain layers of the model, in forward order, each linked to the one before it. */
export function plainLayers(facts: ModelFacts): PlainLayer[] {
  const consumers = consumersOf(facts);
  const byName = new Map(facts.layers.map((layer) => [layer.name, layer]));
  const isLayer = (name: string): boolean => {
    const layer = byName.get(name);
    return layer !== undefined && layer.className !== 'InputLayer';
  };
  const found = new Map<string, PlainLayer>();
  for (const layer of facts.layers) {
    if (!isPlain(layer) || !isRandomlyInitialized(layer) || !layer.initialKernel) continue;
    const input = walkBack(layer, byName, consumers);
    const output = effectiveActivation(layer, consumers);
    const { fanIn = 1, fanOut = 1, initialBias } = layer;
    const shapeBefore = byName.get(layer.inbound[0] ?? '')?.outputShape;
    // Strides and margins: each output position uses fanIn inputs, spread over the input positions.
    const density = shapeBefore ? positions(layer.outputShape) / positions(shapeBefore) : 1;
    found.set(layer.name, {
      facts: layer,
      activation: activationFunction(output.name, output.alpha),
      activationName: output.name,
      isRecordedBefore: output.isSeparate,
      weightVariance: meanSquare(layer.initialKernel) * fanIn,
      biasVariance: initialBias ? meanSquare(initialBias) : 0,
      uses: layer.className === 'Dense' ? fanOut : fanOut * density,
      previous: found.get(input ?? ''),
      inputMoment: input === undefined || isLayer(input) ? undefined : inputMoment(facts, input),
    });
  }
  return [...found.values()];
}

/** Name of the plain layer (or model input) that feeds `layer` without anything else in between. */
function walkBack(
  layer: LayerFacts,
  byName: ReadonlyMap<string, LayerFacts>,
  consumers: ReadonlyMap<string, readonly LayerFacts[]>,
): string | undefined {
  let at = layer;
  let isPast = false;
  for (;;) {
    const [name, ...more] = at.inbound;
    if (name === undefined || more.length > 0) return undefined;
    const before = byName.get(name);
    if (!before || before.className === 'InputLayer') return isPast ? undefined : name;
    // A value that is used twice gets gradients from both.
    if ((consumers.get(name)?.length ?? 0) > 1) return undefined;
    if (isPlain(before)) return name;
    if (appliedBy(before) !== undefined) isPast = true;
    else if (!SHAPE_ONLY.test(before.className)) return undefined;
    at = before;
  }
}

/** What a layer's pre-activations go through before the next layer of weights. */
function effectiveActivation(
  layer: LayerFacts,
  consumers: ReadonlyMap<string, readonly LayerFacts[]>,
): { name: string; alpha?: number; isSeparate: boolean } {
  const own = layer.activation ?? 'linear';
  let at = layer;
  for (;;) {
    const next = consumers.get(at.name);
    const [behind] = next ?? [];
    if (!behind || next?.length !== 1) return { name: own, isSeparate: false };
    const applied = appliedBy(behind);
    if (applied !== undefined && applied !== 'linear') {
      // Two functions in a row are none that theory has a table for.
      if (own !== 'linear') return { name: `${own}, then ${applied}`, isSeparate: false };
      const { negativeSlope } = behind;
      return {
        name: applied,
        ...(negativeSlope !== undefined && { alpha: negativeSlope }),
        isSeparate: true,
      };
    }
    if (applied === undefined && !SHAPE_ONLY.test(behind.className)) {
      return { name: own, isSeparate: false };
    }
    at = behind;
  }
}

function inputMoment({ inputs }: ModelFacts, name: string): number | undefined {
  const input = inputs.find((candidate) => candidate.name === name) ?? inputs[0];
  // With several inputs, whose name is not known, there is no telling which one it is.
  if (!input || (inputs.length > 1 && input.name !== name)) return undefined;
  return meanSquare(input.summary);
}
