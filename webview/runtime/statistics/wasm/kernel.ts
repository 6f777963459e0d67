// The statistics kernel on the memory of tfjs's wasm backend.
import { nonFiniteIn, HEADS, summaryOfPass, zerosOrSubnormalIn } from '../pass';
import type { TensorSummary } from '../../../../src/shared/core/stepRecord';
import { KERNEL } from './binary';

/** What webview/kernels/summary.ts exports. Addresses are bytes from the beginning of the memory. */
interface Exports {
  scratchBytes(): number;
  summarize(values: number, size: number, scratch: number): void;
  countBits(values: number, size: number, bits: number): number;
  squaredChange(a: number, b: number, size: number): number;
}

/** Bits of 0 and −0. */
const ZERO = 0;
const NEGATIVE_ZERO = 0x80000000 | 0;

/** Words before the counts: eight float64, of which the pass uses five. */
const MOMENTS = 8;

const NO_ZEROS = { positive: 0, negative: 0 };

/** Gives memory on the heap; the address is a multiple of 16. */
export interface Allocator {
  malloc(bytes: number): number;
  free(address: number): void;
}

/** Summarizes float32 tensors where they lie. */
export class HeapKernel {
  readonly #memory: WebAssembly.Memory;
  readonly #allocator: Allocator;
  readonly #exports: Exports;
  readonly #scratch: number;
  /** Views of the scratch memory; made anew after the heap has grown. */
  #views: { buffer: ArrayBuffer; moments: Float64Array; counts: Uint32Array };

  /** Throws where wasm with SIMD cannot be compiled. */
  constructor(memory: WebAssembly.Memory, allocator: Allocator) {
    const binary = Uint8Array.from(atob(KERNEL), (c) => c.charCodeAt(0));
    const instance = new WebAssembly.Instance(new WebAssembly.Module(binary), { env: { memory } });
    this.#memory = memory;
    this.#allocator = allocator;
    this.#exports = instance.exports as unknown as Exports;
    this.#scratch = allocator.malloc(this.#exports.scratchBytes());
    this.#views = this.#view();
  }

  /** The summary of `size` elements, at least one, at `address`; undefined where one is not finite. */
  summarize(address: number, size: number): TensorSummary | undefined {
    this.#exports.summarize(address, size, this.#scratch);
    if (this.#views.buffer !== this.#memory.buffer) this.#views = this.#view();
    const { moments, counts } = this.#views;
    if (nonFiniteIn(counts) > 0) return undefined;
    const zeros =
      zerosOrSubnormalIn(counts) === 0
        ? NO_ZEROS
        : {
            positive: this.#exports.countBits(address, size, ZERO),
            negative: this.#exports.countBits(address, size, NEGATIVE_ZERO),
          };
    // By index: taking a typed array apart goes by its iterator, which costs more than a small tensor's pass.
    const moment = (i: number): number => moments[i] as number;
    const [pivot, sum, squares] = [moment(0), moment(1), moment(2)];
    const pass = { pivot, sum, squares, min: moment(3), max: moment(4) };
    return summaryOfPass(size, pass, counts, zeros);
  }

  /** Σ(a − b)² of two tensors of `size` elements; not finite where a difference is not. */
  squaredChange(a: number, b: number, size: number): number {
    return this.#exports.squaredChange(a, b, size);
  }

  dispose(): void {
    this.#allocator.free(this.#scratch);
  }

  #view(): { buffer: ArrayBuffer; moments: Float64Array; counts: Uint32Array } {
    const { buffer } = this.#memory;
    const moments = new Float64Array(buffer, this.#scratch, MOMENTS);
    const counts = new Uint32Array(buffer, this.#scratch + moments.byteLength, HEADS);
    return { buffer, moments, counts };
  }
}
