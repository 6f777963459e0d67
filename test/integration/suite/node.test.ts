// Programs that need Node train there by themselves, unchanged: their layers and findings stand on their
// lines, they obey, and what goes wrong is said. tfjs-node cannot be had here: its stand-in trains.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import * as vscode from 'vscode';
import type { Run } from '../../../src/api';
import { Commands } from '../../../src/contributions';
import {
  activate,
  begin,
  closeAll,
  codeOf,
  fixture,
  lastStep,
  problemsOf,
  train,
  until,
} from '../support';

const settings = () => vscode.workspace.getConfiguration('gradientLens');

/** Settings for the time of a test. */
async function withSettings<T>(values: Record<string, unknown>, run: () => Promise<T>): Promise<T> {
  const change = async (of: (name: string) => unknown) => {
    for (const name of Object.keys(values)) {
      await settings().update(name, of(name), vscode.ConfigurationTarget.Workspace);
    }
  };
  await change((name) => values[name]);
  try {
    return await run();
  } finally {
    await change(() => undefined);
  }
}

const numbersOf = (run: Run) => run.steps.map(({ step }) => step);
const counted = (length: number) => Array.from({ length }, (_, i) => i + 1);

/** Layers as `name file:line`. */
const placesOf = (run: Run) =>
  run.layers.map(
    ({ name, line, location }) => `${name} ${location?.file.split('/').pop() ?? ''}:${line ?? 0}`,
  );

/** Ids of the processes that tasks have started since it was made. */
function watchProcesses(): { ids: number[]; dispose(): void } {
  const ids: number[] = [];
  const subscription = vscode.tasks.onDidStartTaskProcess(({ processId }) => ids.push(processId));
  return { ids, dispose: () => void subscription.dispose() };
}

