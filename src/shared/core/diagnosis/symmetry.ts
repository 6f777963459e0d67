// Layers whose units start as copies of each other and stay so: gradient descent moves equal units
// equally, so that the layer is one unit wide for ever; or that start with no gradient at all.
import type { LayerFacts, ModelFacts } from '../facts';
import { consumersOf, isPlain } from '../theory/chain';
import { isConstant } from '../theory/initializers';

/** A layer that its initial weights keep from learning. */
export interface Stalled {
  layer: LayerFacts;
  /**
   * `symmetric`: its weights are all equal and so are those that read it. `mute`: ReLU units of weight
   * zero, whose output and slope are zero.
   */
  kind: 'symmetric' | 'mute';
  /** The layer that reads it; for `symmetric`. */
  reader?: LayerFacts;
}

/** Layers that treat all units alike, so that equal units stay equal through them. */
const EVEN_HANDED =
  /^(Activation|ReLU|LeakyReLU|PReLU|ELU|ThresholdedReLU|Flatten|Reshape|Permute|BatchNormalization|LayerNormalization|(Global)?(Max|Average)Pooling[123]D)$/;

/** Activations whose value and slope are zero at zero. */
const MUTE_AT_ZERO = new Set(['relu', 'relu6', 'thresholdedRelu']);

function unitsOf({ outputShape }: LayerFacts): number {
  return outputShape.at(-1) ?? 1;
}

/** True where nothing tells the units of the layer apart. */
function hasEqualUnits(layer: LayerFacts): boolean {
  const { initialKernel, initialBias } = layer;
  if (!isPlain(layer) || !layer.trainable || unitsOf(layer) < 2) return false;
  if (!initialKernel || !isConstant(initialKernel)) return false;
  return !initialBias || initialBias.min === initialBias.max;
}

/**
 * The layer of weights that alone reads `layer`. Undefined where several do, where outputs are merged
 * with others (a residual branch that starts at zero is good practice: Zhang et al. 2019, Fixup), and
 * where dropout makes the units differ.
 */
function readerOf(
  layer: LayerFacts,
  consumers: ReadonlyMap<string, readonly LayerFacts[]>,
): LayerFacts | undefined {
  for (let at = layer; ;) {
    const [next, ...others] = consumers.get(at.name) ?? [];
    if (!next || others.length > 0) return undefined;
    if (isPlain(next)) return next;
    if (!EVEN_HANDED.test(next.className)) return undefined;
    at = next;
  }
}

/** True where its units can output nothing but zero, whatever the input, and get no gradient. */
function isMute({ activation, initialKernel, initialBias }: LayerFacts): boolean {
  if (!MUTE_AT_ZERO.has(activation ?? '') || initialKernel?.norm !== 0) return false;
  return !initialBias || initialBias.max <= 0;
}

/** The layers that their initial weights keep from learning, in forward order. */
export function stalledLayers(facts: ModelFacts): Stalled[] {
  const consumers = consumersOf(facts);
  const outputs = new Set(facts.outputs.map(({ layer }) => layer));
  const found: Stalled[] = [];
  for (const layer of facts.layers) {
    // Output layers of zeros are legitimate: their units are told apart by the labels.
    if (outputs.has(layer.name) || !hasEqualUnits(layer)) continue;
    const reader = readerOf(layer, consumers);
    if (!reader) continue;
    if (isMute(layer)) found.push({ layer, kind: 'mute', reader });
    else if (reader.initialKernel && isConstant(reader.initialKernel)) {
      found.push({ layer, kind: 'symmetric', reader });
    }
  }
  return found;
}
