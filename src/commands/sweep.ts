// Sweep Hyperparameters…: asks what to vary and how, beginning from what the model states; keeps the answers in an
// experiment file beside the model, and runs it.
import * as vscode from 'vscode';
import { DEFAULT_TRIALS } from '../experiments/spec/parseSpec';
import { proposals, type Proposal } from '../experiments/spec/propose';
import { recognise } from '../model/recognise';
import { textNow } from '../surfaces/trainedTexts';
import { assertOnDisk, assertTrusted } from '../trainer';
import { askFile } from './askFile';
import type { Command, CommandContext } from './context';
import { writeAndRun } from './experimentFile';

const TITLE = 'Sweep Hyperparameters';
const STEPS = 5;

interface Choice<T> extends vscode.QuickPickItem {
  value: T;
}

/** One question of the flow; undefined where the user gives up. */
async function pick<T>(
  step: number,
  placeHolder: string,
  items: readonly Choice<T>[],
): Promise<T | undefined> {
  const title = `${TITLE} (${step}/${STEPS})`;
  const picked = await vscode.window.showQuickPick(items, {
    ...{ title, placeHolder, ignoreFocusOut: true },
  });
  return picked?.value;
}

async function askParameters(all: readonly Proposal[]): Promise<readonly Proposal[] | undefined> {
  const items = all.map((proposal) => {
    const { name, words, picked } = proposal;
    return { label: name, description: words, picked, proposal };
  });
  const picked = await vscode.window.showQuickPick(items, {
    title: `${TITLE} (1/${STEPS})`,
    placeHolder: 'What is to vary? The ranges can be changed in the file.',
    canPickMany: true,
    ignoreFocusOut: true,
  });
  return picked && picked.length > 0 ? picked.map(({ proposal }) => proposal) : undefined;
}

const STRATEGIES: readonly Choice<'bayesian' | 'random' | 'grid'>[] = [
  {
    value: 'bayesian',
    label: 'Bayesian',
    description: 'learns from earlier trials where to look (Parzen estimator)',
  },
  { value: 'random', label: 'Random', description: 'each trial drawn anew' },
  { value: 'grid', label: 'Grid', description: 'every combination' },
];

const STOPPING: readonly Choice<'median' | 'successive-halving' | 'none'>[] = [
  {
    value: 'median',
    label: 'Stop the worse half early',
    description: 'a trial ends when it falls behind the median of those before it',
  },
  {
    value: 'successive-halving',
    label: 'Successive halving',
    description: 'all train a little, the best third goes on',
  },
  { value: 'none', label: 'Train all to their end', description: '' },
];

/** `5 epochs`, `200 steps`, or a number of epochs. */
function parseLength(text: string): { epochs: number } | { steps: number } | undefined {
  const found = /^\s*(\d+)\s*(epochs?|steps?)?\s*$/i.exec(text);
  const amount = Number(found?.[1]);
  if (!found || amount < 1) return undefined;
  return /^s/i.test(found[2] ?? '') ? { steps: amount } : { epochs: amount };
}

async function askLength(): Promise<ReturnType<typeof parseLength>> {
  const text = await vscode.window.showInputBox({
    title: `${TITLE} (4/${STEPS})`,
    prompt: 'How long does each trial train? For example "5 epochs" or "200 steps".',
    value: '5 epochs',
    ignoreFocusOut: true,
    validateInput: (value) =>
      parseLength(value) ? undefined : 'A number, and "epochs" or "steps" behind it.',
  });
  return text === undefined ? undefined : parseLength(text);
}

/** Metrics that runs of the model had, and those that any training has. */
function objectives({ registry }: CommandContext, model: vscode.Uri, isBySteps: boolean): string[] {
  const runs = registry.runs.filter((run) => run.model.fsPath === model.fsPath);
  const known = runs.flatMap((run) => Object.keys(run.epochs.at(-1)?.metrics ?? {}));
  // Validation comes at the end of an epoch.
  const usual = isBySteps ? ['loss'] : ['val_loss', 'loss'];
  return [...new Set([...usual, ...known])].filter((name) => !isBySteps || !/^val_/.test(name));
}

export const sweep: Command = async (context, clicked) => {
  const model = await askFile(clicked, 'Choose a model to sweep', 'Sweep');
  if (!model) return undefined;
  assertTrusted(vscode.workspace.isTrusted);
  assertOnDisk(model);
  const text = textNow(model.fsPath) ?? '';
  const { kind } = recognise(model.fsPath, text);
  const parameters = await askParameters(proposals(context.experiments.stated(model), kind));
  const strategy = parameters && (await pick(2, 'How is it searched?', STRATEGIES));
  if (!strategy) return undefined;
  const rules = STOPPING.filter(({ value }) => strategy !== 'bayesian' || value !== 'successive-halving'); // prettier-ignore
  const stopping = await pick(3, 'When does a trial end?', rules);
  const length = stopping && (await askLength());
  if (!length) return undefined;
  const metrics = objectives(context, model, 'steps' in length);
  const choices = metrics.map((name) => ({ label: name, value: name }));
  const objective = await pick(5, 'What is compared? Another metric can be named in the file.', choices); // prettier-ignore
  if (objective === undefined) return undefined;
  return writeAndRun(context, model, '', {
    strategy,
    ...(strategy !== 'grid' && { trials: DEFAULT_TRIALS }),
    ...length,
    objective,
    stopping,
    seed: 42,
    parameters: Object.fromEntries(parameters.map(({ name, range }) => [name, range])),
  });
};
