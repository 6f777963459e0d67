// Runs that go on: stopped in the midst of an epoch, several times in a row, at their end with more to come, with a
// file that has changed since, and programs by their steps again.
import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import type { Run, TrainOptions } from '../../../src/api';
import {
  activate,
  begin,
  closeAll,
  fixture,
  lastStep,
  runStartedBy,
  train,
  until,
} from '../support';

const MODEL = 'resumes.model.ts';
const WHOLE: TrainOptions = { seed: 5, backend: 'wasm' };

/** What training computes. */
const numbersOf = (run: Run) =>
  run.steps.map(({ step, epoch, loss, metrics, learningRate }) => ({
    ...{ step, epoch, loss, metrics, learningRate },
  }));

async function resume(run: Run, options: object = {}): Promise<Run> {
  const resumed = await runStartedBy(await activate(), async () => {
    await vscode.commands.executeCommand('gradientLens.resumeRun', run.id, options);
  });
  assert.notEqual(resumed.id, run.id);
  return resumed;
}

const quiet = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

const folderOf = (run: Run) => fixture(`.gradient-lens/runs/${run.id}`);

async function manifestOf(run: Run): Promise<Record<string, unknown>> {
  const bytes = await vscode.workspace.fs.readFile(
    vscode.Uri.joinPath(folderOf(run), 'manifest.json'),
  );
  return JSON.parse(Buffer.from(bytes).toString('utf8')) as Record<string, unknown>;
}

async function checkpointsOf(run: Run): Promise<string[]> {
  const entries = await vscode.workspace.fs.readDirectory(
    vscode.Uri.joinPath(folderOf(run), 'checkpoints'),
  );
  return entries.map(([name]) => name).sort();
}

describe('resuming a run', () => {
  after(closeAll);

  it('goes on where it was stopped, as one curve with the numbers of an uninterrupted run', async () => {
    const straight = await train(MODEL, WHOLE);
    assert.equal(straight.state, 'completed', straight.error?.message);
    assert.equal(straight.steps.length, 30);
    const first = await begin(MODEL, { ...WHOLE, maxSteps: 8 });
    await first.finished;
    const second = await resume(first, { steps: 5 });
    await second.finished;
    assert.equal(second.state, 'completed', second.error?.message);
    assert.deepEqual(numbersOf(second), numbersOf(straight).slice(0, 13));
    const third = await resume(second, { epochs: 1 });
    await third.finished;
    assert.equal(third.state, 'completed', third.error?.message);
    // One epoch more than the module says; its schedule, a cosine, has ended with the epochs of the module.
    assert.deepEqual(numbersOf(third).slice(0, 30), numbersOf(straight));
    assert.equal(lastStep(third), 36);
    while ((await checkpointsOf(third)).at(-1) !== 'step-36') await quiet(20);
    // The first of the run is the one that it went on from.
    assert.deepEqual(await checkpointsOf(third), ['step-13', 'step-36']);
    assert.deepEqual((await manifestOf(third))['resumedFrom'], { run: second.id, step: 13 });
  });

  it('goes on from a pause that was followed by a stop, in the midst of an epoch', async () => {
    const straight = await train(MODEL, WHOLE);
    const first = await begin(MODEL, { ...WHOLE, paused: true });
    await until('held', () => first.state === 'paused');
    await first.step(9);
    await first.stop();
    const second = await resume(first);
    await second.finished;
    assert.deepEqual(numbersOf(second), numbersOf(straight));
  });

  it('says what is missing where it cannot go on', async () => {
    const ended = await train(MODEL, WHOLE);
    const shown = await vscode.commands.executeCommand('gradientLens.resumeRun', 'no-such-run');
    assert.equal(shown, undefined);
    // An input box asks for more epochs: given up, nothing begins.
    const runs = (await activate()).runs.length;
    const asked = vscode.commands.executeCommand('gradientLens.resumeRun', ended.id);
    await quiet(800);
    await vscode.commands.executeCommand('workbench.action.closeQuickOpen');
    await asked;
    assert.equal((await activate()).runs.length, runs);
  });

  it('trains the file as it was, or as it is, and names layers that do not fit', async () => {
    const file = fixture('changed.model.ts');
    const original = Buffer.from(await vscode.workspace.fs.readFile(fixture(MODEL))).toString(
      'utf8',
    );
    const write = (text: string) => vscode.workspace.fs.writeFile(file, Buffer.from(text, 'utf8'));
    try {
      await write(original);
      const straight = await train('changed.model.ts', WHOLE);
      const first = await train('changed.model.ts', { ...WHOLE, maxSteps: 10 });
      await write(original.replace('units: 8', 'units: 9'));
      const stored = await resume(first, { source: 'stored', steps: 25 });
      await stored.finished;
      assert.deepEqual(numbersOf(stored), numbersOf(straight));
      const current = await resume(first, { source: 'current', steps: 25 });
      await current.finished;
      assert.equal(current.state, 'failed');
      assert.equal(current.error?.code, 'checkpoint-mismatch');
      assert.match(
        current.error.message,
        /hidden\/kernel has the shape \[4, 9\], and had \[4, 8\]/,
      );
    } finally {
      await vscode.workspace.fs.delete(file);
    }
  });

  it('takes the steps of a program again, and goes on', async () => {
    const straight = await train('loop.js', { ...WHOLE, maxSteps: 30 });
    const first = await train('loop.js', { ...WHOLE, maxSteps: 12 });
    const second = await resume(first, { steps: 18 });
    await second.finished;
    assert.equal(second.state, 'completed', second.error?.message);
    assert.deepEqual(numbersOf(second), numbersOf(straight));
  });
});
