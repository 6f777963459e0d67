// Fix and verify: both versions trained on the same seed, the source untouched until the user decides.
import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { Commands } from '../../../src/contributions';
import { activate, closeAll, fixture, problemsOf, train, until } from '../support';

const FILE = 'vanishing.js';

describe('fix and verify', () => {
  after(closeAll);

  it('trains the fixed version beside the run, and leaves source and problems as they are', async () => {
    const document = await vscode.workspace.openTextDocument(fixture(FILE));
    const before = document.getText();
    const run = await train(FILE);
    const finding = run.findings.find(({ rule }) => rule === 'vanishing-gradient');
    assert.ok(finding);
    await until('the problem', () => problemsOf(FILE).length > 0, 5000);
    const problems = problemsOf(FILE).map(({ message }) => message);
    const { runs: earlier } = await activate();
    const known = new Set(earlier.map(({ id }) => id));
    const verifying = vscode.commands.executeCommand(Commands.verifyRemedy, {
      run: run.id,
      rule: 'vanishing-gradient',
      remedy: 'change-activation',
    });
    const trials = async () => (await activate()).runs.filter(({ id }) => !known.has(id));
    let tried = await trials();
    for (let i = 0; i < 600 && !tried.some(({ state }) => state === 'completed'); i++) {
      await new Promise((resolve) => setTimeout(resolve, 100));
      tried = await trials();
    }
    // The run itself has taken the steps: only the fixed version had to be trained.
    assert.deepEqual(
      tried.map(({ state, model }) => [state, model.fsPath, model.fragment]),
      [['completed', fixture(FILE).fsPath, 'with the fix']],
    );
    const [fixed] = tried;
    assert.ok(fixed);
    assert.ok(!fixed.findings.some(({ rule }) => rule === 'vanishing-gradient'));
    assert.ok(fixed.steps.at(-1)!.loss! < 0.8 * run.steps.at(-1)!.loss!);
    assert.equal(document.getText(), before);
    assert.deepEqual(
      problemsOf(FILE).map(({ message }) => message),
      problems,
    );
    // The verdict waits for an answer; none means that nothing is changed.
    const dismissing = setInterval(
      () => void vscode.commands.executeCommand('notifications.clearAll'),
      300,
    );
    await Promise.resolve(verifying).finally(() => clearInterval(dismissing));
    assert.equal(document.getText(), before);
  });
});
