// How much of a signal the initial weights let through the whole net, beside sound ones: the product
// over the layers of √χ ÷ √χ of the initialization that suits the activation. A number that explains
// both outputs that do not depend on the input and outputs that are far too large.
import type { LayerFacts, ModelFacts } from '../facts';
import { activationFunction, type ActivationFunction } from '../theory/activations';
import { appliedBy, consumersOf, isPlain } from '../theory/chain';
import { theoryOf } from '../theory/expectation';
import { isRandomlyInitialized, meanSquare } from '../theory/initializers';
import { meanField } from '../theory/meanField';

/** One layer on the way to the output. */
export interface ScaledLayer {
  facts: LayerFacts;
  /** Of the pre-activations: its own, or that of the activation layer behind it. */
  activation: string;
  /**
   * √(χ ÷ sound χ) where that is below 1: signals are lost. Above 1: √χ, signals grow. 1 is sound, and a
   * sigmoid, whose sound χ is 0.056, has a long way from the one to the other.
   */
  scale: number;
  /** Standard deviation of its weights, and the sound one. */
  deviation: number;
  soundDeviation: number;
}

/** The way to the output, from the input or from the last layer that sets the scale anew. */
export interface SignalScale {
  /** In forward order. */
  layers: readonly ScaledLayer[];
  /** Product of their scales. */
  total: number;
  /** Loss that the output layer feeds. */
  output: string;
}

/** Changes of shape and poolings: they pass the scale of a signal on. */
const PASSING =
  /^(Flatten|Reshape|Permute|(Spatial)?Dropout([123]D)?|(Global)?(Max|Average)Pooling[123]D|ZeroPadding2D|Cropping2D|UpSampling2D)$/;

/** Inputs of ReLU and its kin are halved, so that twice the variance is sound (He et al. 2015). */
const HALVING = /^(relu|relu6|leakyRelu|prelu|thresholdedRelu|elu|swish|mish|gelu|gelu_new)$/;

/** σ_w² of a sound initialization for the activation. */
export function soundVariance(activation: string): number {
  return HALVING.test(activation) ? 2 : 1;
}

/** The initializer by that name. SELU asks for 1/fanIn (Klambauer et al. 2017). */
export function soundInitializer(
  activation: string,
): 'heUniform' | 'leCunUniform' | 'glorotUniform' {
  if (activation === 'selu') return 'leCunUniform';
  return HALVING.test(activation) ? 'heUniform' : 'glorotUniform';
}

function functionOf(name: string): ActivationFunction | undefined {
  // As they are built: the learnt slope is 0, and a threshold is like ReLU for what lies above it.
  return activationFunction(name === 'prelu' || name === 'thresholdedRelu' ? 'relu' : name, 0.3);
}

const soundChi = new Map<string, number>();

function soundChiOf(activation: string, known: ActivationFunction): number {
  let chi = soundChi.get(activation);
  if (chi === undefined) {
    chi = Math.min(1, meanField(known, soundVariance(activation), 0).chi);
    soundChi.set(activation, chi);
  }
  return chi;
}

function scaledLayer(
  facts: ModelFacts,
  layer: LayerFacts,
  behind: string | undefined,
  isOutput: boolean,
): ScaledLayer | undefined {
  const { initialKernel, initialBias, fanIn = 1 } = layer;
  if (!initialKernel || !isRandomlyInitialized(layer)) return undefined;
  const own = layer.activation ?? 'linear';
  const activation = own === 'linear' ? (behind ?? own) : own;
  const weightVariance = meanSquare(initialKernel) * fanIn;
  const deviation = Math.sqrt(meanSquare(initialKernel));
  const soundDeviation = Math.sqrt((isOutput ? 1 : soundVariance(activation)) / fanIn);
  if (isOutput) {
    // What counts is what the loss sees: logits and values before their activation.
    return {
      facts: layer,
      activation,
      scale: deviation / soundDeviation,
      deviation,
      soundDeviation,
    };
  }
  const known = functionOf(activation);
  if (!known) return undefined;
  const chi =
    theoryOf(facts).layers.get(layer.name)?.chi ??
    meanField(known, weightVariance, initialBias ? meanSquare(initialBias) : 0).chi;
  const sound = soundChiOf(activation, known);
  const scale = chi < sound ? Math.sqrt(chi / sound) : Math.max(1, Math.sqrt(chi));
  return { facts: layer, activation, scale, deviation, soundDeviation };
}

function compute(facts: ModelFacts): SignalScale | undefined {
  const [output, ...others] = facts.outputs;
  if (!output || others.length > 0) return undefined;
  const byName = new Map(facts.layers.map((layer) => [layer.name, layer]));
  const consumers = consumersOf(facts);
  const layers: ScaledLayer[] = [];
  let behind: string | undefined;
  for (let at = byName.get(output.layer); at;) {
    if (isPlain(at)) {
      const layer = scaledLayer(facts, at, behind, layers.length === 0);
      // Trained or constant weights: what went before is another story.
      if (!layer) break;
      layers.unshift(layer);
      behind = undefined;
    } else {
      const applied = appliedBy(at);
      if (applied !== undefined && applied !== 'linear') behind = applied;
      else if (applied === undefined && !PASSING.test(at.className)) break;
    }
    const [before, ...more] = at.inbound;
    if (before === undefined || more.length > 0 || (consumers.get(before)?.length ?? 1) > 1) break;
    at = byName.get(before);
  }
  if (layers.length === 0) return undefined;
  const total = layers.reduce((product, { scale }) => product * scale, 1);
  return { layers, total, output: output.layer };
}

const cache = new WeakMap<ModelFacts, { found: SignalScale | undefined }>();

/**
 * The scale of signals through the model as it was initialized. Undefined for models with several
 * outputs, and where the output layer's weights are not random. Normalization, merged branches and
 * recurrent layers set the scale anew: only what comes behind the last of them counts.
 */
export function signalScale(facts: ModelFacts): SignalScale | undefined {
  let entry = cache.get(facts);
  if (!entry) cache.set(facts, (entry = { found: compute(facts) }));
  return entry.found;
}
