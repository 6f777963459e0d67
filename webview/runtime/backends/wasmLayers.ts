// Which models train on wasm by kernels of the wasm heap alone: there a WebGL that software computes
// has nothing to offer, and none needs to be started to know it.
import type { LayersModel } from '@tensorflow/tfjs';

/**
 * Layer classes of tfjs that train through a kernel of the cpu backend (see wasmKernels.ts): tfjs's
 * wasm kernels for the gradients of three-dimensional convolution and pooling are wrong. A test trains
 * every layer class and holds this list to what is called.
 */
export const DETOURED_LAYERS: ReadonlySet<string> = new Set([
  'Conv3D',
  'Conv3DTranspose',
  'MaxPooling3D',
]);

/** True where no layer of `model` needs more; `isOwn` tells tfjs's layers from the user's. */
export function trainsOnWasmAlone(
  model: LayersModel,
  isOwn: (layer: object) => boolean,
  isLayer: (value: unknown) => value is object,
): boolean {
  const isNative = (layer: object): boolean => {
    if (DETOURED_LAYERS.has((layer as { getClassName(): string }).getClassName())) return false;
    // Cells, wrapped layers, the layers of a model.
    return Object.values(layer).flat().filter(isLayer).every(isNative);
  };
  return model.layers.every((layer) => isOwn(layer) && isNative(layer));
}
