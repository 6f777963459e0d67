// The gradient of conv2d with respect to its filter, as a conv2d of wasm with swapped roles: channels
// of the input become its batch, the batch becomes its channels, and the output gradient is the
// filter, dilated by the strides:
//   dW[r, c, i, o] = Σ x[b, r + s·y − pad, c + s·x' − pad, i] · dy[b, y, x', o]
// A stride that does not divide the input leaves rows over, which are cut off.
import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';
import type { backend_util, KernelFunc, NamedAttrMap, TensorInfo } from '@tensorflow/tfjs';
import { tf } from '../tf';

interface Attributes {
  strides: [number, number] | number;
  pad: 'valid' | 'same' | number | backend_util.ExplicitPadding;
  dimRoundingMode?: 'floor' | 'round' | 'ceil';
  dataFormat: 'NHWC' | 'NCHW';
  filterShape: [number, number, number, number];
}

/** Kernel `Conv2DBackpropFilter` for the wasm backend. */
export const conv2dBackpropFilter: KernelFunc = ({ inputs, attrs, backend }) => {
  const wasm = backend as unknown as BackendWasm;
  const { x, dy } = inputs as { x: TensorInfo; dy: TensorInfo };
  const { strides, pad, dimRoundingMode, filterShape, dataFormat } = attrs as unknown as Attributes;
  if (dataFormat === 'NCHW') {
    throw new Error('conv2d with dataFormat NCHW does not train on the wasm backend; use NHWC.');
  }
  const info = tf.backend_util.computeConv2DInfo(
    x.shape as [number, number, number, number],
    filterShape,
    strides,
    1, // tfjs has no gradient for strides together with dilations.
    pad,
    dimRoundingMode,
  );
  const { top, bottom, left, right } = info.padInfo;
  const run = (name: string, kernelInputs: Record<string, TensorInfo>, kernelAttrs: object) => {
    const kernel = tf.getKernel(name, 'wasm');
    const result = kernel.kernelFunc({
      inputs: kernelInputs,
      backend: wasm,
      attrs: kernelAttrs as NamedAttrMap,
    });
    return result as TensorInfo;
  };
  const image = run('Transpose', { x }, { perm: [3, 1, 2, 0] });
  const filter = run('Transpose', { x: dy }, { perm: [1, 2, 0, 3] });
  const full = run(
    'Conv2D',
    { x: image, filter },
    {
      strides: 1,
      pad: [
        [0, 0],
        [top, bottom],
        [left, right],
        [0, 0],
      ],
      dataFormat: 'NHWC',
      dilations: [info.strideHeight, info.strideWidth],
    },
  );
  const size = [info.inChannels, info.filterHeight, info.filterWidth, info.outChannels];
  const cut = run('Slice', { x: full }, { begin: [0, 0, 0, 0], size });
  const result = run('Transpose', { x: cut }, { perm: [1, 2, 0, 3] });
  for (const part of [image, filter, full, cut]) wasm.disposeData(part.dataId);
  return result;
};
