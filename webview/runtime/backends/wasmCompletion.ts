// Completes tfjs 4.22's wasm backend, which lacks kernels that training needs (tensorflow/tfjs#8474,
// #8082): every one that the cpu backend has runs there, on views of the wasm heap. Corrects those that
// are wrong. The tfjs is handed in: it may be the user's own.
import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';
import type {
  backend_util,
  DataType,
  KernelBackend,
  KernelConfig,
  KernelFunc,
  TensorInfo,
} from '@tensorflow/tfjs';
import type { TfNamespace } from '../../../src/shared/tap/types';

/** What the wasm backend cannot compute. */
export class NeedsCpu extends Error {
  override readonly name = 'NeedsCpu';
  readonly code = 'needs-cpu';
}

/** The cpu backend, as a kernel that runs on it sees it. */
export interface CpuBackend extends KernelBackend {
  write(values: backend_util.BackendValues, shape: number[], dtype: DataType): object;
  readSync(dataId: object): backend_util.BackendValues;
}

/** Kernels that wasm has but that give wrong gradients: the cpu kernel stands in. */
const WRONG = ['Conv3DBackpropInputV2', 'Conv3DBackpropFilterV2', 'MaxPool3DGrad'];
/** Convolutions that give zeros for some strides, see {@link withExplicitPadding}. */
const SAME_PADDED = [
  'Conv2D',
  'FusedConv2D',
  'DepthwiseConv2dNative',
  'FusedDepthwiseConv2D',
] as const;

/**
 * Completes and corrects the wasm backend of `tf` once it has started. `createCpu` makes a cpu backend of
 * the same tfjs; kernels of `own` come before those of the cpu. Twice is harmless.
 */
export function completeKernels(
  tf: TfNamespace,
  createCpu: () => CpuBackend,
  own: Readonly<Record<string, KernelFunc>> = {},
): void {
  const has = new Set(tf.getKernelsForBackend('wasm').map((kernel) => kernel.kernelName));
  if (has.has('Conv2DBackpropFilter')) return;
  const register = (kernelName: string, kernelFunc: KernelFunc): void => {
    if (has.has(kernelName)) tf.unregisterKernel(kernelName, 'wasm');
    tf.registerKernel({ kernelName, backendName: 'wasm', kernelFunc });
  };
  for (const name of SAME_PADDED) {
    const { kernelFunc, setupFunc } = tf.getKernel(name, 'wasm');
    const depthwise = name.includes('Depthwise');
    tf.unregisterKernel(name, 'wasm');
    tf.registerKernel({
      kernelName: name,
      backendName: 'wasm',
      kernelFunc: withExplicitPadding(tf, kernelFunc, depthwise),
      ...(setupFunc && { setupFunc }),
    });
  }
  for (const kernel of tf.getKernelsForBackend('cpu')) {
    const { kernelName } = kernel;
    if (kernelName in own) continue;
    if (!has.has(kernelName) || WRONG.includes(kernelName)) {
      register(kernelName, detour(kernel, createCpu));
    }
  }
  for (const [name, kernelFunc] of Object.entries(own)) register(name, kernelFunc);
}

interface ConvAttributes {
  strides: [number, number] | number;
  pad: unknown;
  dilations?: [number, number] | number;
}

/**
 * Where a stride is larger than the kernel, `same` can need no padding at all and still leave columns
 * over; wasm's convolution refuses that and leaves its output zero. With the padding spelt out as
 * numbers it computes it.
 */
function withExplicitPadding(
  tf: TfNamespace,
  kernelFunc: KernelFunc,
  depthwise: boolean,
): KernelFunc {
  return (parameters) => {
    const attrs = parameters.attrs as unknown as ConvAttributes;
    if (attrs.pad !== 'same') return kernelFunc(parameters);
    const { x, filter } = parameters.inputs as { x: TensorInfo; filter: TensorInfo };
    type Shape4 = [number, number, number, number];
    const info = tf.backend_util.computeConv2DInfo(
      x.shape as Shape4,
      filter.shape as Shape4,
      attrs.strides,
      attrs.dilations ?? 1,
      'same',
      undefined,
      depthwise,
    );
    const over = (input: number, output: number, stride: number, kernel: number): boolean =>
      (output - 1) * stride + kernel < input;
    const leavesOver =
      over(info.inHeight, info.outHeight, info.strideHeight, info.effectiveFilterHeight) ||
      over(info.inWidth, info.outWidth, info.strideWidth, info.effectiveFilterWidth);
    if (!leavesOver) return kernelFunc(parameters);
    const { top, bottom, left, right } = info.padInfo;
    const pad = [
      [0, 0],
      [top, bottom],
      [left, right],
      [0, 0],
    ];
    return kernelFunc({ ...parameters, attrs: { ...parameters.attrs, pad } });
  };
}

/** A kernel for wasm that runs the cpu kernel on views of the heap and copies its results back. */
function detour(kernel: KernelConfig, createCpu: () => CpuBackend): KernelFunc {
  return ({ inputs, attrs, backend }) => {
    const wasm = backend as unknown as BackendWasm;
    // A backend of its own for each call: nothing that a kernel forgets can pile up.
    const cpu = createCpu();
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
    throw new NeedsCpu(
      'Complex numbers (FFT, STFT) do not run on the wasm backend: choose webgl or cpu in the setting gradientLens.backend.',
    );
  }
  const Stored = dtype === 'int32' ? Int32Array : dtype === 'bool' ? Uint8Array : Float32Array;
  const ready = numbers instanceof Stored && numbers.buffer !== heap;
  return ready ? numbers : Stored.from(numbers);
}
