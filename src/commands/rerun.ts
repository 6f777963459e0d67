// Rerun with Same Seed, Rerun with Changes…: trains the model of a run again, as it was asked for or with values
// that the user changes.
import * as vscode from 'vscode';
import type { RunRequest } from '../run/runRequest';
import type { BackendName } from '../shared/core/run';
import type { HyperparameterValue, RunSummary } from '../shared/core/runSummary';
import { OPTIMIZER_NAMES, type TrainingOverrides } from '../shared/core/trainingOverrides';
import { isTrial } from '../trial';
import type { AskedOptions } from '../trainOptions';
import { chosenRuns } from './chosenRuns';
import type { Command, CommandContext } from './context';

/** A run to train again: what was trained, and how. */
interface Again {
  model: vscode.Uri;
  options: AskedOptions;
}

/** A run of this session, by its request. */
function ofRequest(model: vscode.Uri, request: RunRequest): Again {
  const { seed, backend, maxSteps, hyperparameters, training, varied } = request;
  return {
    model,
    options: {
      seed,
      ...(backend !== 'auto' && { backend: backend as BackendName }),
      ...(maxSteps !== undefined && { maxSteps }),
      ...(hyperparameters && { hyperparameters }),
      ...(training && { training }),
      ...(varied && { varied }),
    },
  };
}

/** A run on disk, by what lists know of it. */
function ofSummary({ path, seed, hyperparameters, origin, title }: RunSummary): Again {
  const [folder] = vscode.workspace.workspaceFolders ?? [];
  const isAbsolute = path.startsWith('/') || /^[a-z]:/i.test(path);
  if (origin !== 'training' || (!folder && !isAbsolute)) {
    throw new Error(`${title} was not trained from a model file of this workspace: it cannot be trained again.`); // prettier-ignore
  }
  const entries = Object.entries(hyperparameters);
  const edited = entries.filter(([name]) => name.startsWith('layers.'));
  if (edited.length > 0) {
    throw new Error(
      `The trial changed the source (${edited.map(([name]) => name).join(', ')}), which is not known any more. Run its experiment again, or apply the values first.`,
    );
  }
  const of = (prefix: boolean): Record<string, HyperparameterValue> =>
    Object.fromEntries(
      entries
        .filter(([name]) => name.startsWith('training.') === prefix)
        .map(([name, value]) => [name.replace(/^training\./, ''), value]),
    );
  const training = of(true) as TrainingOverrides;
  return {
    model: isAbsolute || !folder ? vscode.Uri.file(path) : vscode.Uri.joinPath(folder.uri, path),
    options: {
      ...(seed !== undefined && { seed }),
      hyperparameters: of(false),
      ...(Object.keys(training).length > 0 && { training }),
    },
  };
}

/** The run that the command is about: named, current, or picked from the list. */
async function runAgain(context: CommandContext, args: unknown[]): Promise<Again | undefined> {
  const { registry, current } = context;
  if (args.length === 0 && current.value) return ofRequest(current.value.model, current.value.request); // prettier-ignore
  const [chosen] = await chosenRuns(context, args, 'Run to train again');
  if (!chosen) return undefined;
  const live = registry.byId(chosen.id);
  return live ? ofRequest(live.model, live.request) : ofSummary(chosen);
}

async function begin({ trainer }: CommandContext, { model, options }: Again): Promise<string> {
  // What a trial tried out is trained as it was; all else as the source is now.
  const isTried = isTrial({ model }) && options.training === undefined;
  const file = isTried ? model : vscode.Uri.file(model.fsPath);
  const run = await trainer.train(file, options);
  return run.id;
}

export const rerunSameSeed: Command = async (context, ...args) => {
  const again = await runAgain(context, args);
  return again && begin(context, again);
};

const START = '$(play) Train';

type Value = HyperparameterValue | undefined;

/** The values that can be changed, by their names in the list. */
function valuesOf({ options }: Again): Record<string, Value> {
  const { seed, maxSteps, hyperparameters = {}, training = {} } = options;
  const { learningRate, batchSize, optimizer, epochs } = training;
  return {
    ...hyperparameters,
    'training.learningRate': learningRate,
    'training.batchSize': batchSize,
    'training.optimizer': optimizer,
    'training.epochs': epochs,
    seed,
    steps: maxSteps,
  };
}

/** What is typed as the kind of value that was there. */
function parse(name: string, before: Value, text: string): { value: Value } | { problem: string } {
  const trimmed = text.trim();
  if (trimmed === '') return { value: undefined };
  if (name === 'training.optimizer') {
    const known = OPTIMIZER_NAMES.find((one) => one === trimmed);
    return known ? { value: known } : { problem: `One of ${OPTIMIZER_NAMES.join(', ')}.` };
  }
  if (typeof before === 'boolean') {
    if (trimmed === 'true' || trimmed === 'false') return { value: trimmed === 'true' };
    return { problem: 'true or false.' };
  }
  if (typeof before === 'string') return { value: trimmed };
  const number = Number(trimmed);
  const isWhole = name !== 'training.learningRate' && before === undefined;
  if (!Number.isFinite(number)) return { problem: 'A number.' };
  if (isWhole && !(Number.isInteger(number) && number >= 0)) return { problem: 'A whole number.' };
  return { value: number };
}

/** Asks until the user wants to train; undefined where he gives up. */
async function change(again: Again): Promise<Again | undefined> {
  const values = valuesOf(again);
  for (;;) {
    const items = [
      { label: START, description: 'with these values', name: '' },
      ...Object.entries(values).map(([name, value]) => ({
        label: name,
        description: value === undefined ? 'as the model says' : String(value),
        name,
      })),
    ];
    const placeHolder = 'Pick what to change, then train';
    const picked = await vscode.window.showQuickPick(items, {
      ...{ title: 'Rerun with Changes', placeHolder, ignoreFocusOut: true },
    });
    if (!picked) return undefined;
    const { name } = picked;
    if (name === '') return { ...again, options: withValues(again.options, values) };
    const before = values[name];
    const typed = await vscode.window.showInputBox({
      title: name,
      value: before === undefined ? '' : String(before),
      prompt: 'Empty: as the model says.',
      validateInput: (text) => {
        const parsed = parse(name, before, text);
        return 'problem' in parsed ? parsed.problem : undefined;
      },
    });
    if (typed === undefined) continue;
    const parsed = parse(name, before, typed);
    if ('value' in parsed) values[name] = parsed.value;
  }
}

function withValues(options: AskedOptions, values: Record<string, Value>): AskedOptions {
  const given = Object.entries(values).filter(
    (entry): entry is [string, HyperparameterValue] => entry[1] !== undefined,
  );
  const ofTraining = given.filter(([name]) => name.startsWith('training.'));
  const training = Object.fromEntries(
    ofTraining.map(([name, value]) => [name.slice('training.'.length), value]),
  );
  const hyperparameters = Object.fromEntries(given.filter(([name]) => name in (options.hyperparameters ?? {}))); // prettier-ignore
  const { seed, steps } = values;
  const { backend } = options;
  return {
    ...(backend && { backend }),
    ...(typeof seed === 'number' && { seed }),
    ...(typeof steps === 'number' && { maxSteps: steps }),
    hyperparameters,
    ...(ofTraining.length > 0 && {
      training: { ...options.training, ...training },
      // So that lists show by what the run differs.
      varied: { ...options.varied, ...Object.fromEntries(ofTraining) },
    }),
  };
}

export const rerunWithChanges: Command = async (context, ...args) => {
  const again = await runAgain(context, args);
  const changed = again && (await change(again));
  return changed && begin(context, changed);
};
