// Applies a remedy of a finding: the one that a button names, or one picked from all that can be
// carried out. The editor shows the diff first.
import * as vscode from 'vscode';
import { workspaceEdit, type OpenRemedy, type RemedyReference } from '../surfaces/remedies';
import type { Command } from './context';

/** Why a remedy could not be applied. */
export class RemedyError extends Error {
  override readonly name = 'RemedyError';

  constructor(
    readonly code: 'not-applicable' | 'nothing-to-apply',
    message: string,
  ) {
    super(message);
  }
}

function isReference(value: unknown): value is RemedyReference {
  if (typeof value !== 'object' || value === null) return false;
  const { run, rule, remedy, layer } = value as Record<string, unknown>;
  const isLayer = layer === undefined || typeof layer === 'string';
  return [run, rule, remedy].every((part) => typeof part === 'string') && isLayer;
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

export const applyRemedy: Command = async ({ remedies }, asked) => {
  const chosen = isReference(asked)
    ? remedies.find(asked)
    : await pick(remedies.findings().flatMap((finding) => remedies.plans(finding)));
  if (isReference(asked) && !chosen) {
    throw new RemedyError(
      'not-applicable',
      `The remedy ${asked.remedy} for ${asked.rule} cannot be applied: the source has changed since the run, ` +
        'it is written in a way that cannot be edited safely, or it is done already. Train again, or edit it by hand.',
    );
  }
  if (!chosen) return;
  // False where the user dismissed the preview: nothing more to say.
  await vscode.workspace.applyEdit(workspaceEdit(chosen.plan, chosen.finding));
};
