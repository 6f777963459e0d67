// Fused updates on WebGL: one draw per variable, from the textures of tfjs into new ones.
import type { Tensor, Variable } from '@tensorflow/tfjs';
import type { TfNamespace } from '../../../../src/shared/tap/types';
import type { TextureView } from '../../statistics/webgl/textures';
import type { Role, Update, UpdateEngine } from '../engine';
import type { Recipe } from '../recipe';
import {
  allocatePacked,
  hasBlocksOf,
  isInMemory,
  matrixOf,
  requireView,
  updateBackend,
  uploadPacked,
  viewOf,
  type Canvas,
  type UpdateBackend,
} from './backend';
import { UpdateProgram, type Draw } from './program';
import { GEOMETRY_ROWS, PLACE } from './shader';

/** The engine; undefined where `tf` does not train on WebGL 2, or the device refuses the program. */
export function createWebglEngine(tf: TfNamespace, recipe: Recipe): UpdateEngine | undefined {
  const backend = updateBackend(tf);
  const program = backend && UpdateProgram.compile(backend.gpgpu.gl, recipe);
  return program && new WebglEngine(tf, backend, program);
}

class WebglEngine implements UpdateEngine {
  readonly #tf: TfNamespace;
  readonly #backend: UpdateBackend;
  readonly #program: UpdateProgram;
  /** Slots that were made here and never written: their texture is spared. */
  readonly #untouched = new WeakMap<Tensor, number>();

  constructor(tf: TfNamespace, backend: UpdateBackend, program: UpdateProgram) {
    this.#tf = tf;
    this.#backend = backend;
    this.#program = program;
  }

  canRead(tensor: Tensor, role: Role, weight: Variable): boolean {
    const view = viewOf(this.#backend, tensor);
    // Where the gradient is in memory, tfjs may compute in JavaScript: that is left to it.
    if (view === undefined) return role !== 'gradient' && isInMemory(this.#backend, tensor);
    // Slots are in the blocks of the weight from their first update on.
    return role !== 'slot' || (view.layout !== 'unpacked' && hasBlocksOf(view, weight.shape));
  }

  onNewSlot(slot: Variable, initial: number): void {
    this.#untouched.set(slot, initial);
  }

  run(numbers: readonly number[], updates: readonly Update[]): void {
    this.#program.run(numbers, this.#draws(updates));
  }

  dispose(): void {
    this.#program.dispose();
  }

  /** Prepares each draw, and hands its results over when it is done. */
  *#draws(updates: readonly Update[]): Generator<Draw> {
    const slots = updates[0]?.slots.length ?? 0;
    const geometry = new Int32Array(4 * (GEOMETRY_ROWS + 2 + slots));
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

function elementColumns({ columns, oddColumns }: TextureView): number {
  return 2 * columns - (oddColumns ? 1 : 0);
}

function elementRows({ rows, oddRows }: TextureView): number {
  return 2 * rows - (oddRows ? 1 : 0);
}

function floatBits(value: number): number {
  return new Int32Array(Float32Array.of(value).buffer)[0] ?? 0;
}
