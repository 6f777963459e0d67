// The gradient of maxPool for the wasm backend. The one in tfjs 4.22 takes the smallest positive
// float as the least number, so that windows whose maximum is zero or negative lose their gradient;
// here each window's gradient goes to its first maximum, as on the other backends.
import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';
import type { KernelFunc, TensorInfo } from '@tensorflow/tfjs';
import { tf } from '../tf';

interface Attributes {
  filterSize: [number, number] | number;
  strides: [number, number] | number;
  pad: 'valid' | 'same' | number;
  dimRoundingMode?: 'floor' | 'round' | 'ceil';
}

/** Kernel `MaxPoolGrad` for the wasm backend. */
export const maxPoolGrad: KernelFunc = ({ inputs, attrs, backend }) => {
  const wasm = backend as unknown as BackendWasm;
  const { dy, input } = inputs as { dy: TensorInfo; input: TensorInfo };
  const { filterSize, strides, pad, dimRoundingMode } = attrs as unknown as Attributes;
  const shape = input.shape as [number, number, number, number];
  const info = tf.backend_util.computePool2DInfo(
    shape,
    filterSize,
    strides,
    1,
    pad,
    dimRoundingMode,
  );
  const dx = wasm.makeOutput(input.shape, 'float32');
  // Views only now: making the output may have moved the heap.
  const x = wasm.typedArrayFromHeap(input) as Float32Array;
  const gradient = wasm.typedArrayFromHeap(dy) as Float32Array;
  const result = wasm.typedArrayFromHeap(dx) as Float32Array;
  result.fill(0);

  const { batchSize, inHeight, inWidth, inChannels: channels, outHeight, outWidth } = info;
  const { strideHeight, strideWidth, effectiveFilterHeight, effectiveFilterWidth } = info;
  const { top, left } = info.padInfo;
  let out = 0;
  for (let b = 0; b < batchSize; b++) {
    const image = b * inHeight * inWidth * channels;
    for (let yRow = 0; yRow < outHeight; yRow++) {
      const rowFrom = Math.max(0, yRow * strideHeight - top);
      const rowTo = Math.min(inHeight, yRow * strideHeight - top + effectiveFilterHeight);
      for (let yColumn = 0; yColumn < outWidth; yColumn++) {
        const columnFrom = Math.max(0, yColumn * strideWidth - left);
        const columnTo = Math.min(inWidth, yColumn * strideWidth - left + effectiveFilterWidth);
        for (let channel = 0; channel < channels; channel++, out++) {
          let best = -1;
          let most = -Infinity;
          for (let row = rowFrom; row < rowTo; row++) {
            let at = image + (row * inWidth + columnFrom) * channels + channel;
            for (let column = columnFrom; column < columnTo; column++, at += channels) {
              const value = x[at] ?? 0;
              if (value > most) {
                most = value;
                best = at;
              }
            }
          }
          if (best >= 0) result[best] = (result[best] ?? 0) + (gradient[out] ?? 0);
        }
      }
    }
  }
  return dx;
};
