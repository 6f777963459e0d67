// Resume Ended Run: a run that was stopped, crashed or has finished goes on. Asks what only the user knows: how much
// more of a training that had come to its end, and which text where the file has changed.
import * as vscode from 'vscode';
import type { ResumableRun } from '../platform/resumableRun';
import type { MoreTraining } from '../run/resumePlan';
import type { ResumeOptions } from '../resuming';
import { isFinal } from '../shared/core/run';
import { chosenRuns } from './chosenRuns';
import type { Command } from './context';

/** The run on disk or of this session that is meant, by its id or row; then options for it, where the caller has some. */
export const resumeRun: Command = async (context, ...args) => {
  const { current, trainer } = context;
  const { value } = current;
  const isMeant = args.length === 0 && value && isFinal(value.state);
  const [named] = isMeant ? [value.id] : args;
  const id =
    typeof named === 'string'
      ? named
      : (await chosenRuns(context, args, 'Run to go on with'))[0]?.id;
  if (id === undefined) return undefined;
  const found = await trainer.resumable(id);
  const given = optionsIn(args[1]);
  const asked = isMore(given) ? {} : await askForMore(found);
  if (!asked) return undefined;
  const source = given.source ? {} : await askForSource(found);
  if (!source) return undefined;
  const resumed = await trainer.resumeRun(id, { ...given, ...asked, ...source });
  return resumed.id;
};

/** What a caller has decided; nothing of what a menu hands over. */
function optionsIn(value: unknown): ResumeOptions {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return {};
  const { steps, epochs, source, show, paused } = value as Record<string, unknown>;
  const count = (name: string, given: unknown) => {
    if (given === undefined) return {};
    if (Number.isSafeInteger(given) && Number(given) > 0) return { [name]: Number(given) };
    throw new Error(`${name} has to be a whole number from 1; it is ${JSON.stringify(given)}.`);
  };
  return {
    ...{ ...count('steps', steps), ...count('epochs', epochs) },
    ...((source === 'stored' || source === 'current') && { source }),
    ...(typeof show === 'boolean' && { show }),
    ...(typeof paused === 'boolean' && { paused }),
  };
}

function isMore({ steps, epochs }: ResumeOptions): boolean {
  return steps !== undefined || epochs !== undefined;
}

const WHOLE = /^\s*[1-9]\d{0,9}\s*$/;

/** How much more of a training that is over; undefined where the user gives up. */
async function askForMore({ ended, run }: ResumableRun): Promise<MoreTraining | undefined> {
  // A program that has returned, or nothing to ask: the trainer says so.
  if (ended === undefined || ended === 'program') return {};
  const inSteps = ended === 'steps';
  const unit = inSteps ? 'steps' : 'epochs';
  const done = inSteps ? run.maxSteps : (run.checkpoint?.epochs.length ?? run.epochs);
  const prompt =
    ended === 'early-stopping'
      ? `The training stopped early after ${done ?? 0} epochs. How many more epochs at most?`
      : `The training has had its ${done ?? 0} ${unit}. How many more?`;
  const value = await vscode.window.showInputBox({
    title: 'Resume Training',
    ...{ prompt, value: String(done ?? 1) },
    validateInput: (text) =>
      WHOLE.test(text) ? undefined : `A whole number of ${unit} from 1, such as 10.`,
  });
  return value === undefined ? undefined : { [unit]: Number(value) };
}

/** Which text to train where the file has changed; undefined where the user gives up. */
async function askForSource({
  isChanged,
  manifest,
}: ResumableRun): Promise<Pick<ResumeOptions, 'source'> | undefined> {
  if (!isChanged) return {};
  const then = {
    label: 'The file as it was',
    detail: 'Trains the text that the run kept: the same numbers as without the interruption.',
    source: 'stored' as const,
  };
  const now = {
    label: 'The file as it is now',
    detail: 'Goes on with what you have changed, as long as its layers are the same.',
    source: 'current' as const,
  };
  const picked = await vscode.window.showQuickPick(
    manifest.model.text === undefined ? [now] : [then, now],
    { title: 'The file has changed since the run trained it', placeHolder: 'What to train' },
  );
  return picked && { source: picked.source };
}
