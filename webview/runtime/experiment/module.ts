// Reads what an experiment module exports, and says plainly what is missing or misspelt.
import type { LayersModel } from '@tensorflow/tfjs';
import type { Data, HyperparameterValues, Training } from '../../../npm/experiment';
import type { TfNamespace } from '../../../src/shared/tap/types';
import { describe, RunFailure } from '../failure';
import { similarName } from '../../../src/shared/core/similarName';

/** A resolved experiment: values, not functions. */
export interface ResolvedExperiment {
  model: LayersModel;
  data: Data;
  training: Training;
}

const EXPORTS = ['model', 'data', 'training', 'hyperparameters'] as const;
const REQUIRED = ['model', 'data', 'training'] as const;
const TRAINING_KEYS = [
  'epochs',
  'batchSize',
  'optimizer',
  'loss',
  'metrics',
  'clipNorm',
  'clipValue',
  'schedule',
  'shuffle',
  'earlyStopping',
  'onEpochEnd',
];

/** An error about the form of an experiment module. */
export function shapeOfExperiment(message: string, cause?: unknown): RunFailure {
  return new RunFailure('experiment-shape', message, cause === undefined ? undefined : { cause });
}

/** Calls the module's functions with the run's hyperparameters. */
export async function resolveExperiment(
  module: unknown,
  tf: TfNamespace,
  set: HyperparameterValues,
  progress: (message: string) => void,
): Promise<ResolvedExperiment> {
  const exported = exportsOf(module);
  const values = hyperparameterValues(exported['hyperparameters'], set);
  progress('Building the model');
  const model = await resolve(exported['model'], values);
  if (!(model instanceof tf.LayersModel)) {
    throw shapeOfExperiment(
      `"model" must be a tf.LayersModel (tf.sequential or tf.model), or a function that returns one; it gave ${describeKind(model)}.`,
    );
  }
  const training = checkTraining(await resolve(exported['training'], values));
  progress('Loading the data');
  const data = checkData(await resolve(exported['data'], values));
  return { model, data, training };
}

function exportsOf(module: unknown): Record<string, unknown> {
  let exported = (module ?? {}) as Record<string, unknown>;
  const inner = exported['default'];
  if (!('model' in exported) && typeof inner === 'object' && inner !== null && 'model' in inner) {
    exported = inner;
  }
  for (const name of REQUIRED) {
    if (exported[name] !== undefined) continue;
    const others = Object.keys(exported).filter(
      (other) => !(EXPORTS as readonly string[]).includes(other),
    );
    const meant = similarName(name, others);
    const list = Object.keys(exported).map((other) => `"${other}"`);
    const has = list.length === 0 ? 'It exports nothing.' : `It exports ${list.join(', ')}.`;
    const hint = meant === undefined ? '' : ` Did you mean "${name}" where it says "${meant}"?`;
    throw shapeOfExperiment(`The experiment module does not export "${name}". ${has}${hint}`);
  }
  return exported;
}

async function resolve(value: unknown, values: HyperparameterValues): Promise<unknown> {
  if (typeof value !== 'function') return await value;
  return await (value as (values: HyperparameterValues) => unknown)(values);
}

function hyperparameterValues(declared: unknown, set: HyperparameterValues): HyperparameterValues {
  if (declared === undefined) return { ...set };
  if (typeof declared !== 'object' || declared === null) {
    throw shapeOfExperiment(
      `"hyperparameters" must be an object of names and defaults; it is ${describeKind(declared)}.`,
    );
  }
  const values: Record<string, number | string | boolean> = {};
  for (const [name, entry] of Object.entries(declared as Record<string, unknown>)) {
    const value =
      typeof entry === 'object' && entry ? (entry as { default?: unknown }).default : entry;
    if (typeof value !== 'number' && typeof value !== 'string' && typeof value !== 'boolean') {
      throw shapeOfExperiment(
        `The hyperparameter "${name}" must be a number, string or boolean, or an object with such a "default".`,
      );
    }
    values[name] = value;
  }
  for (const [name, value] of Object.entries(set)) {
    if (!(name in values)) {
      const meant = similarName(name, Object.keys(values));
      const hint = meant === undefined ? '' : ` Did you mean "${meant}"?`;
      throw shapeOfExperiment(`The module declares no hyperparameter "${name}".${hint}`);
    }
    values[name] = value;
  }
  return values;
}

function checkTraining(value: unknown): Training {
  if (typeof value !== 'object' || value === null) {
    throw shapeOfExperiment(
      `"training" must be an object with optimizer, loss, epochs …; it is ${describeKind(value)}.`,
    );
  }
  for (const key of Object.keys(value)) {
    if (TRAINING_KEYS.includes(key)) continue;
    const meant = similarName(key, TRAINING_KEYS);
    const hint =
      meant === undefined ? ` It knows ${TRAINING_KEYS.join(', ')}.` : ` Did you mean "${meant}"?`;
    throw shapeOfExperiment(`"training" has no option "${key}".${hint}`);
  }
  const training = value as Training;
  for (const key of ['epochs', 'batchSize'] as const) {
    const number = training[key];
    if (number !== undefined && !(Number.isInteger(number) && number > 0)) {
      throw shapeOfExperiment(
        `training.${key} must be a whole number above 0; it is ${describe(number)}.`,
      );
    }
  }
  for (const key of ['clipNorm', 'clipValue'] as const) {
    const number = training[key];
    if (number !== undefined && !(typeof number === 'number' && number > 0)) {
      throw shapeOfExperiment(
        `training.${key} must be a number above 0; it is ${describe(number)}.`,
      );
    }
  }
  return training;
}

function checkData(value: unknown): Data {
  if (typeof value === 'object' && value !== null && 'train' in value && value.train) {
    return value as Data;
  }
  const found =
    typeof value === 'object' && value !== null
      ? `an object with ${Object.keys(value).join(', ') || 'nothing in it'}`
      : describeKind(value);
  throw shapeOfExperiment(
    `"data" must give { train, validation? }, where train is { xs, ys }, a tf.data.Dataset, or what a reader of gradient-lens returns; it gave ${found}.`,
  );
}

/** What kind of thing `value` is, in words. */
export function describeKind(value: unknown): string {
  if (value === undefined) return 'undefined (is a return missing?)';
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'an array';
  if (typeof value === 'object') {
    const name = (value.constructor as { name?: string } | undefined)?.name;
    return name && name !== 'Object' ? `a ${name}` : 'a plain object';
  }
  return `a ${typeof value}`;
}
