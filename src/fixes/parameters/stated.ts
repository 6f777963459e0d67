// Reads what a source states of the parameters that an experiment can vary: so that a sweep begins from there.
import ts from 'typescript';
import { constantOf, exportedVariable, objectOf } from '../constants';
import type { FixContext } from '../fixPlan';
import { propertyOf, valueOf } from '../objects';
import { rateInUse } from '../optimizers';
import type { Source } from '../source';
import { experimentTraining, onlyFit } from '../training';

type Value = number | string | boolean;

/** A hyperparameter as the module exports it. */
export interface StatedHyperparameter {
  default: Value;
  values?: Value[];
  min?: number;
  max?: number;
  scale?: 'linear' | 'log';
}

/** What the text states; what it leaves out or computes is absent. */
export interface StatedParameters {
  hyperparameters: Record<string, StatedHyperparameter>;
  training: {
    learningRate?: number;
    batchSize?: number;
    epochs?: number;
    clipNorm?: number;
    clipValue?: number;
  };
}

/** Reads them. */
export function parametersIn(source: Source, context: FixContext): StatedParameters {
  const options =
    context.kind === 'experiment' ? experimentTraining(source, context) : onlyFit(source)?.options;
  const training: StatedParameters['training'] = {};
  for (const name of ['batchSize', 'epochs', 'clipNorm', 'clipValue'] as const) {
    const property = options && propertyOf(options, name);
    const value = property && constantOf(source, valueOf(property))?.value;
    if (typeof value === 'number') training[name] = value;
  }
  const rate = rateInUse(source, context)?.value;
  if (rate !== undefined) training.learningRate = rate;
  return { hyperparameters: hyperparametersIn(source), training };
}

function hyperparametersIn(source: Source): StatedParameters['hyperparameters'] {
  const exported = exportedVariable(source, 'hyperparameters');
  const object = exported && objectOf(source, exported);
  const found: StatedParameters['hyperparameters'] = {};
  for (const property of object?.properties ?? []) {
    if (!ts.isPropertyAssignment(property)) continue;
    const { name } = property;
    if (!ts.isIdentifier(name) && !ts.isStringLiteralLike(name)) continue;
    const stated = hyperparameter(source, property.initializer);
    if (stated) found[name.text] = stated;
  }
  return found;
}

function hyperparameter(source: Source, value: ts.Expression): StatedHyperparameter | undefined {
  const bare = constantOf(source, value)?.value;
  if (bare !== undefined) return { default: bare };
  const object = objectOf(source, value);
  const of = (name: string): Value | undefined => {
    const property = object && propertyOf(object, name);
    return property && constantOf(source, valueOf(property))?.value;
  };
  const standard = of('default');
  if (!object || standard === undefined) return undefined;
  const { min, max, scale } = { min: of('min'), max: of('max'), scale: of('scale') };
  const listed = propertyOf(object, 'values');
  const list = listed && valueOf(listed);
  const values =
    list && ts.isArrayLiteralExpression(list)
      ? list.elements.flatMap((element) => constantOf(source, element)?.value ?? [])
      : undefined;
  return {
    default: standard,
    ...(values && values.length > 0 && { values }),
    ...(typeof min === 'number' && { min }),
    ...(typeof max === 'number' && { max }),
    ...((scale === 'log' || scale === 'linear') && { scale }),
  };
}
