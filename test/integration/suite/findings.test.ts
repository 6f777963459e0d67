// Findings of real runs, and where they stand.
import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { closeAll, problemsOf, train, until } from '../support';

describe('findings', () => {
  after(closeAll);

  it('names vanishing gradients on the line that built the first layers', async () => {
    const run = await train('vanishing.js');
    assert.equal(run.state, 'completed', run.error?.message);
    const [finding, ...others] = run.findings.filter((f) => f.rule === 'vanishing-gradient');
    assert.ok(finding, `found ${run.findings.map((f) => f.rule).join(', ') || 'nothing'}`);
    assert.deepEqual(others, []);
    await until('the problem', () => problemsOf('vanishing.js').length > 0, 5000);
    const problem = problemsOf('vanishing.js').find((p) => p.code === 'vanishing-gradient');
    assert.ok(problem);
    // The call in the loop.
    assert.equal(problem.range.start.line, 6);
    assert.equal(problem.severity, vscode.DiagnosticSeverity.Error);
    assert.ok(problem.message.startsWith(finding.message));
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
