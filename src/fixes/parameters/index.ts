// Gives a parameter of an experiment a value in the source: the best trial's, or a trial's where the parameter
// cannot be set from outside.
import { namedSchedule, SCHEDULE_NAMES } from '../../shared/core/trainingOverrides';
import { constantOf, hyperparameterOf, numberText } from '../constants';
import { Edits, type FixContext, type FixPlan } from '../fixPlan';
import { propertyOf, setProperty, valueOf } from '../objects';
import { rateInUse } from '../optimizers';
import { clip } from '../remedies/trainingOptions';
import type { Source } from '../source';
import { experimentTraining, onlyFit } from '../training';
import { changeValue } from '../values';
import { setDepth } from './depth';
import { setOptimizer } from './optimizer';

/** What is known besides what a fix knows. */
export interface ParameterContext extends FixContext {
  /** Steps of the whole training: some schedules state them. */
  totalSteps?: number;
}

type Value = number | string | boolean;

/** Digits of a number that a search has found. */
const DIGITS = 6;

/** Nothing to do: it has the value already. */
const DONE: FixPlan = { title: '', edits: [] };

/** A value as a literal of the source. */
export function literal(source: Source, value: Value): string {
  if (typeof value === 'string') return source.quoted(value);
  return typeof value === 'number' ? numberText(value, DIGITS) : String(value);
}

/** Plans the edits; without any where the parameter has the value, undefined where it cannot be set. */
export function setParameter(
  source: Source,
  name: string,
  value: Value,
  context: ParameterContext,
): FixPlan | undefined {
  switch (name) {
    case 'training.learningRate':
      return setRate(source, value, context);
    case 'training.optimizer':
      return typeof value === 'string' ? setOptimizer(source, value, context) : undefined;
    case 'training.batchSize':
    case 'training.epochs':
      return setOption(source, name.slice('training.'.length), literal(source, value), context);
    case 'training.clipNorm':
    case 'training.clipValue':
      return setClipping(source, name.slice('training.'.length), value, context);
    case 'training.schedule':
      return setSchedule(source, value, context);
    case 'layers.depth':
      return typeof value === 'number' ? setDepth(source, value, context) : undefined;
    default:
      return setHyperparameter(source, name, value);
  }
}

function setRate(source: Source, value: Value, context: FixContext): FixPlan | undefined {
  const rate = rateInUse(source, context);
  if (!rate || typeof value !== 'number') return undefined;
  const text = numberText(value, DIGITS);
  if (Number(text) === rate.value) return DONE;
  const edits = new Edits();
  if (!rate.write(edits, text)) return undefined;
  return edits.plan(`learning rate ${text} instead of ${numberText(rate.value, DIGITS)}`);
}

/** An option of the training, or of the only `fit`. */
function setOption(
  source: Source,
  name: string,
  text: string,
  context: FixContext,
): FixPlan | undefined {
  const options =
    context.kind === 'experiment' ? experimentTraining(source, context) : onlyFit(source)?.options;
  if (!options) return undefined;
  const property = propertyOf(options, name);
  const before = property && valueOf(property);
  if (before && (source.textOf(before) === text || stated(source, before) === text)) return DONE;
  const edits = new Edits();
  if (before) changeValue(source, edits, before, text, () => true);
  else setProperty(source, edits, options, name, text);
  return edits.plan(`${name} ${text}`);
}

function stated(source: Source, expression: Parameters<typeof constantOf>[1]): string | undefined {
  const value = constantOf(source, expression)?.value;
  return value === undefined ? undefined : literal(source, value);
}

function setClipping(
  source: Source,
  name: string,
  value: Value,
  context: FixContext,
): FixPlan | undefined {
  if (typeof value !== 'number') return undefined;
  if (context.kind === 'experiment') {
    return setOption(source, name, numberText(value, DIGITS), context);
  }
  const isNorm = name === 'clipNorm';
  const values: Record<string, number> = isNorm ? { norm: value } : { value };
  const remedy = { id: isNorm ? 'clip-norm' : 'clip-value', title: '', values } as const;
  return clip(source, remedy, context);
}

function setSchedule(source: Source, value: Value, context: ParameterContext): FixPlan | undefined {
  const name = SCHEDULE_NAMES.find((one) => one === value);
  if (name === undefined || context.kind !== 'experiment') return undefined;
  const { totalSteps } = context;
  // These follow the length of the training by themselves.
  const follows = name === 'constant' || name === 'linear' || name === 'cosine';
  if (!follows && totalSteps === undefined) return undefined;
  const schedule = follows ? { type: name } : namedSchedule(name, totalSteps ?? 1);
  const parts = Object.entries(schedule).map(
    ([key, part]: [string, Value]) => `${key}: ${literal(source, part)}`,
  );
  return setOption(source, 'schedule', `{ ${parts.join(', ')} }`, context);
}

/** The default of a hyperparameter that the module exports. */
function setHyperparameter(source: Source, name: string, value: Value): FixPlan | undefined {
  const given = hyperparameterOf(source, name);
  const constant = given && constantOf(source, given);
  if (!given || !constant) return undefined;
  const text = literal(source, value);
  if (constant.value === value) return DONE;
  const edits = new Edits();
  edits.replace(source.startOf(given), given.end, text);
  return edits.plan(`${name} ${text}`);
}
