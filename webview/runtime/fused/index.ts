// Fused optimizer updates: one pass per variable (WebGL: one program) in place of the dozen operations of tfjs,
// only where a check on this device proves that the bits are the same.
import type { Optimizer } from '@tensorflow/tfjs';
import type { TfNamespace } from '../../../src/shared/tap/types';
import type { UpdateEngine } from './engine';
import { createMemoryEngine } from './memory/engine';
import { provesEqual, type Claim } from './proof';
import type { Recipe, RecipeFinder } from './recipe';
import { ownUpdate, recipeOf } from './recipes';
import { Updater, type Gradients } from './updater';
import { createWasmEngine } from './wasm/engine';
import { createWebglEngine } from './webgl/engine';

/** Fused updates at work on an optimizer. */
export interface FusedUpdates {
  /** Steps whose update was fused; the others were left to tfjs, for where their tensors lay. */
  readonly count: number;
  /** Gives the optimizer its own update back, and frees what the fused one took. */
  dispose(): void;
}

/**
 * Replaces the update of `optimizer` by a fused one. Undefined, with nothing changed, where its class
 * has none, where the backend has none, or where the fused update is not proved to give the
 * same bits. `findRecipe` is for tests that break a recipe.
 */
export function fuseUpdates(
  tf: TfNamespace,
  optimizer: Optimizer,
  findRecipe: RecipeFinder = (found) => recipeOf(found, tf),
): FusedUpdates | undefined {
  const recipe = findRecipe(optimizer);
  const update = ownUpdate(optimizer);
  if (!recipe || !update) return undefined;
  const engine = provenEngine({ tf, optimizer, findRecipe, recipe, update });
  if (!engine) return undefined;
  const updater = new Updater(tf, engine, recipe);
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
      engine.dispose();
    },
  };
}

/** Steps that an optimizer of a program takes as tfjs does: the proof would cost a short training more than it saves. */
const OWN_STEPS = 16;
/** Kinds of optimizers that are proved in one program at most. */
const MOST_KINDS = 8;

/** How the optimizers of a program are updated: false where tfjs has to do it. */
export type Fuser = (optimizer: object, gradients: object) => boolean;

/** An optimizer of a program. */
interface Fused {
  steps: number;
  recipe: Recipe;
  updater?: Updater | undefined;
}

/**
 * For programs, whose optimizers come and go: gives what updates in the place of the classes of tfjs. Optimizers of
 * one class and configuration share engine and proof, for as long as the program runs.
 */
export function createFuser(tf: TfNamespace): Fuser {
  const engines = new Map<string, UpdateEngine | undefined>();
  const known = new WeakMap<object, Fused>();
  const findRecipe: RecipeFinder = (found) => recipeOf(found, tf);
  const engineOf = (optimizer: Optimizer, recipe: Recipe): UpdateEngine | undefined => {
    const update = ownUpdate(optimizer);
    const kind = [tf.getBackend(), optimizer.getClassName(), optimizer.getConfig()];
    const key = JSON.stringify(kind);
    if (update && !engines.has(key)) {
      if (engines.size >= MOST_KINDS) return undefined;
      engines.set(key, provenEngine({ tf, optimizer, findRecipe, recipe, update }));
    }
    return engines.get(key);
  };
  return (given, gradients) => {
    const optimizer = given as Optimizer;
    // At every step: a program may give its optimizer an update of its own at any time.
    if (ownUpdate(optimizer) === undefined) return false;
    let fused = known.get(optimizer);
    if (!fused) {
      const recipe = findRecipe(optimizer);
      if (!recipe) return false;
      known.set(optimizer, (fused = { steps: 0, recipe }));
    }
    if (fused.steps++ === OWN_STEPS) {
      const engine = engineOf(optimizer, fused.recipe);
      fused.updater = engine && new Updater(tf, engine, fused.recipe);
    }
    return fused.updater?.apply(optimizer, gradients as Gradients) === true;
  };
}

type ProofOf = Omit<Claim, 'engine'> & { recipe: Recipe };

/** An engine for the recipe of an optimizer, where there is one that stands the proof. */
function provenEngine({ recipe, ...claim }: ProofOf): UpdateEngine | undefined {
  const engine = createEngine(claim.tf, recipe);
  if (!engine || provesEqual({ ...claim, engine })) return engine;
  engine.dispose();
  return undefined;
}

function createEngine(tf: TfNamespace, recipe: Recipe): UpdateEngine | undefined {
  switch (tf.getBackend()) {
    case 'webgl':
      return createWebglEngine(tf, recipe);
    case 'wasm':
      return createWasmEngine(tf, recipe);
    case 'cpu':
      return createMemoryEngine(tf, recipe);
    default:
      return undefined;
  }
}
