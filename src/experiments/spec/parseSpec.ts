// Reads an experiment file: checks every field, names the one that is wrong by its JSON path, and fills in what
// is left out. The file is the user's, and may come from anywhere.
import {
  EXPERIMENT_BACKENDS,
  gridSize,
  isChoice,
  STRATEGIES,
  type Budget,
  type ExperimentSpec,
  type Objective,
  type ParameterRange,
  type Stopping,
} from './experimentSpec';
import { checkParameter } from './parameters';
import { parseRange } from './parseRange';
import { Reader } from './reader';
import { ExperimentSpecError, refuse } from './specError';

/** Trials of a search that names no number. */
export const DEFAULT_TRIALS = 20;
/** What a trial trains where neither epochs nor steps are named. */
export const DEFAULT_EPOCHS = 5;
const DEFAULT_SEED = 42;

/** Bounds against files that would never end. */
const MAX_TRIALS = 10_000;
const MAX_PARAMETERS = 100;
const MAX_PARALLEL = 64;
const MAX_SEED = 0xffffffff;
const MAX_SEEDS = 20;

/** Metrics of which more is better. */
const GROWING =
  /(^|_)(acc|accuracy|categoricalAccuracy|binaryAccuracy|precision|recall|auc|f1|r2)/i;

const STOPPING_RULES = ['none', 'median', 'successive-halving'] as const;

/** The experiment in a file's text. Throws {@link ExperimentSpecError}. */
export function parseExperiment(text: string): ExperimentSpec {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new ExperimentSpecError('not-json', '', `is no JSON: ${reason}`);
  }
  return checkExperiment(json);
}

/** The experiment that a parsed file holds. Throws {@link ExperimentSpecError}. */
export function checkExperiment(json: unknown): ExperimentSpec {
  const file = new Reader(json, '', [
    ...['$schema', 'name', 'description', 'model', 'strategy', 'parameters', 'trials', 'epochs'],
    ...['steps', 'objective', 'stopping', 'parallel', 'seed', 'seeds', 'backend'],
  ]);
  const strategy = file.oneOf('strategy', STRATEGIES, 'random');
  const parameters = parseParameters(file);
  const trials = file.whole('trials', 1, MAX_TRIALS);
  const combinations = gridSize(parameters);
  if (strategy === 'grid' && combinations > (trials ?? MAX_TRIALS)) {
    refuse(
      trials === undefined ? 'parameters' : 'trials',
      `leave${trials === undefined ? '' : 's'} out a part of the grid, which has ${combinations} combinations. Raise "trials", take fewer values, or search at random.`,
    );
  }
  const budget = parseBudget(file);
  const seed = file.whole('seed', 0, MAX_SEED) ?? DEFAULT_SEED;
  const stopping = parseStopping(file, budget);
  if (stopping.rule === 'successive-halving' && strategy === 'bayesian') {
    refuse('stopping', 'starts all trials before any has a result, so that a Bayesian search has nothing to learn from. Search at random, or stop by "median".'); // prettier-ignore
  }
  return {
    name: file.text('name'),
    model: file.text('model') ?? refuse('model', 'is missing: name the file of the model, relative to this one.'), // prettier-ignore
    ...{ strategy, parameters, budget, stopping, seed },
    trials: trials ?? (strategy === 'grid' ? undefined : DEFAULT_TRIALS),
    objective: parseObjective(file),
    parallel:
      file.get('parallel') === undefined || file.get('parallel') === 'auto'
        ? 'auto'
        : (file.whole('parallel', 1, MAX_PARALLEL) ?? 'auto'),
    seeds: parseSeeds(file) ?? [seed],
    backend: file.oneOf('backend', EXPERIMENT_BACKENDS, 'auto'),
  };
}

