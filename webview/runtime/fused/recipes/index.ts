// The recipe of each optimizer class of tfjs.
import {
  AdadeltaOptimizer,
  AdagradOptimizer,
  AdamaxOptimizer,
  AdamOptimizer,
  MomentumOptimizer,
  RMSPropOptimizer,
  SGDOptimizer,
  type Optimizer,
} from '@tensorflow/tfjs';
import type { TfNamespace } from '../../../../src/shared/tap/types';
import type { Recipe } from '../recipe';
import { adamaxRecipe, adamRecipe } from './adam';
import { adadeltaRecipe, adagradRecipe, rmspropRecipe } from './adaptive';
import { momentumRecipe, sgdRecipe } from './sgd';

type Prototype = Pick<Optimizer, 'applyGradients'>;
interface OptimizerClass<T> {
  prototype: T;
}

interface Entry {
  /** The class's own update, as it was before the tap or anyone else wrapped it. */
  update: Optimizer['applyGradients'];
  recipe(optimizer: Optimizer, tf: TfNamespace): Recipe;
}

const ENTRIES = new Map<Prototype, Entry>([
  entry(SGDOptimizer, sgdRecipe),
  entry(MomentumOptimizer, momentumRecipe),
  entry(AdamOptimizer, adamRecipe),
  entry(AdamaxOptimizer, adamaxRecipe),
  entry(RMSPropOptimizer, rmspropRecipe),
  entry(AdagradOptimizer, adagradRecipe),
  entry(AdadeltaOptimizer, adadeltaRecipe),
]);

function entry<T extends Optimizer>(
  { prototype }: OptimizerClass<T>,
  recipe: (optimizer: T, tf: TfNamespace) => Recipe,
): [Prototype, Entry] {
  // Called with its optimizer as `this`, always.
  // eslint-disable-next-line @typescript-eslint/unbound-method
  const update = prototype.applyGradients;
  return [prototype, { update, recipe: (optimizer, tf) => recipe(optimizer as T, tf) }];
}

/** The entry of exactly this class: one that user code derives may update otherwise. */
function entryOf(optimizer: Optimizer): Entry | undefined {
  if (Object.hasOwn(optimizer, 'applyGradients')) return undefined;
  return ENTRIES.get(Object.getPrototypeOf(optimizer) as Prototype);
}

/** The recipe of an optimizer; undefined where its update is not that of a class of tfjs. */
export function recipeOf(optimizer: Optimizer, tf: TfNamespace): Recipe | undefined {
  return entryOf(optimizer)?.recipe(optimizer, tf);
}

/** The update of the optimizer's class, as tfjs has it. */
export function ownUpdate(optimizer: Optimizer): Optimizer['applyGradients'] | undefined {
  return entryOf(optimizer)?.update;
}
