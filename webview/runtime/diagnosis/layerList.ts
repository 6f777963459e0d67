// The layers of a model in forward order, those of models inside it among them, each with what it
// takes its inputs from.
import {
  classNameOf,
  isContainer,
  type LayerLike,
  type ModelLike,
  type NodeLike,
} from './internals';

/** A layer that computes something: no input, no model. */
export interface LayerEntry {
  layer: LayerLike;
  /** Layers whose outputs it takes; a string is the name of an input of the model. */
  inbound: readonly (LayerLike | string)[];
  /** Without the batch. */
  outputShape: readonly (number | null)[];
  /** Neither the layer nor a model that it is in was frozen. */
  trainable: boolean;
}

type Source = LayerLike | string;

/** Calls of layers, from the inputs on. */
function nodesOf({ nodesByDepth }: ModelLike): NodeLike[] {
  return Object.keys(nodesByDepth)
    .map(Number)
    .sort((a, b) => b - a)
    .flatMap((depth) => nodesByDepth[depth] ?? []);
}

/** What a layer's output is made by: of a model inside, the layers that end it. */
function endsOf(layer: LayerLike): LayerLike[] {
  return isContainer(layer) ? layer.outputLayers.flatMap(endsOf) : [layer];
}

/** The layers that make the outputs of `model`. */
export function outputLayersOf(model: ModelLike): LayerLike[] {
  return endsOf(model);
}

/** All layers of `model` that compute. A layer that is called several times comes once. */
export function layersOf(model: ModelLike): LayerEntry[] {
  const entries = new Map<
    LayerLike,
    Omit<LayerEntry, 'layer' | 'inbound'> & { inbound: Source[] }
  >();
  const walk = (
    container: ModelLike,
    inputs: readonly (readonly Source[])[],
    isAround: boolean,
  ): void => {
    // A model hands its weights to an optimizer only where it may be trained itself.
    const isTrainable = isAround && (container as unknown as LayerLike).trainable;
    const sourcesOf = (layer: LayerLike): readonly Source[] => {
      const input = container.inputLayers.indexOf(layer);
      return input >= 0 ? (inputs[input] ?? []) : endsOf(layer);
    };
    for (const { outboundLayer, inboundLayers, outputShapes } of nodesOf(container)) {
      if (classNameOf(outboundLayer) === 'InputLayer') continue;
      const sources = inboundLayers.map(sourcesOf);
      if (isContainer(outboundLayer)) {
        walk(outboundLayer, sources, isTrainable);
        continue;
      }
      const known = entries.get(outboundLayer);
      if (known) known.inbound.push(...sources.flat());
      else {
        entries.set(outboundLayer, {
          inbound: sources.flat(),
          outputShape: (outputShapes[0] ?? []).slice(1),
          trainable: isTrainable && outboundLayer.trainable,
        });
      }
    }
  };
  walk(
    model,
    model.inputLayers.map((_, i) => [model.inputNames[i] ?? `input_${i + 1}`]),
    true,
  );
  return [...entries].map(([layer, entry]) => ({
    ...entry,
    layer,
    inbound: [...new Set(entry.inbound)],
  }));
}

/** The layer inside of one that wraps or repeats it: the cell of an RNN, the layer of TimeDistributed. */
export function innermost(layer: LayerLike): LayerLike {
  const inner = layer.cell ?? layer.layer ?? layer.forwardLayer ?? layer.cells?.[0];
  return inner === undefined ? layer : innermost(inner);
}