function parseParameters(file: Reader): Record<string, ParameterRange> {
  const given = file.nested('parameters');
  if (!given) return refuse('parameters', 'are missing: name what is to vary.');
  const names = given.names();
  if (names.length === 0) refuse('parameters', 'are empty: name what is to vary.');
  if (names.length > MAX_PARAMETERS) refuse('parameters', `are more than ${MAX_PARAMETERS}.`);
  const parameters: Record<string, ParameterRange> = {};
  for (const name of names) {
    const path = given.path(name);
    const range = parseRange(given.get(name), path);
    checkParameter(name, range, path);
    parameters[name] = range;
  }
  return parameters;
}

function parseBudget(file: Reader): Budget {
  const epochs = file.whole('epochs', 1);
  const steps = file.whole('steps', 1);
  if (epochs !== undefined && steps !== undefined) {
    refuse('steps', 'stands beside "epochs"; a trial ends by one of them.');
  }
  return steps === undefined
    ? { unit: 'epochs', amount: epochs ?? DEFAULT_EPOCHS }
    : { unit: 'steps', amount: steps };
}

/** Which way a metric of this name is better. */
export function directionOf(metric: string): Objective['direction'] {
  return GROWING.test(metric) ? 'maximize' : 'minimize';
}

function parseObjective(file: Reader): Objective {
  const given = file.get('objective');
  const inner =
    typeof given === 'object' && given !== null
      ? new Reader(given, 'objective', ['metric', 'direction', 'at'])
      : undefined;
  const metric = (inner ? inner.text('metric') : file.text('objective')) ?? 'loss';
  const direction = directionOf(metric);
  return {
    metric,
    direction: inner?.oneOf('direction', ['minimize', 'maximize'], direction) ?? direction,
    at: inner?.oneOf('at', ['best', 'last'], 'best') ?? 'best',
  };
}

/** Trials that have to have ended before the median of their values means something. */
const MEDIAN_TRIALS = 5;
/** Share of the budget that every trial trains. */
const GRACE = 0.2;
/** One in three goes on: what Li et al. (2018) recommend. */
const HALVING_FACTOR = 3;

function parseStopping(file: Reader, budget: Budget): Stopping {
  const given = file.get('stopping');
  const inner =
    typeof given === 'object' && given !== null
      ? new Reader(given, 'stopping', ['rule', 'grace', 'trials', 'factor', 'minimum'])
      : undefined;
  const rule = inner
    ? inner.oneOf('rule', STOPPING_RULES, 'none')
    : file.oneOf('stopping', STOPPING_RULES, 'none');
  switch (rule) {
    case 'none':
      return { rule };
    case 'median':
      return {
        rule,
        grace: inner?.whole('grace', 0) ?? Math.ceil(GRACE * budget.amount),
        trials: inner?.whole('trials', 1) ?? MEDIAN_TRIALS,
      };
    case 'successive-halving':
      return {
        rule,
        factor: inner?.whole('factor', 2, 16) ?? HALVING_FACTOR,
        minimum: inner?.whole('minimum', 1, budget.amount) ?? 1,
      };
  }
}

function parseSeeds(file: Reader): number[] | undefined {
  const given = file.get('seeds');
  if (given === undefined) return undefined;
  if (!Array.isArray(given) || given.length === 0 || given.length > MAX_SEEDS) {
    return refuse('seeds', `has to be a list of 1 to ${MAX_SEEDS} whole numbers.`);
  }
  const seeds = given.map((seed: unknown, i) => {
    const isSeed =
      typeof seed === 'number' && Number.isInteger(seed) && seed >= 0 && seed <= MAX_SEED;
    return isSeed ? seed : refuse(`seeds[${i}]`, `has to be a whole number from 0 to ${MAX_SEED}.`);
  });
  if (new Set(seeds).size < seeds.length) refuse('seeds', 'name one seed twice.');
  return seeds;
}

/** True where all combinations can be listed. */
export function isFinite(parameters: ExperimentSpec['parameters']): boolean {
  return Object.values(parameters).every((range) => isChoice(range) || range.integer);
}
