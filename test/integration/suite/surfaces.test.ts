// What the editor offers around a run: lenses, commands, restored runs, and how fast it all begins.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import * as vscode from 'vscode';
import { Commands } from '../../../src/contributions';
import { bundleModel } from '../../../src/model/bundle';
import { EsbuildService } from '../../../src/model/esbuildLoader';
import { readManifest } from '../../../src/store/manifestFile';
import { openRun } from '../../../src/store/runReader';
import { assertTrusted } from '../../../src/trainer';
import { activate, begin, closeAll, fixture, lastStep, train, until } from '../support';

/** Once warm, and on a machine that is busy with the rest of the tests. */
const BUNDLE_MS = 1500;

async function lensesOf(name: string): Promise<vscode.CodeLens[]> {
  const document = await vscode.workspace.openTextDocument(fixture(name));
  const lenses = await vscode.commands.executeCommand<vscode.CodeLens[]>(
    'vscode.executeCodeLensProvider',
    document.uri,
    20,
  );
  const ours = Object.values(Commands) as string[];
  return lenses.filter(({ command }) => ours.includes(command?.command ?? ''));
}

describe('surfaces', () => {
  before(activate);
  after(closeAll);

  it('registers every command', async () => {
    const registered = await vscode.commands.getCommands(true);
    for (const id of Object.values(Commands)) assert.ok(registered.includes(id), id);
  });

  it('puts a lens above the model, and controls there while it trains', async () => {
    const offered = [Commands.train, Commands.debugTraining];
    const before = await lensesOf('small.model.ts');
    assert.deepEqual(
      before.map(({ command }) => command!.command),
      offered,
    );
    for (const { range } of before) assert.equal(range.start.line, 4);
    assert.deepEqual(await lensesOf('notAModel.js'), []);
    const run = await begin('loop.js');
    await until('a step', () => lastStep(run) >= 1);
    const during = (await lensesOf('loop.js')).map(({ command }) => command!.command);
    assert.deepEqual(during, [Commands.showPanel, Commands.pause, Commands.stop]);
    await run.stop();
    const after = (await lensesOf('loop.js')).map(({ command }) => command!.command);
    assert.deepEqual(after, offered);
  });

  it('has an off switch for lenses', async () => {
    const settings = vscode.workspace.getConfiguration('gradientLens');
    await settings.update('codeLens.enabled', false, vscode.ConfigurationTarget.Workspace);
    try {
      assert.deepEqual(await lensesOf('small.model.ts'), []);
    } finally {
      await settings.update('codeLens.enabled', undefined, vscode.ConfigurationTarget.Workspace);
    }
  });

  it('trains the file that a command is given, beside its source', async () => {
    const api = await activate();
    await closeAll();
    const started = new Promise<string>((resolve) => {
      const subscription = api.onDidStartRun((run) => {
        subscription.dispose();
        resolve(run.model.fsPath);
      });
    });
    await vscode.commands.executeCommand(Commands.train, fixture('readsFile.js'));
    assert.equal(await started, fixture('readsFile.js').fsPath);
    await api.runs.at(-1)!.finished;
    assert.equal(vscode.window.activeTextEditor?.document.fileName, fixture('readsFile.js').fsPath);
    assert.equal(vscode.window.tabGroups.all.length, 2);
  });

  it('keeps the focus where it is', async () => {
    await vscode.window.showTextDocument(fixture('notAModel.js'), {
      viewColumn: vscode.ViewColumn.One,
    });
    await train('readsFile.js', { show: false });
    assert.equal(vscode.window.activeTextEditor?.document.fileName, fixture('notAModel.js').fsPath);
    await train('readsFile.js', { show: true });
    assert.equal(vscode.window.activeTextEditor.document.fileName, fixture('notAModel.js').fsPath);
  });

  it('keeps a run on disk, whole, and out of git', async () => {
    const run = await train('readsFile.js');
    const folder = fixture('.gradient-lens').fsPath;
    const runFolder = path.join(folder, 'runs', run.id);
    assert.match(run.id, /^\d{8}-\d{6}-readsfile-[0-9a-f]{4}$/);
    let manifest = await readManifest(runFolder).catch(() => undefined);
    const deadline = Date.now() + 10_000;
    while (!manifest?.endedAt && Date.now() < deadline) {
      await new Promise((resolve) => setTimeout(resolve, 100));
      manifest = await readManifest(runFolder).catch(() => undefined);
    }
    assert.equal(manifest?.state, 'completed');
    assert.equal(manifest.model.text, readFileSync(run.model.fsPath, 'utf8'));
    assert.equal(manifest.versions.vscode, vscode.version);
    const kept = await openRun(runFolder);
    assert.ok(kept.isComplete);
    assert.equal(kept.view.path, 'readsFile.js');
    assert.deepEqual(
      kept.history.records.map(({ step, loss }) => [step, loss]),
      run.steps.map(({ step, loss }) => [step, loss]),
    );
    const names = readdirSync(runFolder);
    assert.ok(names.some((name) => name.startsWith('events.out.tfevents.')));
    assert.match(readFileSync(path.join(folder, '.gitignore'), 'utf8'), /^\*$/m);
  });

  it('runs no code of a workspace that is not trusted', () => {
    assert.throws(() => assertTrusted(false), { code: 'untrusted-workspace', message: /Trust/ });
    assert.doesNotThrow(() => assertTrusted(true));
  });

  it('bundles within a blink', async () => {
    const { extensionPath } = vscode.extensions.getExtension('gradient-lens.gradient-lens')!;
    const service = new EsbuildService(extensionPath);
    try {
      const request = { model: fixture('typed.ts').fsPath, unsaved: new Map<string, string>() };
      await bundleModel(service, request);
      const times: number[] = [];
      for (let i = 0; i < 5; i++) times.push((await bundleModel(service, request)).ms);
      times.sort((a, b) => a - b);
      assert.ok(times[2]! < BUNDLE_MS, `${times.map((t) => t.toFixed(0)).join(', ')} ms`);
    } finally {
      await service.dispose();
    }
  });
});
