// Find Learning Rate: a range test of the model, with the loss over the rate in a panel, and a rate to write into
// the source.
import { readSetting } from '../platform/settings';
import { assertOnDisk, assertTrusted } from '../trainer';
import { askFile } from './askFile';
import type { Command } from './context';
import * as vscode from 'vscode';

const APPLY = 'Write into Source';

export const findLearningRate: Command = async ({ experiments, tell }, clicked) => {
  const model = await askFile(clicked, 'Choose a model to find a learning rate for', 'Test');
  if (!model) return undefined;
  assertTrusted(vscode.workspace.isTrusted);
  assertOnDisk(model);
  const test = experiments.testRates(model, readSetting('seed', model));
  await vscode.window.withProgress(
    { location: vscode.ProgressLocation.Notification, title: test.title, cancellable: true },
    async (progress, cancelled) => {
      cancelled.onCancellationRequested(() => void test.stop());
      test.onDidChange(() => {
        const { points, planned, message = '' } = test.view();
        const steps = `step ${points.length} of at most ${planned}`;
        progress.report({ message: points.length > 0 ? steps : message });
      });
      await test.finished;
    },
  );
  const { suggested, message, state } = test.view();
  if (state === 'failed') throw new Error(message ?? 'The test failed without a reason.');
  if (!suggested) {
    if (message !== undefined && state === 'completed') tell(message);
    return undefined;
  }
  void vscode.window
    .showInformationMessage(
      `A learning rate of ${suggested.rate} suits ${test.title.replace('Learning rate of ', '')}. ${suggested.why}`,
      APPLY,
    ) // prettier-ignore
    .then((choice) => (choice === APPLY ? experiments.apply(test) : undefined))
    .then(undefined, (error: unknown) => tell(String(error)));
  return suggested.rate;
};
