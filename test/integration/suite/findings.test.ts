// Findings of real runs, and where they stand.
import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { closeAll, codeOf, fixture, problemsOf, train, until } from '../support';

describe('findings', () => {
  after(closeAll);

  it('names vanishing gradients on the line that built the first layers', async () => {
    const run = await train('vanishing.js');
    assert.equal(run.state, 'completed', run.error?.message);
    const [finding, ...others] = run.findings.filter((f) => f.rule === 'vanishing-gradient');
    assert.ok(finding, `found ${run.findings.map((f) => f.rule).join(', ') || 'nothing'}`);
    assert.deepEqual(others, []);
    await until('the problem', () => problemsOf('vanishing.js').length > 0, 5000);
    const problem = problemsOf('vanishing.js').find((p) => codeOf(p) === 'vanishing-gradient');
    assert.ok(problem);
    // Its code is a link to the page that explains the rule.
    const { target } = problem.code as { target: vscode.Uri };
    assert.equal(target.scheme, 'command');
    // The call in the loop.
    assert.equal(problem.range.start.line, 6);
    assert.equal(problem.severity, vscode.DiagnosticSeverity.Error);
    assert.ok(problem.message.startsWith(finding.message));
  });

  it('shows the numbers of the layers beside the lines that built them', async () => {
    const document = await vscode.workspace.openTextDocument(fixture('vanishing.js'));
    await vscode.window.showTextDocument(document);
    const run = await train('vanishing.js');
    const whole = new vscode.Range(0, 0, document.lineCount, 0);
    const hints = async (): Promise<vscode.InlayHint[]> =>
      vscode.commands.executeCommand('vscode.executeInlayHintProvider', document.uri, whole);
    let found: string[] = [];
    for (let i = 0; i < 50 && !found.some((text) => text.includes('vanishing')); i++) {
      found = (await hints()).map(({ label, position }) => {
        const text = typeof label === 'string' ? label : label.map((l) => l.value).join('');
        return `${position.line}: ${text}`;
      });
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    const hint = found.find((text) => text.startsWith('6: '));
    assert.match(hint ?? '', /‖∇‖ \S+ … \S+ in \d+ layers vanishing gradient/, found.join('; '));
    const hovers = await vscode.commands.executeCommand<vscode.Hover[]>(
      'vscode.executeHoverProvider',
      document.uri,
      new vscode.Position(6, 4),
    );
    const text = hovers
      .flatMap(({ contents }) => contents)
      .map((content) => (content as vscode.MarkdownString).value)
      .join('\n');
    assert.match(text, /\| Layer \| ‖∇‖ \|/);
    assert.ok(text.includes(run.id) && /[▁▂▃▄▅▆▇█]/.test(text), text);

    // A line that is edited is not the one that trained.
    const edit = new vscode.WorkspaceEdit();
    edit.insert(document.uri, new vscode.Position(6, 0), ' ');
    await vscode.workspace.applyEdit(edit);
    const onLine = async (): Promise<number> =>
      (await hints()).filter(({ position }) => position.line === 6).length;
    assert.equal(await onLine(), 0);
    const named = (): boolean =>
      problemsOf('vanishing.js').some((problem) => codeOf(problem) === 'vanishing-gradient');
    assert.equal(named(), false);
    // The panel may have the focus, and would undo nothing.
    await vscode.window.showTextDocument(document);
    await vscode.commands.executeCommand('undo');
    assert.equal(document.isDirty, false);
    // With the text that trained, all that was said of it is back.
    assert.equal(await onLine(), 1);
    await until('the problem', named, 5000);
  });

  it('explains every rule that it has a page of', async () => {
    await vscode.commands.executeCommand('gradientLens.explainRule', 'vanishing-gradient');
    const labels = (): string[] =>
      vscode.window.tabGroups.all.flatMap((group) => group.tabs.map(({ label }) => label));
    await until(
      'the page of the rule',
      () => labels().some((label) => label.includes('vanishing-gradient')),
      20_000,
    ).catch((error: unknown) => assert.fail(`${String(error)}; shown: ${labels().join(', ')}`));
  });

  it('names the NaN of a loss as an error, once', async () => {
    const run = await train('nonFinite.js');
    const found = run.findings.filter((f) => f.closedStep === undefined);
    assert.deepEqual(
      found.map((f) => [f.rule, f.severity]),
      [['non-finite', 'error']],
    );
    assert.equal(found[0]!.firstStep, 1);
    await until('the problem', () => problemsOf('nonFinite.js').length > 0, 5000);
    assert.equal(problemsOf('nonFinite.js').length, 1);
    assert.equal(problemsOf('nonFinite.js')[0]!.severity, vscode.DiagnosticSeverity.Error);
    assert.equal(problemsOf('nonFinite.js')[0]!.range.start.line, 3);
  });

  it('has nothing to say about healthy nets, and clears what an earlier run said', async () => {
    const run = await train('program.js');
    assert.deepEqual(run.findings, []);
    assert.deepEqual(problemsOf('program.js'), []);
    const again = await train('vanishing.js', { maxSteps: 1 });
    assert.deepEqual(again.findings, []);
    await until('no problem', () => problemsOf('vanishing.js').length === 0, 5000);
  });
});
