// Training in a thread of this process, as the command line and the editor's backend `node` do it: the
// built runtime obeys its controls, and its end is met however it comes.
import assert from 'node:assert/strict';
import path from 'node:path';
import { bundleModel } from '../../src/model/bundle';
import { EsbuildService } from '../../src/model/esbuildLoader';
import { TrainingRun } from '../../src/run/trainingRun';
import type { StartOptions } from '../../src/shared/protocol/runtime';
import { ThreadPage } from '../../src/sources/runtimeHost/threadPage';
import { WebviewSource } from '../../src/sources/webview/webviewSource';
import { WorkspaceFiles } from '../../src/sources/webview/workspaceFiles';
import { ROOT, WORKSPACE } from './spawned';

describe('training in a thread', function () {
  this.timeout(60_000);
  const esbuild = new EsbuildService(ROOT);
  const runs: TrainingRun[] = [];
  let troubles: string[] = [];
  let printed: string[] = [];
  beforeEach(() => {
    troubles = [];
    printed = [];
  });
  afterEach(() => runs.splice(0).forEach((run) => run.dispose()));
  after(() => esbuild.dispose());

  function start(file: string, options: Partial<StartOptions> = {}): TrainingRun {
    const model = path.join(WORKSPACE, file);
    const request = { seed: 3, backend: 'auto', paused: options.paused ?? false };
    const source = new WebviewSource({
      page: new ThreadPage(path.join(ROOT, 'dist'), model, (message) => troubles.push(message)),
      files: new WorkspaceFiles(WORKSPACE, WORKSPACE, [WORKSPACE]),
      start: {
        runId: 'thread',
        kind: 'program',
        seed: 3,
        backend: 'auto',
        paused: false,
        sampling: { everySteps: 1, activationEverySteps: 1 },
        epsilon: 'keras',
        fusedUpdates: 'auto',
        probe: 'auto',
        hyperparameters: {},
        ...options,
      },
      bundle: () => bundleModel(esbuild, { model, unsaved: new Map() }),
      onConsole: (level, text) => printed.push(`${level} ${text}`),
      onTrouble: (message) => troubles.push(message),
    });
    const run = new TrainingRun({
      ...{ id: 'thread', model, title: file, path: file, request, source },
    });
    runs.push(run);
    run.start();
    return run;
  }

  it('holds at a pause, takes single steps, goes on, and stops', async () => {
    const run = start('loop.js', { paused: true });
    await run.step(3);
    assert.equal(run.state, 'paused');
    assert.deepEqual(
      run.steps.map(({ step }) => step),
      [1, 2, 3],
    );
    await run.resume();
    await new Promise<void>((resolve) => run.onDidStep(({ step }) => step > 20 && resolve()));
    await run.pause();
    const held = run.currentStep;
    await run.step();
    assert.equal(run.currentStep, held + 1);
    await run.stop();
    assert.equal(run.state, 'stopped');
    assert.deepEqual(troubles, []);
  });

  it('reads the workspace, and passes on what is printed', async () => {
    const run = start('program.js');
    await run.finished;
    assert.equal(run.state, 'completed', run.error?.message);
    assert.equal(run.backend, 'wasm');
    assert.deepEqual(printed, ['log the program is done']);
    const reader = start('readsFile.js');
    await reader.finished;
    assert.equal(reader.state, 'completed', reader.error?.message);
  });

  it('ends a program that never gives way', async () => {
    const run = start('endless.js');
    await new Promise<void>((resolve) => {
      run.onDidChange(() => {
        if (run.backend !== '') resolve();
      });
    });
    await run.stop();
    assert.equal(run.state, 'stopped');
  });

  it('takes cpu where that is asked for', async () => {
    const run = start('small.model.ts', { kind: 'experiment', backend: 'cpu', maxSteps: 3 });
    await run.finished;
    assert.deepEqual([run.state, run.backend, run.steps.length], ['completed', 'cpu', 3]);
  });

  it('lacks what only Node has, so that the program fails as in the editor', async () => {
    const run = start('errors/usesProcess.js');
    await run.finished;
    assert.equal(run.error?.code, 'missing-global');
    assert.equal(run.error.line, 2);
  });
});
