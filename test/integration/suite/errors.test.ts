// Each way in which a model cannot be trained gives one clear message with the line in the user's own
// file: in the run, and in Problems.
import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { activate, begin, closeAll, fixture, problemsOf, train, until } from '../support';

describe('what goes wrong', () => {
  after(closeAll);

  const cases: [file: string, code: string, line: number | undefined, message: RegExp][] = [
    ['errors/syntax.ts', 'syntax-error', 4, /syntax\.ts, line 4: expected/],
    ['errors/missingImport.ts', 'missing-import', 3, /'\.\/does-not-exist'.*does not exist/],
    ['errors/throws.ts', 'model-exception', 8, /throws\.ts, line 8: .*units/],
    ['errors/shape.js', 'shape-mismatch', 6, /shape/i],
    ['errors/missingFile.js', 'missing-file', 3, /no-such-data\.json.*errors\/no-such-data\.json/],
    ['errors/outside.js', 'outside-workspace', 3, /outside the workspace/],
    ['errors/nothing.js', 'nothing-trained', undefined, /train/],
    // In Node, where these go by themselves.
    ['errors/needsNode.ts', 'model-exception', 4, /ENOENT.*data\.bin/],
    ['errors/tfjsNode.js', 'tfjs-node-missing', 1, /tfjs-node/],
    ['errors/experiment.model.ts', 'experiment-shape', undefined, /data/],
  ];
  for (const [file, code, line, message] of cases) {
    it(`${file}: ${code}`, async () => {
      const run = await train(file);
      assert.equal(run.state, 'failed');
      assert.ok(run.error);
      assert.equal(run.error.code, code, run.error.message);
      assert.match(run.error.message, message);
      assert.equal(run.error.line, line, run.error.message);
      await until('the problem', () => problemsOf(file).length > 0, 5000);
      const [problem, ...others] = problemsOf(file);
      assert.deepEqual(others, []);
      assert.equal(problem!.code, code);
      assert.equal(problem!.severity, vscode.DiagnosticSeverity.Error);
      assert.equal(problem!.range.start.line, (line ?? 1) - 1);
    });
  }

  it('refuses a file that is gone', async () => {
    const run = await train('gone.js');
    assert.equal(run.error?.code, 'missing-file');
  });

  it('rejects what it cannot even begin', async () => {
    const api = await activate();
    const model = fixture('program.js');
    const runs = api.runs.length;
    const backend = 'abacus' as 'cpu';
    await assert.rejects(api.train(model, { backend }), { code: 'bad-option' });
    await assert.rejects(api.train(model, { maxSteps: 0 }), { code: 'bad-option' });
    await assert.rejects(api.train(model, { seed: 1.5 }), { code: 'bad-option' });
    const untitled = vscode.Uri.parse('untitled:new.js');
    await assert.rejects(api.train(untitled), { code: 'unsupported-file', message: /Save/ });
    assert.equal(api.runs.length, runs);
  });

  it('trains what the editor shows, saved or not, and its problems follow edits', async () => {
    const uri = fixture('errors/syntax.ts');
    const document = await vscode.workspace.openTextDocument(uri);
    await vscode.window.showTextDocument(document, vscode.ViewColumn.One);
    await train('errors/syntax.ts');
    assert.equal(problemsOf('errors/syntax.ts')[0]!.range.start.line, 3);

    const above = new vscode.WorkspaceEdit();
    above.insert(uri, new vscode.Position(0, 0), '// one line more\n');
    await vscode.workspace.applyEdit(above);
    await until('it moves along', () => problemsOf('errors/syntax.ts')[0]?.range.start.line === 4);

    const repair = new vscode.WorkspaceEdit();
    repair.replace(uri, document.lineAt(4).range, 'throw new Error("repaired so far");');
    await vscode.workspace.applyEdit(repair);
    await until('it goes', () => problemsOf('errors/syntax.ts').length === 0);

    assert.ok(document.isDirty);
    const run = await begin('errors/syntax.ts');
    await run.finished;
    assert.equal(run.error?.code, 'model-exception');
    assert.equal(run.error.line, 5);
    assert.match(run.error.message, /repaired so far/);
    await vscode.commands.executeCommand('workbench.action.files.revert');
  });
});
