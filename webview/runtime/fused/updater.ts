// Applies gradients by a recipe: one draw per variable computes the new weight and slots, which the
// variables then take over, as they take over the results of tfjs's own update.
import type { NamedTensorMap, Optimizer, Tensor, Variable } from '@tensorflow/tfjs';
import type { TfNamespace } from '../../../src/shared/tap/types';
import type { TextureView } from '../statistics/webgl/textures';
import {
  allocatePacked,
  hasBlocksOf,
  isInMemory,
  matrixOf,
  requireView,
  uploadPacked,
  viewOf,
  type Canvas,
  type UpdateBackend,
} from './backend';
import type { Draw, UpdateProgram } from './program';
import type { Recipe, Slot } from './recipe';
import { GEOMETRY_ROWS, PLACE } from './shader';

/** Gradients as `Optimizer.applyGradients` takes them. */
export type Gradients = NamedTensorMap | { name: string; tensor: Tensor }[];

/** A variable's name and its gradient, which is absent where the loss does not depend on it. */
type Entry = [name: string, gradient: Tensor | null | undefined];

/** A variable to update. */
interface Update {
  weight: Variable;
  gradient: Tensor;
  slots: Variable[];
}

interface CountingOptimizer {
  incrementIterations(): void;
}

/** Updates the variables of one optimizer. */
export class Updater {
  readonly #tf: TfNamespace;
  readonly #backend: UpdateBackend;
  readonly #recipe: Recipe;
  readonly #program: UpdateProgram;
  /** Slots that were made here and never written: their texture is spared. */
  readonly #untouched = new WeakMap<Tensor, number>();

  /** @param program That of the recipe, or of one with the same formulas. It stays the caller's. */
  constructor(tf: TfNamespace, backend: UpdateBackend, recipe: Recipe, program: UpdateProgram) {
    this.#tf = tf;
    this.#backend = backend;
    this.#recipe = recipe;
    this.#program = program;
  }

  /**
   * Takes one optimizer step; `optimizer` is the one of the recipe. False, with nothing done, where a
   * tensor lies in a way that the program cannot read: then tfjs's own update has to do the step.
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
        this.#canRead(weight) &&
        slots.every(({ list }) => !list[i] || this.#canReadSlot(list[i].variable, weight)) &&
        (isAbsent(gradient) || this.#canTake(gradient, weight))
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
      this.#program.run(this.#recipe.values(), this.#draws(updates, slots));
      this.#recipe.finish();
    });
    (optimizer as unknown as CountingOptimizer).incrementIterations();
    return true;
  }

  #variable(name: string): Variable | undefined {
    return this.#tf.engine().registeredVariables[name];
  }

  /** Whether a weight can be read where it is, or uploaded. */
  #canRead(weight: Variable): boolean {
    const found = viewOf(this.#backend, weight) !== undefined || isInMemory(this.#backend, weight);
    return found && this.#fits(weight, weight);
  }

  /** Slots are in the blocks of the weight from their first update on. */
  #canReadSlot(slot: Variable, weight: Variable): boolean {
    if (!this.#fits(slot, weight)) return false;
    const view = viewOf(this.#backend, slot);
    if (view === undefined) return isInMemory(this.#backend, slot);
    return view.layout !== 'unpacked' && hasBlocksOf(view, weight.shape);
  }

  /** Where the gradient is in memory, tfjs may compute in JavaScript: that is left to it. */
  #canTake(gradient: Tensor, weight: Variable): boolean {
    return this.#fits(gradient, weight) && viewOf(this.#backend, gradient) !== undefined;
  }

  #fits(tensor: Tensor, weight: Variable): boolean {
    const alike = this.#tf.util.arraysEqual(tensor.shape, weight.shape);
    return alike && tensor.dtype === 'float32' && !tensor.isDisposed;
  }

  /** The slot of the i-th variable, made at its first step as tfjs does. */
  #slotVariable({ list, suffix, initial }: Slot, i: number, weight: Variable): Variable {
    const known = list[i];
    if (known) return known.variable;
    const { tidy, tensor, variable: makeVariable } = this.#tf;
    const values = new Float32Array(weight.size).fill(initial);
    const variable = tidy(() => makeVariable(tensor(values, weight.shape), false));
    list[i] = { originalName: `${weight.name}/${suffix}`, variable };
    this.#untouched.set(variable, values[0] ?? 0);
    return variable;
  }

  /** Prepares each draw, and hands its results over when it is done. */
  *#draws(updates: readonly Update[], slots: readonly Slot[]): Generator<Draw> {
    const geometry = new Int32Array(4 * (GEOMETRY_ROWS + 2 + slots.length));
    for (const { weight, gradient, slots: variables } of updates) {
      const changed = [weight, ...variables];
      const inputs = [gradient, ...changed].map((tensor, i) =>
        this.#place(tensor, gradient, geometry.subarray(4 * (GEOMETRY_ROWS + i))),
      );
      const results = changed.map(({ shape }) => allocatePacked(this.#tf, this.#backend, shape));
      const [{ view, height }] = results as [Canvas];
      const { rows, columns } = matrixOf(weight.shape);
      geometry.set([view.width, view.columns, view.rows, 0, columns, rows]);
      const targets = results.map((result) => result.view.texture);
      yield { geometry, inputs, targets, width: view.width, height };
      results.forEach(({ tensor }, i) => {
        changed[i]?.assign(tensor);
        tensor.dispose();
      });
    }
  }

  /** Writes into `row` how an input lies, and gives the texture to read. */
  #place(tensor: Tensor, gradient: Tensor, row: Int32Array): WebGLTexture {
    const constant = this.#untouched.get(tensor);
    if (constant !== undefined) {
      this.#untouched.delete(tensor);
      row.set([PLACE.constant, 1, floatBits(constant)]);
      // Not read, but a texture has to be bound.
      return requireView(this.#backend, gradient).texture;
    }
    if (isInMemory(this.#backend, tensor)) uploadPacked(this.#backend, tensor);
    const view = requireView(this.#backend, tensor);
    const { layout, width, texture } = view;
    if (layout === 'unpacked') row.set([PLACE.unpacked, width]);
    else if (hasBlocksOf(view, tensor.shape)) row.set([PLACE.packed, width]);
    else row.set([PLACE.reshaped, width, elementColumns(view), elementRows(view)]);
    return texture;
  }
}

function isAbsent(gradient: Tensor | null | undefined): gradient is null | undefined {
  return gradient === null || gradient === undefined;
}

function elementColumns({ columns, oddColumns }: TextureView): number {
  return 2 * columns - (oddColumns ? 1 : 0);
}

function elementRows({ rows, oddRows }: TextureView): number {
  return 2 * rows - (oddRows ? 1 : 0);
}

function floatBits(value: number): number {
  return new Int32Array(Float32Array.of(value).buffer)[0] ?? 0;
}
