// A recipe says how one class of optimizer turns a gradient into new slots and a new weight: which
// slots it has, which numbers change from step to step, and the formulas, operation by operation as
// tfjs 4.22 computes them. The slots stay the optimizer's own variables, so that saving, disposing and
// going back to tfjs's own update work at any step.
import type { Optimizer, Variable } from '@tensorflow/tfjs';
import type { Formulas } from './formula';

/** A slot variable as the optimizers of tfjs keep it. */
export interface OptimizerVariable {
  originalName: string;
  variable: Variable;
}

/** One slot per trained variable, e.g. Adam's first moment. */
export interface Slot {
  /** Its name in the formulas; the new value is this name followed by `1`. */
  readonly name: string;
  /** The optimizer's own list, in the order of the variables. */
  readonly list: OptimizerVariable[];
  /** What tfjs appends to the variable's name. */
  readonly suffix: string;
  /** Every element before the first step. */
  readonly initial: number;
}

/** A recipe, bound to one optimizer. */
export interface Recipe {
  /** Looked up at each step: tfjs replaces its lists when weights are loaded. */
  slots(): readonly Slot[];
  /** Names of the numbers in the formulas. */
  readonly numbers: readonly string[];
  /** Their values for the step to come. */
  values(): readonly number[];
  /** They compute `w1` and the new slots from the gradient `g`, the weight `w`, the slots and the numbers. */
  readonly formulas: Formulas;
  /** What tfjs does after all variables are updated. */
  finish(): void;
}

/** What formulas get and give, by name. */
export interface Names {
  /** Read for each element: gradient, weight, slots. */
  inputs: readonly string[];
  /** The same for all elements of a step. */
  numbers: readonly string[];
  /** The new weight and slots. */
  outputs: readonly string[];
}

export function namesOf(recipe: Recipe): Names {
  const slots = recipe.slots().map(({ name }) => name);
  return {
    inputs: ['g', 'w', ...slots],
    numbers: recipe.numbers,
    outputs: ['w1', ...slots.map((name) => `${name}1`)],
  };
}

/** Finds the recipe of an optimizer; undefined for classes that have none. */
export type RecipeFinder = (optimizer: Optimizer) => Recipe | undefined;

/**
 * The value of a scalar that the optimizer keeps as a tensor. Such tensors are replaced, never
 * written to: each is read once, which may wait for the device if tfjs moved it there.
 */
export function scalarReader(): (scalar: { dataSync(): ArrayLike<number> }) => number {
  let known: object | undefined;
  let value = NaN;
  return (scalar) => {
    if (scalar !== known) {
      value = scalar.dataSync()[0] ?? NaN;
      known = scalar;
    }
    return value;
  };
}

/** No work after the variables. */
export const nothingToFinish = (): void => undefined;
