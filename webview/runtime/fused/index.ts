// Fused optimizer updates on WebGL: one program per variable in place of the dozen operations of tfjs,
// only where this device proves that the bits are the same.
import type { Optimizer } from '@tensorflow/tfjs';
import type { TfNamespace } from '../../../src/shared/tap/types';
import { updateBackend } from './backend';
import { provesEqual } from './proof';
import { UpdateProgram } from './program';
import type { RecipeFinder } from './recipe';
import { ownUpdate, recipeOf } from './recipes';
import { Updater, type Gradients } from './updater';

/** Fused updates at work on an optimizer. */
export interface FusedUpdates {
  /** Updates made by the program; the others were left to tfjs, for where their tensors lay. */
  readonly count: number;
  /** Gives the optimizer its own update back, and frees the program. */
  dispose(): void;
}

/**
 * Replaces the update of `optimizer` by a fused one. Undefined, with nothing changed, where its class
 * has none, where it does not train on WebGL 2, or where the fused update is not proved to give the
 * same bits. `findRecipe` is for tests that break a recipe.
 */
export function fuseUpdates(
  tf: TfNamespace,
  optimizer: Optimizer,
  findRecipe: RecipeFinder = (found) => recipeOf(found, tf),
): FusedUpdates | undefined {
  const backend = updateBackend(tf);
  const recipe = findRecipe(optimizer);
  const update = ownUpdate(optimizer);
  if (!backend || !recipe || !update) return undefined;
  const program = UpdateProgram.compile(backend.gpgpu.gl, recipe);
  if (!program) return undefined;
  if (!provesEqual({ tf, backend, optimizer, findRecipe, update, program })) {
    program.dispose();
    return undefined;
  }
  const updater = new Updater(tf, backend, recipe, program);
  let count = 0;
  const applyGradients = (gradients: Gradients): void => {
    if (updater.apply(optimizer, gradients)) count += 1;
    else update.call(optimizer, gradients);
  };
  // On the instance only. The tap meets it there when the optimizer is next used.
  const own: object = Object.assign(optimizer, { applyGradients });
  return {
    get count() {
      return count;
    },
    dispose() {
      Reflect.deleteProperty(own, 'applyGradients');
      program.dispose();
    },
  };
}
