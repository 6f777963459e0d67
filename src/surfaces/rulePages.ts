// The pages that explain the rules: shipped with the extension, opened as rendered Markdown.
import * as vscode from 'vscode';
import { Commands } from '../contributions';
import type { RuleId } from '../shared/core/finding';

/** The page of a rule. */
export function rulePage(extensionUri: vscode.Uri, rule: RuleId): vscode.Uri {
  return vscode.Uri.joinPath(extensionUri, 'docs', 'rules', `${rule}.md`);
}

/** A link that opens the page of a rule, for Problems and hovers. */
export function explainLink(rule: string): vscode.Uri {
  const args = encodeURIComponent(JSON.stringify([rule]));
  return vscode.Uri.parse(`command:${Commands.explainRule}?${args}`);
}
