// What a net of the suite is made of, and what it is labelled with.
import type { LayersModel, Optimizer, Scalar, Tensor, Tensor1D } from '@tensorflow/tfjs';
import type { RuleId } from '../../../src/shared/core/finding';
import type { Random } from '../../../src/shared/core/random';

/** Inputs and labels, one tensor per input and output; the first dimension is that of the samples. */
export interface Samples {
  xs: Tensor | Tensor[];
  ys: Tensor | Tensor[];
}

export interface Data {
  train: Samples;
  validation?: Samples;
}

/** A loss as `compile` takes it. */
export type Loss = string | ((labels: Tensor, prediction: Tensor) => Scalar | Tensor1D);

/** What a training loop of the recipe's own gets. */
export interface LoopContext {
  model: LayersModel;
  data: Data;
  optimizer: Optimizer;
  epochs: number;
  batchSize: number;
  /** Calls `step` with each batch of each epoch; the batch is disposed after it. */
  eachBatch: (step: (xs: Tensor, ys: Tensor) => void) => Promise<void>;
}

/** How well predictions meet labels: 1 is perfect, 0 what a constant prediction reaches. */
export type Skill = 'classes' | 'sign' | 'ranking' | 'variance' | 'none';

/** A training, complete and repeatable: `Math.random` is seeded before anything of it is called. */
export interface Recipe {
  data: (random: Random) => Data | Promise<Data>;
  model: () => LayersModel;
  optimizer: () => Optimizer;
  loss: Loss | Loss[];
  batchSize: number;
  epochs: number;
  /**
   * `classes`: balanced accuracy above chance. `sign`: the same of one output,
   * by whether it exceeds a half. `ranking`: 2·AUC − 1 of one output. `variance`:
   * share of the labels' variance that is explained (R²). Of the first output.
   * `none`: there is nothing to predict.
   */
  skill: Skill;
  /** Learning rate of a step (from 0), where it changes. */
  rate?: (step: number) => number;
  /** `fit` unless said otherwise: `batches` calls trainOnBatch and evaluates after each epoch. */
  loop?: 'batches' | ((context: LoopContext) => Promise<void>);
  /** Whether `fit` mixes the samples; true where absent. */
  shuffle?: boolean;
}

/** A net on which no warning and no error may appear. */
export interface HealthyNet {
  kind: 'healthy';
  name: string;
  /** What makes it worth having: the false alarm that it invites. */
  about: string;
  recipe: Recipe;
  /** Part of the quick run. */
  quick?: true;
}

/** What makes a net fail, beside a lower skill on the samples it is trained on. */
export type Harm =
  /** The skill it ends with is clearly below its twin's. */
  | 'skill'
  /** The same on validation data: it learnt its samples by heart. */
  | 'generalization'
  /** Nothing: an information at most is called for. */
  | 'none';

/** A net with one fault. */
export interface FaultyNet {
  kind: 'faulty';
  name: string;
  /** Name of the healthy net that it is, but for the fault. */
  twin: string;
  fault: string;
  recipe: Recipe;
  /** The part of the twin's recipe that was exchanged. */
  changed: keyof Recipe;
  /** The rule that names the root cause. */
  rule: RuleId;
  /** Rules that are equally true of it, and why. */
  alternatives?: { rules: readonly RuleId[]; because: string };
  /** Names of the layers that the finding may be about; any where absent. */
  layers?: readonly string[];
  harm: Harm;
  quick?: true;
}

export type Net = HealthyNet | FaultyNet;

/** A healthy net. */
export function healthy(
  name: string,
  about: string,
  recipe: Recipe,
  options: { quick?: true } = {},
): HealthyNet {
  return { kind: 'healthy', name, about, recipe, ...options };
}

/** What is said of a fault. */
export interface Fault extends Omit<FaultyNet, 'kind' | 'name' | 'twin' | 'recipe' | 'changed'> {
  /** The one part of the twin's recipe that is another; with `data`, `epochs` may be another too. */
  change: Partial<Recipe>;
}

/** The twin with one part of its recipe exchanged. Throws where it is more than one. */
export function faulty(name: string, twin: HealthyNet, fault: Fault): FaultyNet {
  const { change, ...label } = fault;
  // Fewer samples make an epoch shorter: then there may be more of them, for as many steps.
  const keys = (Object.keys(change) as (keyof Recipe)[]).filter(
    (key) => !(key === 'epochs' && change.data),
  );
  const [changed, ...others] = keys;
  if (changed === undefined || others.length > 0) {
    throw new Error(`${name} must differ from ${twin.name} in exactly one part of its recipe.`);
  }
  const recipe = { ...twin.recipe, ...change };
  return { kind: 'faulty', name, twin: twin.name, recipe, changed, ...label };
}
