// The fast summaries of float32 values, in JavaScript and by the wasm kernel, against the core's.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';
import type { TensorSummary } from '../../../src/shared/core/stepRecord';
import { summarize } from '../../../src/shared/core/summary';
import { summarizeFloat32 } from '../../../webview/runtime/statistics/float32';
import { summarizeDifference } from '../../../webview/runtime/statistics/typedArray';
import { HeapKernel } from '../../../webview/runtime/statistics/wasm/kernel';
import { numbers } from './tapped';

const n = numbers(5000, 3);
const CASES: Record<string, Float32Array> = {
  noise: n,
  tiny: n.map((v) => v * 1e-30),
  huge: n.map((v) => v * 1e30),
  'all magnitudes, subnormals too': n.map((v, i) => v * 2 ** ((i % 240) - 148)),
  'huge outlier first': n.map((v, i) => (i === 0 ? 1e6 : v)),
  'huge outlier last': n.map((v, i) => (i === 4999 ? -1e6 : v)),
  'mean far above std': n.map((v) => 1e6 + v),
  'zeros of both signs': n.map((v, i) => (i % 3 === 0 ? 0 : i % 3 === 1 ? -0 : v)),
  'zero first': n.map((v, i) => (i === 0 ? 0 : v)),
  'all zero': new Float32Array(10),
  'all negative zero': new Float32Array(10).fill(-0),
  'non-finite mix': n.map((v, i) => [NaN, Infinity, -Infinity, v][i % 4]!),
  'nothing finite': Float32Array.of(NaN, -Infinity, Infinity, NaN),
  'one element': Float32Array.of(-2.5),
  empty: new Float32Array(0),
  'a view with an offset': new Float32Array(n.buffer, 40, 1000),
};

function assertSame(actual: TensorSummary, values: Float32Array): void {
  const { mean, std, norm, ...exact } = actual;
  const { mean: meanThere, std: stdThere, norm: normThere, ...exactThere } = summarize(values);
  assert.deepEqual(exact, exactThere);
  const size = normThere / Math.sqrt(Math.max(1, values.length));
  assert.ok(Math.abs(mean - meanThere) <= 1e-12 * size, `mean ${mean}`);
  assert.ok(Math.abs(std - stdThere) <= 1e-9 * stdThere, `std ${std}, expected ${stdThere}`);
  assert.ok(Math.abs(norm - normThere) <= 1e-9 * normThere, `norm ${norm}`);
}

describe('summarizeFloat32', () => {
  for (const [name, values] of Object.entries(CASES)) {
    it(name, () => assertSame(summarizeFloat32(values), values));
  }
});

/** A heap as tfjs's backend has one, on which nothing is ever freed. */
class Heap {
  readonly memory = new WebAssembly.Memory({ initial: 16 });
  freed = 0;
  #next = 64;

  malloc = (bytes: number): number => {
    const address = this.#next;
    this.#next += Math.ceil(bytes / 16) * 16;
    return address;
  };

  free = (): void => {
    this.freed++;
  };

  /** Copies values to the heap. */
  put(values: Float32Array): number {
    const address = this.malloc(values.byteLength);
    new Float32Array(this.memory.buffer, address, values.length).set(values);
    return address;
  }
}

describe('the wasm kernel', () => {
  const heap = new Heap();
  const kernel = new HeapKernel(heap.memory, heap);
  const finite = (values: Float32Array): boolean => values.every((x) => x - x === 0);

  for (const [name, values] of Object.entries(CASES)) {
    if (values.length === 0) continue;
    it(name, () => {
      const summary = kernel.summarize(heap.put(values), values.length);
      if (finite(values)) assertSame(summary!, values);
      else assert.equal(summary, undefined);
    });
  }

  it('every length around four and around where it counts in four tables', () => {
    for (const length of [1, 2, 3, 4, 5, 7, 8, 9, 511, 512, 513, 514, 515]) {
      const values = n.subarray(0, length);
      assertSame(kernel.summarize(heap.put(values), length)!, values);
    }
  });

  it('changes, also where a difference overflows or is not finite', () => {
    for (const length of [1, 2, 3, 4, 5, 64, 1001]) {
      const a = n.subarray(0, length);
      const b = a.map((v, i) => v + 1e-3 * (n[4000 - i] ?? 0));
      const squares = kernel.squaredChange(heap.put(a), heap.put(b), length);
      const { norm } = summarizeDifference(Float64Array.from(a), Float64Array.from(b));
      assert.ok(Math.abs(Math.sqrt(squares) - norm) <= 1e-12 * norm, `${length}: ${squares}`);
    }
    for (const [x, y] of [
      [NaN, 1],
      [Infinity, 1],
      [3e38, -3e38],
    ] as const) {
      // prettier-ignore
      const change = kernel.squaredChange(
        heap.put(Float32Array.of(1, 2, x, 4, 5)),
        heap.put(Float32Array.of(1, 2, y, 4, 5)),
        5,
      );
      assert.ok(!Number.isFinite(change), `${x} − ${y}`);
    }
  });

  it('goes on after the heap has grown', () => {
    const values = n.subarray(0, 100);
    const address = heap.put(values);
    heap.memory.grow(4);
    assertSame(kernel.summarize(address, 100)!, values);
  });

  it('frees what it took', () => {
    kernel.dispose();
    assert.equal(heap.freed, 1);
  });

  it('is compiled of the source as it is now', async () => {
    const script = path.join(import.meta.dirname, '../../../scripts/kernels.mjs');
    await promisify(execFile)(process.execPath, [script, '--check']);
  }).timeout(60_000);
});
