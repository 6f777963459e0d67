// A program whose tfjs-node does not load: offers to train it on @tensorflow/tfjs in its place, by a message
// and as a quick fix. The panel has a button for it.
import * as vscode from 'vscode';
import type { ModelRun } from '../api';
import { Commands, DISPLAY_NAME } from '../contributions';
import { readSetting } from '../platform/settings';
import type { RunRegistry } from '../run/runRegistry';
import { isTrial } from '../trial';
import { SOURCES } from './layers/selector';

/** Code of the failure of such a run. */
export const TFJS_NODE_MISSING = 'tfjs-node-missing';

const OFFER = 'Run on @tensorflow/tfjs Instead';

/** Offers the stand-in wherever it would help. */
export class StandInOffers implements vscode.CodeActionProvider, vscode.Disposable {
  private readonly subscriptions: { dispose(): void }[];

  constructor(private readonly registry: RunRegistry<ModelRun>) {
    this.subscriptions = [
      registry.onDidStartRun((run) => {
        void run.finished.then(() => this.tell(run));
      }),
      vscode.languages.registerCodeActionsProvider(SOURCES, this, {
        providedCodeActionKinds: [vscode.CodeActionKind.QuickFix],
      }),
    ];
  }

  dispose(): void {
    for (const subscription of this.subscriptions) subscription.dispose();
  }

  provideCodeActions(
    document: vscode.TextDocument,
    _range: vscode.Range,
    { diagnostics, only }: vscode.CodeActionContext,
  ): vscode.CodeAction[] {
    if (only && !only.contains(vscode.CodeActionKind.QuickFix)) return [];
    const ours = diagnostics.filter(
      ({ source, code }) => source === DISPLAY_NAME && code === TFJS_NODE_MISSING,
    );
    const run = this.registry.runs.findLast(
      ({ error, model }) =>
        error?.code === TFJS_NODE_MISSING &&
        vscode.Uri.file(error.location?.file ?? model.fsPath).fsPath === document.uri.fsPath,
    );
    if (ours.length === 0 || !run) return [];
    const action = new vscode.CodeAction(OFFER, vscode.CodeActionKind.QuickFix);
    action.command = { command: Commands.useStandIn, title: OFFER, arguments: [run.id] };
    action.diagnostics = ours;
    action.isPreferred = true;
    return [action];
  }

  private async tell(run: ModelRun): Promise<void> {
    if (run.error?.code !== TFJS_NODE_MISSING || isTrial(run)) return;
    if (!readSetting('notifications.enabled')) return;
    const choice = await vscode.window.showErrorMessage(run.error.message, OFFER);
    if (choice === OFFER) await vscode.commands.executeCommand(Commands.useStandIn, run.id);
  }
}
