// Quick fixes on the findings in the source: the light bulb on their lines, and in Problems. Each one
// shows its diff before anything is changed, and is undone in one step.
import * as vscode from 'vscode';
import { Commands, DISPLAY_NAME } from '../contributions';
import { findingLocation } from './problemEntries';
import type { Remedies } from './remedies';
import { SOURCES } from './layers/selector';

type OpenFinding = ReturnType<Remedies['findings']>[number];

function codeOf({ code }: vscode.Diagnostic): string | undefined {
  const value = typeof code === 'object' ? code.value : code;
  return typeof value === 'string' ? value : undefined;
}

/** True where a finding stands in a file. */
function isIn({ run, finding }: OpenFinding, uri: vscode.Uri): boolean {
  const { file } = findingLocation(finding, run.layers, run.model.fsPath);
  return vscode.Uri.file(file).fsPath === uri.fsPath;
}

/** Offers the remedies of findings as quick fixes. */
export class RemedyActions implements vscode.CodeActionProvider, vscode.Disposable {
  private readonly subscription: vscode.Disposable;

  constructor(private readonly remedies: Remedies) {
    this.subscription = vscode.languages.registerCodeActionsProvider(SOURCES, this, {
      providedCodeActionKinds: [vscode.CodeActionKind.QuickFix],
    });
  }

  provideCodeActions(
    document: vscode.TextDocument,
    _range: vscode.Range,
    { diagnostics, only }: vscode.CodeActionContext,
  ): vscode.CodeAction[] {
    if (only && !only.contains(vscode.CodeActionKind.QuickFix)) return [];
    const ours = diagnostics.filter(({ source }) => source === DISPLAY_NAME);
    if (ours.length === 0) return [];
    const here = this.remedies.findings().filter((open) => isIn(open, document.uri));
    return ours.flatMap((diagnostic) => {
      const ofRule = here.filter(({ finding }) => finding.rule === codeOf(diagnostic));
      // Numbers in a message change while a run goes on: where none matches, the rule tells.
      const exact = ofRule.find(({ finding }) => diagnostic.message.startsWith(finding.message));
      const open = exact ?? ofRule[0];
      return open ? this.actionsFor(open, diagnostic) : [];
    });
  }

  dispose(): void {
    this.subscription.dispose();
  }

  private actionsFor(open: OpenFinding, diagnostic: vscode.Diagnostic): vscode.CodeAction[] {
    const plans = this.remedies.plans(open);
    const verifying = plans.map((remedy) => {
      const title = `Fix and verify: ${remedy.plan.title}`;
      const action = new vscode.CodeAction(title, vscode.CodeActionKind.QuickFix);
      action.diagnostics = [diagnostic];
      const reference = this.remedies.referenceTo(remedy);
      action.command = { command: Commands.verifyRemedy, title, arguments: [reference] };
      return action;
    });
    const applying = plans.map((remedy, i) => {
      const { title } = remedy.plan;
      const action = new vscode.CodeAction(title, vscode.CodeActionKind.QuickFix);
      action.diagnostics = [diagnostic];
      // Not an edit, which the editor would make without a word.
      const reference = this.remedies.referenceTo(remedy);
      action.command = { command: Commands.applyRemedy, title, arguments: [reference] };
      action.isPreferred = i === 0;
      return action;
    });
    return [...applying, ...verifying];
  }
}
