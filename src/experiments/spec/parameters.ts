// The parameters that need no change of the user's code by hand: what `training.…` and `layers.…` name, and
// which values each can have.
import { OPTIMIZER_NAMES, SCHEDULE_NAMES } from '../../shared/core/trainingOverrides';
import { isChoice, type ParameterRange } from './experimentSpec';
import { refuse } from './specError';

/** What a value of a parameter has to be. */
type Values =
  { kind: 'positive' } | { kind: 'whole' } | { kind: 'name'; names?: readonly string[] };

/** Activations that are compared: those of tfjs that a hidden layer may have. */
export const ACTIVATIONS = [
  'relu',
  'elu',
  'selu',
  'gelu',
  'swish',
  'mish',
  'tanh',
  'sigmoid',
  'softplus',
  'softsign',
  'relu6',
  'hardSigmoid',
] as const;

/** Initializers of weight matrices that tfjs knows by name. */
export const INITIALIZERS = [
  'glorotUniform',
  'glorotNormal',
  'heUniform',
  'heNormal',
  'lecunUniform',
  'lecunNormal',
  'orthogonal',
  'randomUniform',
  'randomNormal',
  'truncatedNormal',
] as const;

/** Parameters of every model, by name; all others are hyperparameters of the module. */
export const BUILT_IN_PARAMETERS: Readonly<Record<string, Values>> = {
  'training.learningRate': { kind: 'positive' },
  'training.batchSize': { kind: 'whole' },
  'training.epochs': { kind: 'whole' },
  'training.clipNorm': { kind: 'positive' },
  'training.clipValue': { kind: 'positive' },
  'training.optimizer': { kind: 'name', names: OPTIMIZER_NAMES },
  'training.schedule': { kind: 'name', names: SCHEDULE_NAMES },
  'layers.activation': { kind: 'name', names: ACTIVATIONS },
  'layers.initializer': { kind: 'name', names: INITIALIZERS },
  'layers.depth': { kind: 'whole' },
};

const DOTTED = /^(training|layers)\./;

/** True for a parameter that the module itself declares. */
export function isHyperparameter(name: string): boolean {
  return !DOTTED.test(name);
}

/** Throws where a range does not fit the parameter of that name. */
export function checkParameter(name: string, range: ParameterRange, path: string): void {
  if (isHyperparameter(name)) return;
  const known = Object.hasOwn(BUILT_IN_PARAMETERS, name) ? BUILT_IN_PARAMETERS[name] : undefined;
  if (!known) {
    const names = Object.keys(BUILT_IN_PARAMETERS).join(', ');
    return refuse(path, `is not known. There are ${names}; a hyperparameter of the module has no dot in its name.`); // prettier-ignore
  }
  if (known.kind === 'name') {
    const { names } = known;
    if (!isChoice(range)) return refuse(path, 'needs "values": it has names, not numbers.');
    for (const value of range.values) {
      if (typeof value !== 'string' || (names && !names.includes(value))) {
        refuse(`${path}.values`, `has ${JSON.stringify(value)}; it can have ${names?.join(', ') ?? 'names'}.`); // prettier-ignore
      }
    }
    return;
  }
  const numbers = isChoice(range) ? range.values : [range.min, range.max];
  const isWhole = known.kind === 'whole';
  for (const value of numbers) {
    const isRight = typeof value === 'number' && value > 0 && (!isWhole || Number.isInteger(value));
    if (!isRight) {
      const what = isWhole ? 'whole numbers above 0' : 'numbers above 0';
      refuse(path, `has ${JSON.stringify(value)}; it can have ${what}.`);
    }
  }
  if (isWhole && !isChoice(range) && !range.integer) {
    refuse(path, 'has whole numbers only: set "integer" to true.');
  }
}
