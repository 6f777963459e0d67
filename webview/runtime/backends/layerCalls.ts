// The calls that a forward pass of a model is made of, each by itself, on zeros of the shapes that the
// call before gave: for measuring a backend without computing, or compiling, the whole pass.
// Nothing of the model changes: no training mode, no state, no random numbers kept.
import type { LayersModel, SymbolicTensor, Tensor } from '@tensorflow/tfjs';
import type { TfNamespace } from '../../../src/shared/tap/types';

/** Stands in for sizes other than the batch that only the data know, such as a number of words. */
const UNKNOWN_SIZE = 32;

/** One call of a layer. */
export interface LayerCall {
  layer: string;
  /** Runs it; to be called in a tidy, and after the calls before it. */
  run(): Tensor[];
}

interface LayerLike {
  name: string;
  getClassName(): string;
  stateful?: boolean;
  apply(inputs: Tensor | Tensor[], kwargs: object): Tensor | Tensor[];
}

interface Node {
  outboundLayer: LayerLike;
  inputTensors: SymbolicTensor[];
  outputTensors: SymbolicTensor[];
  callArgs?: object | null;
}

/** The calls of `model` in the order of its forward pass, with `rows` samples. */
export function layerCalls(
  tf: TfNamespace,
  model: LayersModel,
  rows: number,
  isOwn: (layer: object) => boolean,
): LayerCall[] {
  const shapes = new Map<number, number[]>();
  const shapeOf = (tensor: SymbolicTensor): number[] =>
    shapes.get(tensor.id) ??
    tensor.shape.map((size, axis) => size ?? (axis === 0 ? rows : UNKNOWN_SIZE));
  return nodesOf(model)
    .filter(({ outboundLayer }) => isComputed(outboundLayer) && isOwn(outboundLayer))
    .map(({ outboundLayer, inputTensors, outputTensors, callArgs }) => ({
      layer: outboundLayer.name,
      run: () => {
        const inputs = inputTensors.map((input) => tf.zeros(shapeOf(input), input.dtype));
        const [first] = inputs;
        const given = inputs.length === 1 && first ? first : inputs;
        const result = outboundLayer.apply(given, { ...callArgs, training: false });
        const outputs = Array.isArray(result) ? result : [result];
        outputTensors.forEach((symbolic, i) => {
          const shape = outputs[i]?.shape;
          if (shape) shapes.set(symbolic.id, shape);
        });
        return outputs;
      },
    }));
}

/** False for inputs, which are given. */
function isComputed(layer: LayerLike): boolean {
  return layer.getClassName() !== 'InputLayer';
}

/** Nodes from the inputs on. A sequential model keeps them in a model inside it. */
function nodesOf(model: LayersModel): Node[] {
  const inner = (model as unknown as { model?: LayersModel }).model ?? model;
  const { nodesByDepth } = inner as unknown as { nodesByDepth: Record<number, Node[]> };
  return Object.keys(nodesByDepth)
    .map(Number)
    .sort((a, b) => b - a)
    .flatMap((depth) => nodesByDepth[depth] ?? []);
}

/** True where a call changes the model: recurrent layers that keep their state between batches. */
export function keepsState(model: LayersModel): boolean {
  return nodesOf(model).some(({ outboundLayer }) => outboundLayer.stateful === true);
}

/**
 * Tells the layers of tfjs from those of the user's own classes, which are not called for a
 * measurement: what their code does beside computing is not known. To be made before user code runs.
 */
export function ownLayers(tf: TfNamespace): (layer: object) => boolean {
  const { classNameMap } = tf.serialization.SerializationMap.getMap();
  const classes = new Set<unknown>(Object.values(classNameMap).map(([constructor]) => constructor));
  const isLayer = (value: unknown): value is object => value instanceof tf.layers.Layer;
  const isOwn = (layer: object): boolean => {
    if (!classes.has(layer.constructor)) return false;
    // Cells, wrapped layers, the layers of a model.
    const parts = Object.values(layer).flat().filter(isLayer);
    return parts.every(isOwn);
  };
  return isOwn;
}
