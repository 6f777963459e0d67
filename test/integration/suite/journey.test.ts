// The journey through the public API: programs and experiments train, with layers on their lines.
import assert from 'node:assert/strict';
import { OCTAVES } from '../../../src/shared/core/stepRecord';
import { activate, begin, closeAll, fixture, lastStep, train } from '../support';

describe('training through the API', () => {
  after(closeAll);

  it('trains a plain program, step by step, on the first usable backend', async () => {
    const api = await activate();
    const run = await begin('program.js');
    assert.equal(api.version, 1);
    assert.equal(api.runs.at(-1), run);
    const heard: number[] = [];
    run.onDidStep((record) => heard.push(record.step));
    await run.finished;
    assert.equal(run.state, 'completed', run.error?.message);
    assert.match(run.backend, /^(webgl|wasm|cpu)$/);
    // 48 training samples in batches of 16, five epochs.
    assert.deepEqual(
      heard,
      Array.from({ length: 15 }, (_, i) => i + 1),
    );
    assert.deepEqual(
      run.steps.map((record) => record.step),
      heard,
    );
    assert.deepEqual(
      run.steps.map((record) => record.epoch),
      heard.map((s) => Math.ceil(s / 3)),
    );
    assert.ok(run.steps.at(-1)!.loss! < run.steps[0]!.loss!, 'the loss falls');
    const validation = run.steps.at(-1)!.metrics['val_loss'];
    assert.equal(typeof validation, 'number');
    assert.equal(run.steps[0]!.metrics['val_loss'], undefined);
    const [first, second] = run.layers;
    assert.deepEqual([first?.className, second?.className], ['Dense', 'Dense']);
    assert.deepEqual([first?.line, second?.line], [7, 8]);
    const record = run.steps[3]!.layers[first!.name]!;
    assert.equal(record.gradient.count, 4 * 8 + 8);
    assert.equal(record.gradient.histogram.positive.length, OCTAVES);
    const { zeros, nans, posInfs, negInfs, count, histogram } = record.gradient;
    const counted = [...histogram.negative, ...histogram.positive].reduce((a, b) => a + b, 0);
    assert.equal(counted + zeros + nans + posInfs + negInfs, count);
    assert.ok(record.updateRatio > 0);
    assert.deepEqual(run.findings, []);
  });

  it('maps layers of loops, of helpers in other files, and of TypeScript to their lines', async () => {
    const run = await train('typed.ts');
    assert.equal(run.state, 'completed', run.error?.message);
    assert.deepEqual(
      run.layers.map(({ name, line }) => [name, line]),
      [
        ['body0', 13],
        ['body1', 13],
        ['body2', 13],
        ['head', 5],
      ],
    );
    assert.match(run.layers.at(-1)!.location!.file, /lib\/blocks\.ts$/);
    assert.equal(run.layers[0]!.location!.file, fixture('typed.ts').fsPath.replaceAll('\\', '/'));
    assert.equal(run.layers[0]!.activation, 'relu');
  });

  it('maps a layer class of the user to the line that called new, not to its constructor', async () => {
    const run = await train('ownLayer.js');
    assert.equal(run.state, 'completed', run.error?.message);
    assert.deepEqual(
      run.layers.map(({ className, line }) => [className, line]),
      [
        ['Dense', 25],
        ['Scale', 25],
      ],
    );
  });

  it('trains an experiment module, with hyperparameters', async () => {
    const run = await train('small.model.ts', { hyperparameters: { units: 5 } });
    assert.equal(run.state, 'completed', run.error?.message);
    assert.equal(run.layers[0]!.tensors[0]!.shape[1], 5);
    assert.equal(run.layers[0]!.line, 8);
    assert.ok(run.steps.at(-1)!.loss! < run.steps[0]!.loss!);
  });

  it('gives the same losses for the same seed, and others for another', async () => {
    const losses = async (seed: number) =>
      (await train('small.model.ts', { seed, maxSteps: 8 })).steps.map((record) => record.loss);
    const first = await losses(3);
    assert.equal(first.length, 8);
    assert.deepEqual(await losses(3), first);
    assert.notDeepEqual(await losses(4), first);
  });

  it('ends at maxSteps, on every backend that is asked for', async () => {
    for (const backend of ['webgl', 'wasm', 'cpu'] as const) {
      const run = await train('program.js', { backend, maxSteps: 4 });
      assert.equal(run.state, 'completed', run.error?.message);
      assert.equal(run.backend, backend);
      assert.equal(lastStep(run), 4);
    }
  });

  it('keeps two optimizers apart', async () => {
    const run = await train('twoOptimizers.js');
    assert.equal(run.state, 'completed', run.error?.message);
    assert.equal(run.steps.length, 12);
    assert.deepEqual(Object.keys(run.steps[0]!.layers), ['critic']);
    assert.deepEqual(Object.keys(run.steps[1]!.layers), ['generator']);
    assert.equal(run.steps[0]!.learningRate, run.steps[1]!.learningRate);
  });

  it('reads files beside the model, and of the workspace folder', async () => {
    const beside = await train('readsFile.js');
    assert.equal(beside.state, 'completed', beside.error?.message);
    assert.equal(beside.steps.length, 6);
    const root = await train('lib/readsFromRoot.js');
    assert.equal(root.state, 'completed', root.error?.message);
    assert.equal(root.steps.length, 3);
  });
});
