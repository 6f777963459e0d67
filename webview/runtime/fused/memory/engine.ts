// Fused updates on the cpu backend: the formulas over stretches of the arrays that it keeps, short enough to stay
// in the processor's cache, in place of a tensor for every operation.
import type { Tensor } from '@tensorflow/tfjs';
import type { TfNamespace } from '../../../../src/shared/tap/types';
import { readCpu } from '../../statistics/typedArray';
import type { Update, UpdateEngine } from '../engine';
import { namesOf, type Recipe } from '../recipe';
import { ArrayFormulas } from './arrays';

/** The engine; undefined on any other backend. */
export function createMemoryEngine(tf: TfNamespace, recipe: Recipe): UpdateEngine | undefined {
  return tf.getBackend() === 'cpu' ? new MemoryEngine(tf, recipe) : undefined;
}

class MemoryEngine implements UpdateEngine {
  readonly #tf: TfNamespace;
  readonly #formulas: ArrayFormulas;
  readonly #read: (tensor: Tensor) => unknown;

  constructor(tf: TfNamespace, recipe: Recipe) {
    this.#tf = tf;
    this.#formulas = new ArrayFormulas(recipe.formulas, namesOf(recipe));
    this.#read = readCpu(tf);
  }

  canRead(tensor: Tensor): boolean {
    return this.#tf.getBackend() === 'cpu' && this.#read(tensor) instanceof Float32Array;
  }

  run(numbers: readonly number[], updates: readonly Update[]): void {
    this.#formulas.setNumbers(numbers);
    for (const { weight, gradient, slots } of updates) {
      const changed = [weight, ...slots];
      const inputs = [gradient, ...changed].map((tensor) => this.#read(tensor) as Float32Array);
      const results = changed.map(({ size }) => new Float32Array(size));
      this.#formulas.run(inputs, results);
      results.forEach((values, i) => changed[i]?.assign(this.#tf.tensor(values, weight.shape)));
    }
  }

  dispose(): void {
    // Nothing but arrays.
  }
}
