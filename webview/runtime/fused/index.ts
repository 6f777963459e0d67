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
  const own = replaceUpdate(optimizer, (gradients) => {
    if (updater.apply(optimizer, gradients)) count += 1;
    else update.call(optimizer, gradients);
  });
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

/**
 * For programs, whose optimizers come and go: gives a function that fuses the updates of any optimizer it is called
 * with before its first step. Optimizers of one class and configuration share engine and proof, for as long as the
 * program runs.
 */
export function createFuser(tf: TfNamespace): (optimizer: Optimizer) => void {
  const engines = new Map<string, UpdateEngine | undefined>();
  const findRecipe: RecipeFinder = (found) => recipeOf(found, tf);
  const engineOf = (proof: ProofOf): UpdateEngine | undefined => {
    const { optimizer } = proof;
    const kind = [tf.getBackend(), optimizer.getClassName(), optimizer.getConfig()];
    const key = JSON.stringify(kind);
    if (!engines.has(key)) {
      if (engines.size >= MOST_KINDS) return undefined;
      engines.set(key, provenEngine(proof));
    }
    return engines.get(key);
  };
  return (optimizer) => {
    const recipe = findRecipe(optimizer);
    const update = ownUpdate(optimizer);
    if (!recipe || !update) return;
    let updater: Updater | undefined;
    let steps = 0;
    replaceUpdate(optimizer, (gradients) => {
      if (steps++ === OWN_STEPS) {
        const engine = engineOf({ tf, optimizer, findRecipe, recipe, update });
        updater = engine && new Updater(tf, engine, recipe);
      }
      if (updater?.apply(optimizer, gradients) !== true) update.call(optimizer, gradients);
    });
  };
}

/** On the instance only. The tap meets it there when the optimizer is next used. */
function replaceUpdate(optimizer: Optimizer, applyGradients: (given: Gradients) => void): object {
  return Object.assign(optimizer, { applyGradients });
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
