// Fix and verify: trains the model with and without a remedy, side by side on the same seed, and says
// whether it cures the finding, before the user decides on the edit.
import * as vscode from 'vscode';
import { VerificationCancelled, verifyFix, type Verification } from '../experiments/verifyFix';
import { carryOut, chooseRemedy } from './applyRemedy';
import type { Command } from './context';

const APPLY = 'Apply';
const CHANGES = 'Show Changes';

/** Asks what to do now that the verdict is known, and does it. */
async function decide(
  { verdict }: Verification,
  title: string,
  apply: () => Promise<void>,
  showAndAsk: () => Promise<void>,
): Promise<void> {
  const message = `${title}. ${verdict.words}`;
  const choice =
    verdict.outcome === 'cured'
      ? await vscode.window.showInformationMessage(message, APPLY, CHANGES)
      : await vscode.window.showWarningMessage(message, CHANGES);
  if (choice === APPLY) await apply();
  if (choice === CHANGES) await showAndAsk();
}

export const verifyRemedy: Command = async (context, asked) => {
  const { remedies, trainer, log } = context;
  const chosen = await chooseRemedy(context, asked);
  if (!chosen) return;
  const { run, finding, plan } = chosen;
  const texts = remedies.textsWith(plan);
  try {
    const verification = await vscode.window.withProgress(
      {
        location: vscode.ProgressLocation.Notification,
        title: `Verifying: ${plan.title}`,
        cancellable: true,
      },
      (progress, cancelled) =>
        verifyFix(
          trainer,
          run,
          finding,
          texts,
          (message) => progress.report({ message }),
          cancelled,
        ),
    );
    const { outcome, words } = verification.verdict;
    log.info(`Fix and verify "${plan.title}": ${outcome}. ${words}`);
    await decide(
      verification,
      plan.title,
      () => carryOut(plan),
      async () => {
        if (await remedies.preview.confirm(plan)) await carryOut(plan);
      },
    );
  } catch (error) {
    if (!(error instanceof VerificationCancelled)) throw error;
  }
};
