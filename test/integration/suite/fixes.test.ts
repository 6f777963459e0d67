// The fix, from the light bulb to a net that learns: quick fixes on the line of a finding, the preview,
// undo, and the finding gone when the fixed source is trained.
import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import type { Run } from '../../../src/api';
import { Commands } from '../../../src/contributions';
import { codeOf, closeAll, fixture, problemsOf, train, until } from '../support';

const FILE = 'vanishing.js';
const RELU = /^Use activation 'relu' with heUniform in 10 hidden layers$/;
const INITIALIZER = 'tf.initializers.randomUniform({ minval: -0.3, maxval: 0.3, seed: i + 1 })';

async function open(): Promise<vscode.TextDocument> {
  const editor = await vscode.window.showTextDocument(fixture(FILE), {
    viewColumn: vscode.ViewColumn.One,
  });
  return editor.document;
}

/** The quick fixes on the line of a problem, as the light bulb shows them. */
async function fixesAt(range: vscode.Range): Promise<vscode.CodeAction[]> {
  return vscode.commands.executeCommand<vscode.CodeAction[]>(
    'vscode.executeCodeActionProvider',
    fixture(FILE),
    range,
    vscode.CodeActionKind.QuickFix.value,
  );
}

/** Differences of fixes that are open. */
function differences(): vscode.TabInputTextDiff[] {
  return vscode.window.tabGroups.all
    .flatMap(({ tabs }) => tabs.map(({ input }) => input))
    .filter((input) => input instanceof vscode.TabInputTextDiff);
}

const fixed = (text: string): string =>
  text
    .replace("'sigmoid',\n      kernel", "'relu',\n      kernel")
    .replace(INITIALIZER, "'heUniform'");

describe('fixes', () => {
  let run: Run;
  let document: vscode.TextDocument;
  let original: string;

  /** The vanishing gradient in the Problems view. */
  async function problem(): Promise<vscode.Diagnostic> {
    const find = () => problemsOf(FILE).find((one) => codeOf(one) === 'vanishing-gradient');
    await until('the problem', () => find() !== undefined, 5000);
    return find()!;
  }

  before(async () => {
    document = await open();
    original = document.getText();
    run = await train(FILE);
    assert.equal(run.state, 'completed', run.error?.message);
  });
  afterEach(async () => {
    if (document.getText() === original) return;
    // An editor in a browser saves by itself: reverting would bring back the fix.
    const edit = new vscode.WorkspaceEdit();
    const whole = new vscode.Range(0, 0, document.lineCount, 0);
    edit.replace(document.uri, whole, original);
    await vscode.workspace.applyEdit(edit);
    await document.save();
  });
  after(closeAll);

  /** Applies a remedy; answers the question above the difference with a command. */
  async function answerFix(reference: unknown, answer: string): Promise<void> {
    const applied = vscode.commands.executeCommand(Commands.applyRemedy, reference);
    await until('the difference', () => differences().length === 1, 10_000);
    assert.equal(document.getText(), original, 'changed before it was confirmed');
    const [{ modified }] = differences() as [vscode.TabInputTextDiff];
    const shown = await vscode.workspace.openTextDocument(modified);
    assert.equal(shown.getText(), fixed(original));
    // The question comes up behind the difference.
    const answering = setInterval(() => void vscode.commands.executeCommand(answer), 500);
    await Promise.resolve(applied).finally(() => clearInterval(answering));
    await until('the end of the difference', () => differences().length === 0, 10_000);
  }

  it('offers quick fixes on the line of a finding, undone in one step, not offered twice', async () => {
    const { range } = await problem();
    const actions = await fixesAt(range);
    const titles = actions.map(({ title }) => title);
    const relu = actions.find(({ title }) => RELU.test(title));
    assert.ok(relu, `offered: ${titles.join(' | ') || 'nothing'}`);
    assert.equal(relu.isPreferred, true);
    assert.ok(
      titles.includes('Add batch normalization after 10 hidden layers'),
      titles.join(' | '),
    );
    const { command, arguments: [reference] = [] } = relu.command!;
    assert.equal(command, Commands.applyRemedy);
    await answerFix(reference, 'workbench.action.closeQuickOpen');
    assert.equal(document.getText(), original, 'changed although it was discarded');
    await answerFix(reference, 'workbench.action.acceptSelectedQuickOpenItem');
    assert.equal(document.getText(), fixed(original));
    const again = (await fixesAt(range)).map(({ title }) => title);
    assert.ok(!again.some((title) => RELU.test(title)), again.join(' | '));
    await vscode.commands.executeCommand('undo');
    assert.equal(document.getText(), original);
  });

  it('cures the finding', async () => {
    const reference = { run: run.id, rule: 'vanishing-gradient', remedy: 'change-activation' };
    await answerFix(reference, 'workbench.action.acceptSelectedQuickOpenItem');
    // Unsaved editors train as they are.
    const after = await train(FILE);
    assert.equal(after.state, 'completed', after.error?.message);
    const left = after.findings.filter(({ rule }) => rule === 'vanishing-gradient');
    assert.deepEqual(left, []);
    assert.ok(after.steps.at(-1)!.loss! < 0.8 * run.steps.at(-1)!.loss!);
  });

  it('says why a remedy cannot be applied', async () => {
    const reference = { run: run.id, rule: 'vanishing-gradient', remedy: 'drop-softmax' };
    // The command tells the user; it does not throw at its caller.
    await vscode.commands.executeCommand(Commands.applyRemedy, reference);
    assert.equal(document.getText(), original);
  });
});
