// What a sweep of a model could vary: proposed from what its source states, around the values that are there.
import type { HyperparameterValue } from '../../shared/core/runSummary';
import { OPTIMIZER_NAMES, SCHEDULE_NAMES } from '../../shared/core/trainingOverrides';
import { ACTIVATIONS, INITIALIZERS } from './parameters';

/** A parameter as an experiment file has it. */
export type FileRange =
  HyperparameterValue[] | { min: number; max: number; scale?: 'linear' | 'log'; integer?: boolean };

/** A parameter that could vary. */
export interface Proposal {
  name: string;
  range: FileRange;
  /** In a few words: where it stands now, and what would be tried. */
  words: string;
  /** True for what most sweeps vary. */
  picked: boolean;
}

/** What a source states; as `statedParameters` of the fixes gives it. */
export interface Stated {
  hyperparameters: Readonly<
    Record<
      string,
      {
        default: HyperparameterValue;
        values?: readonly HyperparameterValue[];
        min?: number;
        max?: number;
        scale?: 'linear' | 'log';
      }
    >
  >;
  training: { learningRate?: number; batchSize?: number; clipNorm?: number };
}

/** Activations and initializers that are worth comparing first. */
const COMMON_ACTIVATIONS = ACTIVATIONS.slice(0, 8);
const COMMON_INITIALIZERS = INITIALIZERS.filter((name) => !name.startsWith('random'));
/** Factor around a learning rate, up and down. */
const RATE_FACTOR = 30;
const STANDARD_RATE = 0.001;
const STANDARD_BATCH = 32;

const short = (value: number): number => Number(value.toPrecision(2));

/** The ranges of whole numbers in their scale, and of others. */
function rangeOf(
  name: string,
  { default: standard, values, min, max, scale }: Stated['hyperparameters'][string],
): FileRange | undefined {
  // prettier-ignore
  if (values && values.length > 1) return [...values];
  if (min !== undefined && max !== undefined && min < max) {
    const integer = [min, max, standard].every(Number.isInteger);
    return { min, max, ...(scale && { scale }), ...(integer && { integer }) };
  }
  if (typeof standard === 'boolean') return [true, false];
  if (typeof standard !== 'number' || standard <= 0) return undefined;
  if (/rate|lr$/i.test(name) && standard < 1) {
    return { min: short(standard / RATE_FACTOR), max: short(standard * RATE_FACTOR), scale: 'log' };
  }
  if (!Number.isInteger(standard)) return undefined;
  return [...new Set([Math.max(1, Math.round(standard / 2)), standard, standard * 2])];
}

function wordsOf(range: FileRange): string {
  if (Array.isArray(range)) return range.map(String).join(', ');
  return `${range.min} to ${range.max}${range.scale === 'log' ? ', logarithmic' : ''}`;
}

/** All that can be proposed; hyperparameters of the module first. */
export function proposals(stated: Stated, kind: 'program' | 'experiment'): Proposal[] {
  const found: Proposal[] = [];
  const add = (
    name: string,
    range: FileRange | undefined,
    picked: boolean,
    now?: HyperparameterValue,
  ): void => {
    if (!range) return;
    const standing = now === undefined ? '' : `now ${String(now)}; `;
    found.push({ name, range, words: standing + wordsOf(range), picked });
  };
  for (const [name, hyperparameter] of Object.entries(stated.hyperparameters)) {
    const isStated = hyperparameter.values !== undefined || hyperparameter.min !== undefined;
    add(name, rangeOf(name, hyperparameter), isStated, hyperparameter.default);
  }
  const { learningRate: rate, batchSize: batch = STANDARD_BATCH, clipNorm } = stated.training;
  const middle = rate ?? STANDARD_RATE;
  add('training.learningRate', { min: short(middle / RATE_FACTOR), max: short(middle * RATE_FACTOR), scale: 'log' }, !('learningRate' in stated.hyperparameters), rate); // prettier-ignore
  add('training.batchSize', [Math.max(1, Math.round(batch / 2)), batch, batch * 2], false, batch);
  add('training.optimizer', [...OPTIMIZER_NAMES].slice(0, 4), false);
  if (kind === 'experiment') add('training.schedule', [...SCHEDULE_NAMES], false);
  add('training.clipNorm', [0.1, 1, 10], false, clipNorm);
  add('layers.activation', [...COMMON_ACTIVATIONS], false);
  add('layers.initializer', [...COMMON_INITIALIZERS], false);
  return found;
}
