// Runs as a list: names, tags, pins and notes on disk; opening old runs beside a training; comparing; deleting.
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import * as vscode from 'vscode';
import type { Run } from '../../../src/api';
import { begin, closeAll, fixture, train, until } from '../support';

const run = (verb: string, ...args: unknown[]) =>
  vscode.commands.executeCommand(`gradientLens.${verb}`, ...args);
const folderOf = ({ id }: Run) => fixture(path.join('.gradient-lens', 'runs', id)).fsPath;

async function labelsOf(of: Run): Promise<Record<string, unknown>> {
  const file = path.join(folderOf(of), 'labels.json');
  return existsSync(file)
    ? (JSON.parse(await readFile(file, 'utf8')) as Record<string, unknown>)
    : {};
}

/** Labels of the tabs that show pages of a type. */
function pages(viewType: string): string[] {
  return vscode.window.tabGroups.all.flatMap(({ tabs }) =>
    tabs.flatMap(({ input, label }) =>
      input instanceof vscode.TabInputWebview && input.viewType.endsWith(viewType) ? [label] : [],
    ),
  );
}

async function untilWritten(of: Run): Promise<void> {
  await until('the folder of the run', () => existsSync(path.join(folderOf(of), 'manifest.json')));
}

describe('runs view', () => {
  let first: Run;
  let second: Run;

  before(async () => {
    first = await train('small.model.ts', { maxSteps: 12, hyperparameters: { units: 6 } });
    second = await train('small.model.ts', { maxSteps: 12, hyperparameters: { units: 9 } });
    await untilWritten(first);
    await untilWritten(second);
  });
  after(async () => {
    await run('clearRunFilter');
    await run('groupRuns', 'none');
    await run('sortRuns', 'time');
    await closeAll();
  });

  it('keeps names, pins and tags with the run', async () => {
    await run('renameRun', first.id, 'Six units');
    await run('pinRun', first.id);
    await run('tagRun', first.id, undefined, ['baseline', 'small']);
    assert.deepEqual(await labelsOf(first), {
      name: 'Six units',
      pinned: true,
      tags: ['baseline', 'small'],
    });
    await run('unpinRun', first.id);
    await run('renameRun', first.id, '');
    assert.deepEqual(await labelsOf(first), { tags: ['baseline', 'small'] });
  });

  it('tags several runs: what not all of them had stays', async () => {
    await run(
      'tagRun',
      first.id,
      [first.id, second.id].map((id) => ({ kind: 'run', run: { id } })),
      ['both'],
    );
    assert.deepEqual(await labelsOf(first), { tags: ['baseline', 'small', 'both'] });
    assert.deepEqual(await labelsOf(second), { tags: ['both'] });
  });

  it('opens the note as a file, and keeps what is saved', async () => {
    await run('noteRun', second.id);
    const editor = vscode.window.activeTextEditor;
    assert.equal(editor?.document.uri.scheme, 'gradient-lens-note');
    assert.equal(editor.document.languageId, 'markdown');
    await editor.edit((edit) => edit.insert(new vscode.Position(0, 0), '*too* small\n'));
    // While VS Code's Markdown extension is still starting, a save is dropped: its user would press again.
    for (let i = 0; i < 5 && !(await editor.document.save()); i++) await pause(1000);
    assert.equal(editor.document.isDirty, false);
    assert.equal((await labelsOf(second))['note'], '*too* small\n');
    await closeAll();
  });

  it('takes filter, order and groups by their names, and says what it does not understand', async () => {
    await run('filterRuns', 'tag:baseline units=6');
    await run('groupRuns', 'tag');
    await run('sortRuns', 'best');
    await run('filterRuns', 'units>many');
    await run('openRun', 'there-is-no-such-run');
  });

  it('opens old runs in the panel of their model, one after the other', async () => {
    await closeAll();
    await run('openRun', first.id);
    await until('the panel', () => pages('gradientLens.run').length === 1);
    await run('openRun', second.id);
    assert.equal(pages('gradientLens.run').length, 1);
  });

  it('opens an old run beside a training, which goes on', async () => {
    await closeAll();
    const training = await begin('small.model.ts', { paused: true });
    await until('the training to be held', () => training.state === 'paused');
    assert.equal(pages('gradientLens.run').length, 1);
    await run('openRun', first.id);
    await until('a panel beside it', () => pages('gradientLens.run').length === 2);
    // The same run again is not opened twice.
    await run('openRun', first.id);
    await run('openRun', training.id);
    assert.equal(pages('gradientLens.run').length, 2);
    await training.resume();
    await training.finished;
    assert.equal(training.state, 'completed');
    await closeAll();
  });

  it('compares runs in a page, and shows the same page for the same runs', async () => {
    await run('compareRuns', [first.id, second.id]);
    await until('the page', () => pages('gradientLens.compare').includes('Compare 2 runs'));
    await run('compareRuns', [second.id, first.id]);
    assert.equal(pages('gradientLens.compare').length, 1);
    // One run is compared with the baseline.
    await run('pinBaseline', first.id);
    await run('compareRuns', second.id);
    assert.deepEqual(pages('gradientLens.compare'), ['Compare 2 runs']);
    await run('unpinBaseline');
    await closeAll();
  });

  it('copies ids', async () => {
    await run('copyRunId', [first.id, second.id]);
    assert.equal(await vscode.env.clipboard.readText(), `${first.id}\n${second.id}`);
  });
});