describe('programs in Node', () => {
  after(closeAll);

  it('offers a stand-in where tfjs-node does not load, and trains on it from then on', async () => {
    const api = await activate();
    const failed = await train('node/fit.js');
    assert.equal(failed.state, 'failed');
    assert.equal(failed.error?.code, 'tfjs-node-missing');
    assert.equal(failed.error.line, 2);
    assert.match(failed.error.message, /^fit\.js, line 2: .*tfjs-node.*@tensorflow\/tfjs/);
    const uri = fixture('node/fit.js');
    await vscode.workspace.openTextDocument(uri);
    await until('the problem', () => problemsOf('node/fit.js').length === 1);
    const [problem] = problemsOf('node/fit.js');
    const actions = await vscode.commands.executeCommand<vscode.CodeAction[]>(
      'vscode.executeCodeActionProvider',
      uri,
      problem!.range,
      vscode.CodeActionKind.QuickFix.value,
    );
    const offer = actions.find(({ title }) => title.includes('@tensorflow/tfjs'));
    assert.ok(offer?.command, 'no quick fix');
    try {
      const { command, arguments: args = [] } = offer.command;
      await vscode.commands.executeCommand(command, ...(args as unknown[]));
      const run = api.runs.at(-1)!;
      assert.notEqual(run.id, failed.id);
      await run.finished;
      assert.equal(run.state, 'completed', run.error?.message);
      assert.match(run.backend, /^(wasm|cpu)$/);
      assert.deepEqual(numbersOf(run), counted(16));
      assert.deepEqual(placesOf(run), ['dense_Dense1 fit.js:9', 'dense_Dense2 fit.js:10']);
      assert.ok(run.steps.at(-1)!.loss! < run.steps[0]!.loss!);
      assert.equal(settings().inspect('node.standIn')?.workspaceValue, 'use');
    } finally {
      await settings().update('node.standIn', undefined, vscode.ConfigurationTarget.Workspace);
    }
  });

  it('holds, steps, resumes and stops a loop that never awaits', async () => {
    const run = await begin('node/loop.mjs');
    await until('three steps', () => lastStep(run) >= 3);
    assert.deepEqual(placesOf(run), ['w loop.mjs:5']);
    await run.pause();
    assert.equal(run.state, 'paused');
    const held = lastStep(run);
    await run.step();
    await run.step(3);
    assert.equal(lastStep(run), held + 4);
    await run.resume();
    await until('more steps', () => lastStep(run) > held + 20);
    await vscode.commands.executeCommand('gradientLens.showOutput', run.id);
    assert.ok(vscode.window.terminals.some(({ name }) => name.includes('loop.mjs')));
    await run.stop();
    assert.equal(run.state, 'stopped');
  });

  it('trains TypeScript, with the lines of a helper that it imports', async () => {
    const run = await train('node/typed.ts');
    assert.equal(run.state, 'completed', run.error?.message);
    assert.deepEqual(placesOf(run), [
      ...[1, 2, 3].map((i) => `dense_Dense${i} layers.ts:7`),
      'output typed.ts:14',
    ]);
    assert.deepEqual(numbersOf(run), counted(8));
  });

  it('goes to Node where only an import of an import needs it', async () => {
    const run = await train('node/usesHelper.js');
    assert.equal(run.state, 'completed', run.error?.message);
    assert.deepEqual(numbersOf(run), [1, 2, 3]);
    assert.deepEqual(placesOf(run), ['w usesHelper.js:6']);
  });

  it('goes to Node where only its start shows that it needs it', async () => {
    const run = await train('node/globals.js');
    assert.equal(run.state, 'completed', run.error?.message);
    assert.deepEqual(numbersOf(run), counted(3));
    assert.equal(run.backend, 'cpu');
  });

  it('records the program, not the child that it starts', async () => {
    const run = await train('node/spawns.js');
    assert.equal(run.state, 'completed', run.error?.message);
    assert.deepEqual(placesOf(run), ['parent spawns.js:6']);
    assert.deepEqual(numbersOf(run), [1, 2, 3]);
  });

  it('puts a finding on the line of its layer, and tries its fix in Node', async () => {
    const run = await train('node/deepSigmoid.cjs');
    assert.equal(run.state, 'completed', run.error?.message);
    await until('the problem', () =>
      problemsOf('node/deepSigmoid.cjs').some((one) => codeOf(one) === 'vanishing-gradient'),
    );
    const problem = problemsOf('node/deepSigmoid.cjs').find(
      (one) => codeOf(one) === 'vanishing-gradient',
    );
    assert.equal(problem!.range.start.line, 7);
    const { runs } = await activate();
    const known = new Set(runs.map(({ id }) => id));
    const verifying = vscode.commands.executeCommand(Commands.verifyRemedy, {
      ...{ run: run.id, rule: 'vanishing-gradient', remedy: 'change-activation' },
    });
    const api = await activate();
    const tried = () => api.runs.find(({ id }) => !known.has(id));
    await until('the trial', () => tried()?.state === 'completed');
    assert.equal(tried()!.backend, run.backend);
    assert.equal(tried()!.layers[0]!.line, 8);
    assert.ok(!tried()!.findings.some(({ rule }) => rule === 'vanishing-gradient'));
    // The verdict waits for an answer; none means that nothing is changed.
    const clear = () => void vscode.commands.executeCommand('notifications.clearAll');
    const dismissing = setInterval(clear, 300);
    await Promise.resolve(verifying).finally(() => clearInterval(dismissing));
  });

  it('runs with the arguments, options, environment and folder of the settings', async () => {
    const written = async () =>
      JSON.parse(await readFile(fixture('node/arguments.json').fsPath, 'utf8')) as unknown;
    const folder = fixture('').fsPath.replace(/[/\\]$/, '');
    const given = {
      'node.args': ['--flag=${fileBasename}', '3'],
      'node.nodeArgs': ['--max-old-space-size=2000'],
      'node.env': { GREETING: 'hello there' },
    };
    await withSettings({ ...given, 'node.cwd': 'data' }, async () => {
      const run = await train('node/arguments.js', { backend: 'node' });
      assert.deepEqual(numbersOf(run), [1, 2, 3]);
      const { flag, cwd, greeting, execArgv } = (await written()) as Record<string, unknown>;
      const expected = ['--flag=arguments.js', `${folder}/data`, 'hello there'];
      assert.deepEqual([flag, cwd, greeting], expected);
      assert.ok((execArgv as string[]).includes('--max-old-space-size=2000'));
    });
    await withSettings({ 'node.npmScript': 'train' }, async () => {
      const run = await train('node/arguments.js');
      assert.equal(run.state, 'completed', run.error?.message);
      const { flag, cwd } = (await written()) as Record<string, unknown>;
      assert.deepEqual([flag, cwd], ['--from-script', `${folder}/node`]);
    });
  });

  it('saves unsaved changes first', async () => {
    const uri = fixture('node/spawns.js');
    const document = await vscode.workspace.openTextDocument(uri);
    await vscode.window.showTextDocument(document, vscode.ViewColumn.One);
    const edit = new vscode.WorkspaceEdit();
    edit.insert(uri, new vscode.Position(0, 0), '// one line more\n');
    await vscode.workspace.applyEdit(edit);
    assert.ok(document.isDirty);
    const run = await train('node/spawns.js');
    assert.ok(!document.isDirty);
    assert.deepEqual(placesOf(run), ['parent spawns.js:7']);
  });

  it('says what a program threw, how it ended, and that one did not train', async () => {
    const thrown = await train('node/throws.ts');
    assert.equal(thrown.state, 'failed');
    assert.equal(thrown.error?.code, 'model-exception');
    assert.match(thrown.error.message, /^throws\.ts, line 8: .*join/);
    assert.deepEqual(numbersOf(thrown), [1, 2]);
    await until('the problem', () => problemsOf('node/throws.ts').length > 0);
    assert.equal(problemsOf('node/throws.ts')[0]!.range.start.line, 7);
    const failed = await train('node/givesUp.js');
    assert.equal(failed.error?.code, 'process-failed');
    assert.match(failed.error.message, /exit code 3 after step 2/);
    const never = await train('node/never.js');
    assert.equal(never.error?.code, 'nothing-trained');
  });

  it('fails, and keeps what was recorded, when the program is killed', async () => {
    const processes = watchProcesses();
    const run = await begin('node/loop.mjs');
    await until('three steps', () => lastStep(run) >= 3);
    process.kill(processes.ids.at(-1)!, 'SIGKILL');
    await run.finished;
    processes.dispose();
    assert.equal(run.state, 'failed');
    assert.equal(run.error?.code, 'process-killed', run.error?.message);
    assert.ok(run.steps.length >= 3);
  });

  it('goes on when its panel is closed', async () => {
    const run = await begin('node/loop.mjs');
    await until('three steps', () => lastStep(run) >= 3);
    await closeAll();
    const seen = lastStep(run);
    await until('more steps', () => lastStep(run) > seen + 20);
    await vscode.commands.executeCommand('gradientLens.showPanel', run.id);
    await run.stop();
    assert.equal(run.state, 'stopped');
  });

  it('trains in Node what does not need it, where that is asked for', async () => {
    const program = await train('program.js', { backend: 'node' });
    assert.equal(program.state, 'completed', program.error?.message);
    assert.deepEqual(placesOf(program), ['dense_Dense1 program.js:7', 'dense_Dense2 program.js:8']);
    const experiment = await train('small.model.ts', { backend: 'node', maxSteps: 4 });
    assert.equal(experiment.state, 'completed', experiment.error?.message);
    assert.equal(lastStep(experiment), 4);
    assert.match(experiment.backend, /^(wasm|cpu)$/);
  });

  it('stays in the editor where a backend of the editor is asked for', async () => {
    const run = await train('errors/needsNode.ts', { backend: 'cpu' });
    assert.equal(run.error?.code, 'needs-node');
    assert.equal(run.error.line, 2);
  });
});
