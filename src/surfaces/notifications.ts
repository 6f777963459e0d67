// At most one message per run: its first error, where the user can still act on it. All else stands
// in the panel and in Problems.
import * as vscode from 'vscode';
import type { ModelRun } from '../api';
import { Commands } from '../contributions';
import { readSetting } from '../platform/settings';
import type { RunRegistry } from '../run/runRegistry';
import { isFinal } from '../shared/core/run';
import { isTrial } from '../trial';
import type { Panels } from './panel/panels';
import { TFJS_NODE_MISSING } from './standIn';

const PAUSE = 'Pause';
const SHOW = 'Show';

/** Notifies of the first error of each run. */
export function notifyOfErrors(
  registry: RunRegistry<ModelRun>,
  panels: Panels,
): { dispose(): void } {
  return registry.onDidStartRun((run) => {
    if (isTrial(run)) return;
    let told = false;
    const tell = async (message: string): Promise<void> => {
      if (told || !readSetting('notifications.enabled')) return;
      told = true;
      const canPause = !isFinal(run.state) && run.pausable;
      const choice = await vscode.window.showErrorMessage(
        message.startsWith(run.title) ? message : `${run.title}: ${message}`,
        ...(canPause ? [PAUSE, SHOW] : [SHOW]),
      );
      if (choice === PAUSE) await vscode.commands.executeCommand(Commands.pause, run.id);
      if (choice === SHOW) await vscode.commands.executeCommand(Commands.showPanel, run.id);
    };
    const subscription = run.onDidChangeFindings((findings) => {
      const first = findings.find((f) => f.severity === 'error' && f.closedStep === undefined);
      if (first) void tell(first.message);
    });
    void run.finished.then(() => {
      subscription.dispose();
      // A failure stands in the panel already where that can be seen.
      const isOffered = run.error?.code === TFJS_NODE_MISSING;
      if (run.error && !isOffered && !panels.of(run.model)?.visible) {
        void tell(run.error.message);
      }
    });
  });
}
