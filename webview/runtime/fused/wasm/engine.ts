// Fused updates on the wasm backend: one pass over its heap per variable, by a function compiled of the formulas.
import type { Tensor, TensorInfo } from '@tensorflow/tfjs';
import type { TfNamespace } from '../../../../src/shared/tap/types';
import type { Update, UpdateEngine } from '../engine';
import { namesOf, type Recipe } from '../recipe';
import { compileUpdate, type CompiledUpdate } from './compile';

/** What is used of the backend of tfjs 4.22. */
interface WasmBackend {
  wasm: { asm?: { memory?: WebAssembly.Memory } };
  dataIdMap: { has(id: object): boolean; get(id: object): { memoryOffset?: number | null } };
  makeOutput(shape: number[], dtype: 'float32'): TensorInfo;
}

/** The engine; undefined on any other backend, and without SIMD or with a memory shared by threads. */
export function createWasmEngine(tf: TfNamespace, recipe: Recipe): UpdateEngine | undefined {
  if (tf.getBackend() !== 'wasm') return undefined;
  const backend = tf.backend() as unknown as Partial<WasmBackend>;
  const { wasm, dataIdMap, makeOutput } = backend;
  const memory = wasm?.asm?.memory;
  if (memory === undefined || dataIdMap === undefined || makeOutput === undefined) return undefined;
  try {
    const update = compileUpdate(recipe.formulas, namesOf(recipe), memory);
    return new WasmEngine(tf, backend as WasmBackend, update);
  } catch {
    return undefined; // tfjs's own update serves.
  }
}

const FLOAT_BYTES = 4;

class WasmEngine implements UpdateEngine {
  readonly #tf: TfNamespace;
  readonly #backend: WasmBackend;
  readonly #update: CompiledUpdate;

  constructor(tf: TfNamespace, backend: WasmBackend, update: CompiledUpdate) {
    this.#tf = tf;
    this.#backend = backend;
    this.#update = update;
  }

  canRead({ dataId, size }: Tensor): boolean {
    return size > 0 && this.#backend.dataIdMap.has(dataId) && this.#tf.getBackend() === 'wasm';
  }

  run(numbers: readonly number[], updates: readonly Update[]): void {
    const engine = this.#tf.engine();
    for (const { weight, gradient, slots } of updates) {
      const changed = [weight, ...slots];
      const results = changed.map(({ shape }) =>
        engine.makeTensorFromTensorInfo(this.#backend.makeOutput(shape, 'float32')),
      );
      const addresses = [gradient, ...changed, ...results].map((tensor) => this.#addressOf(tensor));
      this.#update(FLOAT_BYTES * weight.size, ...addresses, ...numbers);
      results.forEach((tensor, i) => {
        changed[i]?.assign(tensor);
        tensor.dispose();
      });
    }
  }

  dispose(): void {
    // The function goes with the last reference to it.
  }

  #addressOf({ dataId }: Tensor): number {
    return this.#backend.dataIdMap.get(dataId).memoryOffset ?? 0;
  }
}
