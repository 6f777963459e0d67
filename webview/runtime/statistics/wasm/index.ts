// Statistics on the wasm backend: float32 tensors are summarized on its heap by a kernel with SIMD, all
// others as in any memory.
import type {
  Measured,
  StatisticsEngine,
  Tensor,
  TfNamespace,
} from '../../../../src/shared/tap/types';
import type { TensorSummary } from '../../../../src/shared/core/stepRecord';
import {
  KnownSummaries,
  readWasm,
  summarizeDifference,
  summarizeValues,
  summaryOfDifference,
} from '../typedArray';
import { HeapKernel } from './kernel';

/** What is used of tfjs's backend. */
interface WasmBackend {
  wasm: {
    _malloc(bytes: number): number;
    _free(address: number): void;
    /** The exports of the module, its heap among them. */
    asm?: { memory?: WebAssembly.Memory };
  };
  dataIdMap: { has(id: object): boolean; get(id: object): { memoryOffset?: number | null } };
}

/** The engine, or undefined where the kernel cannot run. Its backend has to be started. */
export function createWasmStatistics(tf: TfNamespace): StatisticsEngine | undefined {
  const backend = tf.backend() as unknown as Partial<WasmBackend>;
  const { wasm, dataIdMap } = backend;
  const memory = wasm?.asm?.memory;
  if (memory === undefined || wasm === undefined || dataIdMap === undefined) return undefined;
  const kernel = createKernel(memory, wasm);
  if (kernel === undefined) return undefined;
  const read = readWasm(tf);
  /** Where a float32 tensor lies; undefined for any other, and for one that lies elsewhere. */
  const addressOf = (tensor: Tensor): number | undefined => {
    if (tensor.dtype !== 'float32' || tensor.size === 0) return undefined;
    const isHere = dataIdMap.has(tensor.dataId);
    return isHere ? (dataIdMap.get(tensor.dataId).memoryOffset ?? undefined) : undefined;
  };
  const summaryOf = (tensor: Tensor): TensorSummary => {
    const address = addressOf(tensor);
    const summary = address === undefined ? undefined : kernel.summarize(address, tensor.size);
    return summary ?? summarizeValues(read(tensor));
  };
  const summaryOfItem = (item: Measured): TensorSummary => {
    if (!('minuend' in item)) return summaryOf(item);
    const { minuend, subtrahend } = item;
    const [a, b] = [addressOf(minuend), addressOf(subtrahend)];
    if (a !== undefined && b !== undefined) {
      const squares = kernel.squaredChange(a, b, minuend.size);
      if (Number.isFinite(squares)) return summaryOfDifference(minuend.size, Math.sqrt(squares));
    }
    return summarizeDifference(read(minuend), read(subtrahend));
  };
  return {
    measure: (items) => new KnownSummaries(items.map(summaryOfItem)),
    submit: () => undefined,
    dispose: () => kernel.dispose(),
  };
}

function createKernel(
  memory: WebAssembly.Memory,
  wasm: WasmBackend['wasm'],
): HeapKernel | undefined {
  try {
    return new HeapKernel(memory, {
      malloc: (bytes) => wasm._malloc(bytes),
      free: (address) => wasm._free(address),
    });
  } catch {
    return undefined; // Without SIMD, or on memory shared by threads: the pass in JavaScript serves.
  }
}
