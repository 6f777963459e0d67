// The gradients of depthwiseConv2d for the wasm backend, which has none: one pass over the heap with
// the channels innermost, as they lie in memory; by the input, at the usual stride and multiplier of 1,
// wasm's own depthwiseConv2d with the filter turned round. (The cpu backend's kernel for the filter
// looks every element up by its indices, some thirty times slower.)
//   dW[r, c, i, m] = Σ x[b, s·y + d·r − pad, s·x' + d·c − pad, i] · dy[b, y, x', i·M + m]
//   dx[b, s·y + d·r − pad, …, i] = Σ dy[b, y, x', i·M + m] · W[r, c, i, m]
import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';
import type { backend_util, KernelFunc, NamedAttrMap, TensorInfo } from '@tensorflow/tfjs';
import { tf } from '../tf';

type Shape4 = [number, number, number, number];
type ConvInfo = backend_util.Conv2DInfo;

interface Attributes {
  strides: [number, number] | number;
  dilations?: [number, number] | number | null;
  pad: 'valid' | 'same' | number | backend_util.ExplicitPadding;
  dimRoundingMode?: 'floor' | 'round' | 'ceil';
}

function infoOf(attrs: unknown, inputShape: number[], filterShape: number[]): ConvInfo {
  const { strides, dilations, pad, dimRoundingMode } = attrs as Attributes;
  return tf.backend_util.computeConv2DInfo(
    inputShape as Shape4,
    filterShape as Shape4,
    strides,
    dilations ?? 1,
    pad,
    dimRoundingMode,
    true,
  );
}

/** Calls `visit` with the offsets in input, output and filter of every pair of pixels that meet. */
function eachTap(
  info: ConvInfo,
  visit: (input: number, output: number, filter: number) => void,
): void {
  const { batchSize, inHeight, inWidth, inChannels, outHeight, outWidth, outChannels } = info;
  const { filterHeight, filterWidth, strideHeight, strideWidth } = info;
  const { dilationHeight, dilationWidth, padInfo } = info;
  for (let b = 0; b < batchSize; b++) {
    for (let y = 0; y < outHeight; y++) {
      for (let r = 0; r < filterHeight; r++) {
        const row = y * strideHeight + r * dilationHeight - padInfo.top;
        if (row < 0 || row >= inHeight) continue;
        for (let x = 0; x < outWidth; x++) {
          const output = ((b * outHeight + y) * outWidth + x) * outChannels;
          for (let c = 0; c < filterWidth; c++) {
            const column = x * strideWidth + c * dilationWidth - padInfo.left;
            if (column < 0 || column >= inWidth) continue;
            const input = ((b * inHeight + row) * inWidth + column) * inChannels;
            visit(input, output, (r * filterWidth + c) * outChannels);
          }
        }
      }
    }
  }
}

const floats = (wasm: BackendWasm, tensor: TensorInfo): Float32Array =>
  wasm.typedArrayFromHeap(tensor) as Float32Array;

/** Kernel `DepthwiseConv2dNativeBackpropFilter` for the wasm backend. */
export const depthwiseBackpropFilter: KernelFunc = ({ inputs, attrs, backend }) => {
  const wasm = backend as unknown as BackendWasm;
  const { x, dy } = inputs as { x: TensorInfo; dy: TensorInfo };
  const { filterShape } = attrs as unknown as { filterShape: number[] };
  const info = infoOf(attrs, x.shape, filterShape);
  const dw = wasm.makeOutput(filterShape, 'float32');
  // Views only now: making the output may have moved the heap.
  const image = floats(wasm, x);
  const gradient = floats(wasm, dy);
  const channels = info.inChannels;
  const multiplier = info.outChannels / channels;
  // Sums over the whole batch, in float64.
  const sums = new Float64Array(info.filterHeight * info.filterWidth * info.outChannels);
  eachTap(info, (input, output, filter) => {
    for (let i = 0, at = 0; i < channels; i++) {
      const value = image[input + i] ?? 0;
      for (let m = 0; m < multiplier; m++, at++) {
        sums[filter + at] = (sums[filter + at] ?? 0) + value * (gradient[output + at] ?? 0);
      }
    }
  });
  floats(wasm, dw).set(sums);
  return dw;
};

/** Kernel `DepthwiseConv2dNativeBackpropInput` for the wasm backend. */
export const depthwiseBackpropInput: KernelFunc = ({ inputs, attrs, backend }) => {
  const wasm = backend as unknown as BackendWasm;
  const { dy, filter: weights } = inputs as { dy: TensorInfo; filter: TensorInfo };
  const { inputShape } = attrs as unknown as { inputShape: number[] };
  const info = infoOf(attrs, inputShape, weights.shape);
  const turned = byConvolution(wasm, info, dy, weights);
  if (turned) return turned;
  const dx = wasm.makeOutput(inputShape, 'float32');
  const gradient = floats(wasm, dy);
  const kernel = floats(wasm, weights);
  const result = floats(wasm, dx).fill(0);
  const channels = info.inChannels;
  const multiplier = info.outChannels / channels;
  eachTap(info, (input, output, filter) => {
    for (let i = 0, at = 0; i < channels; i++) {
      let sum = 0;
      for (let m = 0; m < multiplier; m++, at++) {
        sum += (gradient[output + at] ?? 0) * (kernel[filter + at] ?? 0);
      }
      result[input + i] = (result[input + i] ?? 0) + sum;
    }
  });
  return dx;
};

/** dx as a convolution of dy; undefined where it is none. */
function byConvolution(
  wasm: BackendWasm,
  info: ConvInfo,
  dy: TensorInfo,
  filter: TensorInfo,
): TensorInfo | undefined {
  const { strideHeight, strideWidth, dilationHeight, dilationWidth, padInfo } = info;
  const steps = [strideHeight, strideWidth, dilationHeight, dilationWidth];
  const { top, bottom, left, right } = padInfo;
  const rows = info.filterHeight - 1;
  const columns = info.filterWidth - 1;
  const pads = [rows - top, rows - bottom, columns - left, columns - right] as const;
  if (info.outChannels !== info.inChannels || steps.some((step) => step !== 1)) return undefined;
  if (pads.some((pad) => pad < 0)) return undefined;
  const run = (name: string, inputs: Record<string, TensorInfo>, attrs: object) =>
    tf.getKernel(name, 'wasm').kernelFunc({
      inputs,
      backend: wasm,
      attrs: attrs as NamedAttrMap,
    }) as TensorInfo;
  const turned = run('Reverse', { x: filter }, { dims: [0, 1] });
  const pad = [
    [0, 0],
    [pads[0], pads[1]],
    [pads[2], pads[3]],
    [0, 0],
  ];
  const dx = run('DepthwiseConv2dNative', { x: dy, filter: turned }, { strides: 1, pad });
  wasm.disposeData(turned.dataId);
  return dx;
}
