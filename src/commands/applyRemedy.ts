// Applies a remedy of a finding: the one that a button names, or one picked from all that can be
// carried out. The difference is shown first.
import * as vscode from 'vscode';
import {
  workspaceEdit,
  type OpenRemedy,
  type RemedyPlan,
  type RemedyReference,
} from '../surfaces/remedies';
import { textNow } from '../surfaces/trainedTexts';
import type { Command, CommandContext } from './context';

/** Why a remedy could not be applied. */
export class RemedyError extends Error {
  override readonly name = 'RemedyError';

  constructor(
    readonly code: 'not-applicable' | 'nothing-to-apply' | 'not-applied',
    message: string,
  ) {
    super(message);
  }
}

function isReference(value: unknown): value is RemedyReference {
  if (typeof value !== 'object' || value === null) return false;
  const { run, rule, remedy, layer = '', title = '' } = value as Record<string, unknown>;
  return [run, rule, remedy, layer, title].every((part) => typeof part === 'string');
}

async function pick(open: readonly OpenRemedy[]): Promise<OpenRemedy | undefined> {
  if (open.length === 0) {
    throw new RemedyError(
      'nothing-to-apply',
      'No finding of the runs of this window has a remedy that could be applied to the source as it is now. Train a model first.',
    );
  }
  const items = open.map((remedy) => ({
    label: remedy.plan.title,
    description: remedy.finding.rule,
    detail: remedy.finding.message,
    remedy,
  }));
  const picked = await vscode.window.showQuickPick(items, {
    title: 'Apply which remedy?',
    matchOnDescription: true,
  });
  return picked?.remedy;
}

/** The remedy that is asked for, or picked where none is. Undefined where the user picked none. */
export async function chooseRemedy(
  { remedies }: Pick<CommandContext, 'remedies'>,
  asked: unknown,
): Promise<OpenRemedy | undefined> {
  if (!isReference(asked)) {
    return pick(remedies.findings().flatMap((finding) => remedies.plans(finding)));
  }
  const chosen = remedies.find(asked);
  if (chosen) return chosen;
  throw new RemedyError(
    'not-applicable',
    `The remedy ${asked.remedy} for ${asked.rule} cannot be applied: the source has changed since the run, ` +
      'it is written in a way that cannot be edited safely, or it is done already. Train again, or edit it by hand.',
  );
}

/** Edits of files, and what they do. */
type SourceChange = Pick<RemedyPlan, 'title' | 'files'>;

/** Shows a change, and makes it where the user wants it. */
export async function applyChange(
  { preview }: CommandContext['remedies'],
  change: SourceChange,
): Promise<void> {
  if (await preview.confirm(change)) await carryOut(change);
}

/** Makes the edits of a plan, unless a file has changed since it was made, and shows the first. */
export async function carryOut(plan: SourceChange): Promise<void> {
  const isSame = plan.files.every(({ file, text }) => textNow(file) === text);
  if (!isSame || !(await vscode.workspace.applyEdit(workspaceEdit(plan)))) {
    throw new RemedyError(
      'not-applied',
      `"${plan.title}" was not applied: the source changed meanwhile, or cannot be written. Apply it again.`,
    );
  }
  const [first] = plan.files;
  if (first) await vscode.window.showTextDocument(vscode.Uri.file(first.file), { preview: false });
}

export const applyRemedy: Command = async (context, asked) => {
  const chosen = await chooseRemedy(context, asked);
  if (chosen && (await context.remedies.preview.confirm(chosen.plan))) await carryOut(chosen.plan);
};
