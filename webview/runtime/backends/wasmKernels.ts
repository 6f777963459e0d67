// Completes tfjs's wasm backend, which lacks kernels that training needs (tensorflow/tfjs#8474,
// #8082): the filter gradient of conv2d from wasm's own conv2d, and every other kernel that the cpu
// backend has by a detour that runs the cpu kernel on the wasm heap.
import { MathBackendCPU } from '@tensorflow/tfjs-backend-cpu';
import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';
import type {
  backend_util,
  DataType,
  KernelConfig,
  KernelFunc,
  TensorInfo,
} from '@tensorflow/tfjs';
import { tf } from '../tf';
import { conv2dBackpropFilter } from './conv2dBackpropFilter';

/** Registers what is missing; kernels that wasm has are left alone. Twice is harmless. */
export function completeWasmKernels(): void {
  const has = new Set(tf.getKernelsForBackend('wasm').map((kernel) => kernel.kernelName));
  const register = (kernelName: string, kernelFunc: KernelFunc): void => {
    if (has.has(kernelName)) return;
    has.add(kernelName);
    tf.registerKernel({ kernelName, backendName: 'wasm', kernelFunc });
  };
  register('Conv2DBackpropFilter', conv2dBackpropFilter);
  for (const kernel of tf.getKernelsForBackend('cpu')) register(kernel.kernelName, detour(kernel));
}

/** A kernel for wasm that runs the cpu kernel on views of the heap and copies its results back. */
function detour(kernel: KernelConfig): KernelFunc {
  return ({ inputs, attrs, backend }) => {
    const wasm = backend as unknown as BackendWasm;
    // A backend of its own for each call: nothing that a kernel forgets can pile up.
    const cpu = new MathBackendCPU();
    const lend = (info: TensorInfo): TensorInfo => {
      const values =
        info.dtype === 'string' ? wasm.readSync(info.dataId) : wasm.typedArrayFromHeap(info);
      return {
        dataId: cpu.write(values, info.shape, info.dtype),
        shape: info.shape,
        dtype: info.dtype,
      };
    };
    const lent: unknown = Array.isArray(inputs)
      ? (inputs as TensorInfo[]).map(lend)
      : Object.fromEntries(
          Object.entries(inputs).map(([name, info]) => [name, info && lend(info)]),
        );
    const parameters = { inputs: lent as typeof inputs, backend: cpu };
    const result = kernel.kernelFunc(attrs ? { ...parameters, attrs } : parameters);
    const heap = (wasm.wasm as unknown as { HEAPU8: Uint8Array }).HEAPU8.buffer;
    const take = (info: TensorInfo): TensorInfo => {
      const values = toStored(cpu.readSync(info.dataId), info.dtype, heap);
      return wasm.makeOutput(info.shape, info.dtype, undefined, values);
    };
    // All values are read before the first is written: writing may move the heap under the views.
    if (!Array.isArray(result)) return take(result);
    const copies = result.map((info) => ({
      info,
      values: toStored(cpu.readSync(info.dataId), info.dtype, heap),
    }));
    return copies.map(({ info, values }) =>
      wasm.makeOutput(info.shape, info.dtype, undefined, values),
    );
  };
}

/** `values` in the array type that wasm stores for `dtype`, never a view of the heap itself. */
function toStored(
  values: backend_util.BackendValues,
  dtype: DataType,
  heap: ArrayBufferLike,
): backend_util.BackendValues {
  if (dtype === 'string') return values;
  const numbers = values as backend_util.TypedArray;
  if (dtype === 'complex64') {
    throw new Error(
      'Complex numbers (FFT, STFT) do not run on the wasm backend: choose webgl or cpu in the setting gradientLens.backend.',
    );
  }
  const Stored = dtype === 'int32' ? Int32Array : dtype === 'bool' ? Uint8Array : Float32Array;
  const ready = numbers instanceof Stored && numbers.buffer !== heap;
  return ready ? numbers : Stored.from(numbers);
}
