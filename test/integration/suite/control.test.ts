// Pause, step, resume, stop, restart, and a panel that is out of sight.
import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { activate, begin, closeAll, fixture, lastStep, until } from '../support';

const quiet = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

describe('control of a run', () => {
  after(closeAll);

  it('pauses, steps exactly, resumes and stops', async () => {
    const run = await begin('loop.js');
    await until('three steps', () => lastStep(run) >= 3);
    await run.pause();
    assert.equal(run.state, 'paused');
    const held = lastStep(run);
    await quiet(300);
    assert.equal(lastStep(run), held);
    await run.step();
    assert.equal(lastStep(run), held + 1);
    await run.step(5);
    assert.equal(lastStep(run), held + 6);
    assert.equal(run.state, 'paused');
    await run.resume();
    assert.equal(run.state, 'running');
    await until('more steps', () => lastStep(run) > held + 10);
    await run.stop();
    assert.equal(run.state, 'stopped');
    const numbers = run.steps.map((record) => record.step);
    assert.deepEqual(
      numbers,
      numbers.map((_, i) => i + 1),
      'no step is missing',
    );
    await assert.rejects(run.pause(), { code: 'run-ended' });
  });

  it('starts paused where that is asked for', async () => {
    const run = await begin('loop.js', { paused: true });
    await until('paused', () => run.state === 'paused');
    assert.equal(run.steps.length, 0);
    await run.step(2);
    assert.equal(lastStep(run), 2);
    await run.stop();
  });

  it('obeys its commands, and trains again with restart in the same panel', async () => {
    const api = await activate();
    const run = await begin('loop.js', { seed: 9 });
    await until('a step', () => lastStep(run) >= 1);
    await vscode.commands.executeCommand('gradientLens.pause');
    assert.equal(run.state, 'paused');
    const held = lastStep(run);
    await vscode.commands.executeCommand('gradientLens.step');
    assert.equal(lastStep(run), held + 1);
    await vscode.commands.executeCommand('gradientLens.resume');
    assert.equal(run.state, 'running');
    await vscode.commands.executeCommand('gradientLens.restart');
    assert.equal(run.state, 'stopped');
    const again = api.runs.at(-1)!;
    assert.notEqual(again.id, run.id);
    await until('a step of the new run', () => lastStep(again) >= 1);
    assert.equal(again.steps[0]!.loss, run.steps[0]!.loss);
    assert.equal(panelTabs().length, 1);
    await vscode.commands.executeCommand('gradientLens.stop');
    assert.equal(again.state, 'stopped');
  });

  it('loses no step while its panel is hidden', async () => {
    const run = await begin('loop.js');
    await until('steps', () => lastStep(run) >= 2);
    const tab = panelTabs()[0]!;
    const column = tab.group.viewColumn;
    await vscode.window.showTextDocument(fixture('notAModel.js'), { viewColumn: column });
    assert.equal(panelTabs()[0]!.isActive, false);
    const hiddenAt = lastStep(run);
    await until('twenty steps out of sight', () => lastStep(run) >= hiddenAt + 20);
    await run.pause();
    await vscode.commands.executeCommand('gradientLens.showPanel', run.id);
    await run.resume();
    await run.stop();
    const numbers = run.steps.map((record) => record.step);
    assert.deepEqual(
      numbers,
      numbers.map((_, i) => i + 1),
    );
  });

  it('ends the run when its panel is closed, and keeps its history', async () => {
    const run = await begin('loop.js');
    await until('steps', () => lastStep(run) >= 2);
    await closeAll();
    await run.finished;
    assert.equal(run.state, 'stopped');
    assert.ok(run.steps.length >= 2);
  });

  it('streams a loop that never awaits, says that it cannot pause, and stops it', async () => {
    const run = await begin('neverAwaits.js');
    await until('streamed steps', () => lastStep(run) >= 50);
    assert.equal(run.state, 'running');
    await assert.rejects(run.pause(), { code: 'cannot-pause' });
    const asked = Date.now();
    await run.stop();
    assert.equal(run.state, 'stopped');
    assert.ok(Date.now() - asked < 5000, 'stopped within 5 s');
  });

  it('ends a loop that never awaits at maxSteps', async () => {
    const run = await begin('neverAwaits.js', { maxSteps: 30 });
    await run.finished;
    assert.equal(run.state, 'completed', run.error?.message);
    assert.equal(lastStep(run), 30);
  });

  it('stops a program that never comes back', async () => {
    const run = await begin('endless.js');
    await until('its start', () => run.backend !== '');
    await quiet(500);
    await run.stop();
    assert.equal(run.state, 'stopped');
  });

  /** Tabs of our panel. VS Code puts a prefix before the view type. */
  function panelTabs(): vscode.Tab[] {
    return vscode.window.tabGroups.all
      .flatMap((group) => group.tabs)
      .filter(
        ({ input }) =>
          input instanceof vscode.TabInputWebview && input.viewType.endsWith('gradientLens.run'),
      );
  }
});
