// Completes tfjs 4.22's wasm backend for training in the worker: kernels of convolutions and embeddings of
// our own, and the completion that needs none.
import { MathBackendCPU } from '@tensorflow/tfjs-backend-cpu';
import type { KernelFunc } from '@tensorflow/tfjs';
import { tf } from '../tf';
import { conv2dBackpropFilter } from './conv2dBackpropFilter';
import { completeKernels } from './wasmCompletion';
import { depthwiseBackpropFilter, depthwiseBackpropInput } from './wasmDepthwiseGrads';
import { maxPoolGrad } from './wasmMaxPoolGrad';
import { unsortedSegmentSum } from './wasmSegmentSum';

/** Kernels written for the wasm heap. */
const OWN: Readonly<Record<string, KernelFunc>> = {
  MaxPoolGrad: maxPoolGrad,
  Conv2DBackpropFilter: conv2dBackpropFilter,
  DepthwiseConv2dNativeBackpropFilter: depthwiseBackpropFilter,
  DepthwiseConv2dNativeBackpropInput: depthwiseBackpropInput,
  UnsortedSegmentSum: unsortedSegmentSum,
};
/** Completes and corrects the backend once it has started. Twice is harmless. */
export function completeWasmKernels(): void {
  completeKernels(tf, () => new MathBackendCPU(), OWN);
}
