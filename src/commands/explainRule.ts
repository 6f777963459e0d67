// Opens the page that explains a rule: what it means, how it is measured, when it would be wrong.
import * as vscode from 'vscode';
import { RULE_IDS } from '../shared/core/finding';
import { rulePage } from '../surfaces/rulePages';
import type { Command } from './context';

export const explainRule: Command = async ({ extensionUri }, asked) => {
  const known = RULE_IDS.find((id) => id === asked);
  const rule =
    known ??
    (await vscode.window.showQuickPick(RULE_IDS, {
      title: 'Explain which rule of Gradient Lens?',
    }));
  if (rule === undefined) return;
  const page = rulePage(extensionUri, rule as (typeof RULE_IDS)[number]);
  const commands = await vscode.commands.getCommands(true);
  // Where Markdown is not rendered, for example because its extension is turned off, the text is read.
  if (commands.includes('markdown.showPreview')) {
    await vscode.commands.executeCommand('markdown.showPreview', page);
  } else {
    await vscode.window.showTextDocument(page, { preview: true });
  }
};
