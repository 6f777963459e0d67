// Statistics on the host side: for backends whose tensors live in memory (cpu: the values themselves,
// wasm: a view of its heap, no copy), and for any other backend by reading each tensor.
import { emptySummary, summarize, type NumericArray } from '../../../src/shared/core/summary';
import type { TensorSummary } from '../../../src/shared/core/stepRecord';
import { summarizeFloat32 } from './float32';
import type {
  PendingSummaries,
  StatisticsEngine,
  Tensor,
  TfNamespace,
} from '../../../src/shared/tap/types';

/** The values of a tensor. The array is used before anything else runs, so it may be a view. */
export type ReadValues = (tensor: Tensor) => NumericArray;

/** Summaries that are known already. */
export class KnownSummaries implements PendingSummaries {
  readonly #summaries: TensorSummary[];

  constructor(summaries: TensorSummary[]) {
    this.#summaries = summaries;
  }

  isReady(): boolean {
    return true;
  }

  take(): TensorSummary[] {
    return this.#summaries;
  }

  discard(): void {
    this.#summaries.length = 0;
  }
}

/** Summarizes at once, in one float64 pass over the values that `read` gives. */
export function createTypedArrayStatistics(read: ReadValues): StatisticsEngine {
  return {
    measure: (items) =>
      new KnownSummaries(
        items.map((item) =>
          'minuend' in item
            ? summarizeDifference(read(item.minuend), read(item.subtrahend))
            : summarizeValues(read(item)),
        ),
      ),
    submit: () => undefined,
    dispose: () => undefined,
  };
}

/** Summarizes a − b, rounded to float32 as the backends would: of a difference only the norm is asked. */
export function summarizeDifference(a: NumericArray, b: NumericArray): TensorSummary {
  const fast = a instanceof Float32Array && b instanceof Float32Array;
  let squares = fast ? squaredChange(a, b) : NaN;
  if (squares - squares !== 0) {
    squares = 0;
    for (let i = 0; i < a.length; i++) {
      const change = Math.fround((a[i] as number) - (b[i] as number));
      if (change - change === 0) squares += change * change;
    }
  }
  return summaryOfDifference(a.length, Math.sqrt(squares));
}

/** Σ(a − b)²; not finite where a difference is not. Two sums, because an addition waits for the last. */
function squaredChange(a: Float32Array, b: Float32Array): number {
  let even = 0;
  let odd = 0;
  const pairs = a.length - (a.length % 2);
  for (let i = 0; i < pairs; i += 2) {
    const change = Math.fround((a[i] as number) - (b[i] as number));
    const next = Math.fround((a[i + 1] as number) - (b[i + 1] as number));
    even += change * change;
    odd += next * next;
  }
  const last = pairs < a.length ? Math.fround((a[pairs] as number) - (b[pairs] as number)) : 0;
  return even + odd + last * last;
}

/** Shared by all differences, which have none. */
const NO_SUMMARY = emptySummary();

/** All that is told of a difference. */
export function summaryOfDifference(count: number, norm: number): TensorSummary {
  return { ...NO_SUMMARY, count, norm };
}

/** Below this many elements, the fixed cost of the fast way is more than what it saves. */
const WORTH_IT = 32;

/** Summarizes values of any type, long float32 arrays the fast way. */
export function summarizeValues(values: NumericArray): TensorSummary {
  return values instanceof Float32Array && values.length >= WORTH_IT
    ? summarizeFloat32(values)
    : summarize(values);
}

/** The cpu backend's own storage. */
interface CpuBackend {
  data: { has(id: object): boolean; get(id: object): { values?: unknown } };
}

/** Values of a tensor on the cpu backend, without copying them. */
export function readCpu(tf: TfNamespace): ReadValues {
  return (tensor) => {
    const { data } = tf.backend() as unknown as Partial<CpuBackend>;
    const values = data?.has(tensor.dataId) === true ? data.get(tensor.dataId).values : undefined;
    return isNumeric(values) ? values : tensor.dataSync();
  };
}

/** The wasm backend's view of a tensor in its heap; valid until the heap grows. */
interface WasmBackend {
  dataIdMap: { has(id: object): boolean; get(id: object): { memoryOffset?: number | null } };
  typedArrayFromHeap(tensor: Tensor): unknown;
}

/** Values of a tensor on the wasm backend: a view of the heap, without copying it. */
export function readWasm(tf: TfNamespace): ReadValues {
  return (tensor) => {
    const backend = tf.backend() as unknown as Partial<WasmBackend>;
    const known = backend.dataIdMap?.has(tensor.dataId) === true;
    if (!known || backend.typedArrayFromHeap === undefined) return tensor.dataSync();
    const view = backend.typedArrayFromHeap(tensor);
    return isNumeric(view) ? view : tensor.dataSync();
  };
}

/**
 * Values of a tensor of TensorFlow's binary, which are copied at each read and kept nowhere: one copy costs
 * less than the native operations, each with its own call and result, that a summary takes.
 */
export const readAgain: ReadValues = (tensor) => tensor.dataSync();

/**
 * Values of a tensor on any other backend. Read from a copy, because the WebGL backend keeps what it
 * has read beside the texture, for as long as the user keeps the tensor.
 */
export function readCopy(tf: TfNamespace): ReadValues {
  const { mul } = tf;
  return (tensor) => {
    // Multiplying by 1 changes no bit of a float32, NaN payloads apart.
    const copy = mul(tensor, 1);
    const values = copy.dataSync();
    copy.dispose();
    return values;
  };
}

/** The types that hold numbers of tensors; complex and string tensors have none. */
function isNumeric(values: unknown): values is NumericArray {
  return (
    values instanceof Float32Array || values instanceof Int32Array || values instanceof Uint8Array
  );
}
