// Fixes: turns a remedy into edits of the user's source. Pure and synchronous: text in, edits out; it
// knows no editor and changes no file. Loaded on first use, because TypeScript's parser is large.
import ts from 'typescript';
import type { Remedy, RemedyId } from '../shared/core/finding';
import type { FixContext, FixPlan, Planner, SourceText } from './fixPlan';
import { setParameter, type ParameterContext } from './parameters';
import { parametersIn, type StatedParameters } from './parameters/stated';
import { changeActivation } from './remedies/activation';
import { changeInitializer } from './remedies/initializer';
import { addBatchNormalization, addDropout } from './remedies/insertions';
import { changeLearningRate } from './remedies/learningRate';
import { switchLoss } from './remedies/loss';
import { changeOutput, dropSoftmax } from './remedies/output';
import { addResidual } from './remedies/residual';
import { scaleData } from './remedies/scaleData';
import {
  changeBatchSize,
  clip,
  shuffle,
  stopEarly,
  weighClasses,
} from './remedies/trainingOptions';
import { unfreeze } from './remedies/unfreeze';
import { addWeightDecay } from './remedies/weightDecay';
import { Source } from './source';

export { applyEdits } from './fixPlan';
export type { ParameterContext } from './parameters';
export type { StatedParameters } from './parameters/stated';
export type { FixContext, FixPlan, SourceText, TextEdit } from './fixPlan';

/** Who plans which remedy. What is not here (`check-data`, `fewer-layers` …) is no edit. */
const PLANNERS: Partial<Record<RemedyId, Planner<Source>>> = {
  'change-activation': changeActivation,
  'change-initializer': changeInitializer,
  'batch-normalization': addBatchNormalization,
  residual: addResidual,
  'lower-learning-rate': changeLearningRate,
  'raise-learning-rate': changeLearningRate,
  'clip-norm': clip,
  'clip-value': clip,
  'drop-softmax': dropSoftmax,
  'switch-loss': switchLoss,
  'change-output': changeOutput,
  'scale-data': scaleData,
  l2: addWeightDecay,
  dropout: addDropout,
  'early-stopping': stopEarly,
  'class-weights': weighClasses,
  'smaller-batch': changeBatchSize,
  'larger-batch': changeBatchSize,
  shuffle,
  unfreeze,
};

/** The source parsed last: one finding's remedies are planned one after the other. */
let parsed: Source | undefined;

function parse(source: SourceText): Source {
  if (parsed?.file !== source.file || parsed.text !== source.text) parsed = new Source(source);
  return parsed;
}

/** Remedies that concern the hidden layers where they name none. */
const OF_HIDDEN_LAYERS = new Set<RemedyId>([
  'change-activation',
  'change-initializer',
  'batch-normalization',
  'residual',
  'l2',
  'dropout',
  'drop-softmax',
  'change-output',
]);

/** True where nobody can tell hidden layers from outputs: several models, and no word of the run. */
function isUnclear(source: Source, { id, layers }: Remedy, { outputs }: FixContext): boolean {
  if (!OF_HIDDEN_LAYERS.has(id) || layers || outputs) return false;
  const models = source.all(ts.isCallExpression).filter(({ expression }) => {
    const path = source.tfPath(expression);
    return path?.length === 1 && (path[0] === 'sequential' || path[0] === 'model');
  });
  return models.length > 1;
}

/** True for a text that does not parse: what is half typed is not edited. */
function isBroken({ tree }: Source): boolean {
  const { parseDiagnostics } = tree as { parseDiagnostics?: readonly unknown[] };
  return (parseDiagnostics?.length ?? 0) > 0;
}

/**
 * Plans the edits of `source` that carry out `remedy`. Undefined where it is no edit, where it is done
 * already, or where it cannot be done safely: a layer's call that is no longer there, a value that the
 * text does not state, a change that would reach other layers, a text that does not parse.
 *
 * The layers are found by the places in `context.layers` that lie in this file; all layers that the
 * remedy names must. The result parses and, in TypeScript, type-checks if the source did.
 */
export function planFix(
  source: SourceText,
  remedy: Remedy,
  context: FixContext,
): FixPlan | undefined {
  const planner = PLANNERS[remedy.id];
  if (!planner) return undefined;
  const tree = parse(source);
  if (isBroken(tree) || isUnclear(tree, remedy, context)) return undefined;
  return planner(tree, remedy, context);
}

/**
 * Plans the edits of `source` that give a parameter of an experiment a value: `training.batchSize`, `layers.depth`,
 * the name of a hyperparameter. No edits where it has that value; undefined where it cannot be done safely.
 * `layers.activation` and `layers.initializer` are remedies, see {@link planFix}.
 */
export function planParameter(
  source: SourceText,
  name: string,
  value: number | string | boolean,
  context: ParameterContext,
): FixPlan | undefined {
  const tree = parse(source);
  return isBroken(tree) ? undefined : setParameter(tree, name, value, context);
}

/** What `source` states of the parameters of an experiment; nothing where it does not parse. */
export function statedParameters(source: SourceText, context: FixContext): StatedParameters {
  const tree = parse(source);
  return isBroken(tree) ? { hyperparameters: {}, training: {} } : parametersIn(tree, context);
}
