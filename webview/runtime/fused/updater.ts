// Applies gradients by a recipe: an engine computes the new weight and slots of each variable, which it
// then takes over, as it takes over the results of tfjs's own update.
import type { NamedTensorMap, Optimizer, Tensor, Variable } from '@tensorflow/tfjs';
import type { TfNamespace } from '../../../src/shared/tap/types';
import type { Role, Update, UpdateEngine } from './engine';
import type { Recipe, Slot } from './recipe';

/** Gradients as `Optimizer.applyGradients` takes them. */
export type Gradients = NamedTensorMap | { name: string; tensor: Tensor }[];

/** A variable's name and its gradient, which is absent where the loss does not depend on it. */
type Entry = [name: string, gradient: Tensor | null | undefined];

interface CountingOptimizer {
  incrementIterations(): void;
}

/** Updates the variables of one optimizer. */
export class Updater {
  readonly #tf: TfNamespace;
  readonly #engine: UpdateEngine;
  readonly #recipe: Recipe;

  /** @param engine That of the recipe, or of one with the same formulas. It stays the caller's. */
  constructor(tf: TfNamespace, engine: UpdateEngine, recipe: Recipe) {
    this.#tf = tf;
    this.#engine = engine;
    this.#recipe = recipe;
  }

  /**
   * Takes one optimizer step; `optimizer` is the one of the recipe. False, with nothing done, where a
   * tensor lies in a way that the engine cannot read: then tfjs's own update has to do the step.
   */
  apply(optimizer: Optimizer, gradients: Gradients): boolean {
    const entries: Entry[] = Array.isArray(gradients)
      ? gradients.map(({ name, tensor }): Entry => [name, tensor])
      : Object.entries(gradients);
    const slots = this.#recipe.slots();
    const readable = entries.every(([name, gradient], i) => {
      const weight = this.#variable(name);
      return (
        weight !== undefined &&
        this.#canRead(weight, 'weight', weight) &&
        slots.every(({ list }) => !list[i] || this.#canRead(list[i].variable, 'slot', weight)) &&
        (isAbsent(gradient) || this.#canRead(gradient, 'gradient', weight))
      );
    });
    if (!readable) return false;
    const updates: Update[] = [];
    entries.forEach(([name, gradient], i) => {
      const weight = this.#variable(name);
      if (weight === undefined) return;
      const variables = slots.map((slot) => this.#slotVariable(slot, i, weight));
      // As in tfjs, a variable that the loss does not depend on gets its slots, and stays as it is.
      if (!isAbsent(gradient)) updates.push({ weight, gradient, slots: variables });
    });
    this.#tf.tidy(() => {
      this.#engine.run(this.#recipe.values(), updates);
      this.#recipe.finish();
    });
    (optimizer as unknown as CountingOptimizer).incrementIterations();
    return true;
  }

  #variable(name: string): Variable | undefined {
    return this.#tf.engine().registeredVariables[name];
  }

  #canRead(tensor: Tensor, role: Role, weight: Variable): boolean {
    const alike = this.#tf.util.arraysEqual(tensor.shape, weight.shape);
    const fits = alike && tensor.dtype === 'float32' && !tensor.isDisposed;
    return fits && this.#engine.canRead(tensor, role, weight);
  }

  /** The slot of the i-th variable, made at its first step as tfjs does. */
  #slotVariable({ list, suffix, initial }: Slot, i: number, weight: Variable): Variable {
    const known = list[i];
    if (known) return known.variable;
    const { tidy, tensor, variable: makeVariable } = this.#tf;
    const values = new Float32Array(weight.size).fill(initial);
    const variable = tidy(() => makeVariable(tensor(values, weight.shape), false));
    list[i] = { originalName: `${weight.name}/${suffix}`, variable };
    this.#engine.onNewSlot?.(variable, values[0] ?? 0);
    return variable;
  }
}

function isAbsent(gradient: Tensor | null | undefined): gradient is null | undefined {
  return gradient === null || gradient === undefined;
}
