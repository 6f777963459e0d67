// Every example trains in the real worker on its real data, and shows what its first lines say.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { type RuntimeRun, RuntimeBench } from '../runtime/harness';

const FOLDER = path.resolve(__dirname, '../../../examples');
const DOCUMENT = path.resolve(__dirname, '../../../docs/experiment-modules.md');
/** The longest example takes a second a step on wasm when the machine is busy. */
const TIMEOUT = 180_000;

describe('examples', function () {
  this.timeout(TIMEOUT);
  let bench: RuntimeBench;

  before(async () => {
    bench = await RuntimeBench.open();
  });
  after(() => bench.close());

  async function train(
    file: string,
    maxSteps: number,
    source = readFileSync(path.join(FOLDER, file), 'utf8'),
  ): Promise<RuntimeRun> {
    const kind = file.includes('.model.') ? 'experiment' : 'program';
    const run = await bench.start(source, {
      folder: FOLDER,
      file,
      options: { kind, backend: 'wasm', maxSteps },
    });
    await run.ended(TIMEOUT);
    await run.terminate();
    assert.deepEqual(run.error, undefined);
    assert.equal(run.all('started')[0]?.backend, 'wasm');
    assert.equal(run.records.length, maxSteps);
    return run;
  }

  const losses = (run: RuntimeRun): number[] => run.records.map(({ loss }) => loss ?? NaN);
  const mean = (values: number[]): number =>
    values.reduce((sum, value) => sum + value, 0) / values.length;
  /** Mean loss of the last steps over that of the first. */
  const improvement = (run: RuntimeRun, window = 3): number =>
    mean(losses(run).slice(-window)) / mean(losses(run).slice(0, window));
  /** Gradient norms of a step, in the order of the layers. */
  const norms = (run: RuntimeRun, step: number): number[] =>
    run.layers.map(({ name }) => run.records[step - 1]?.layers[name]?.gradient.norm ?? NaN);

  const learning: [string, number, number, number][] = [
    // file, steps, layers with weights, share of the loss that may be left
    ['mnist-cnn.model.ts', 25, 4, 0.6],
    ['mnist-cnn-rmsprop.model.ts', 20, 5, 0.7],
    ['mnist-mlp-tape.ts', 150, 2, 0.6],
    ['iris.js', 150, 2, 0.2],
    ['healthy-deep.model.ts', 300, 17, 0.1],
  ];
  for (const [file, steps, layers, left] of learning) {
    it(`${file} learns`, async () => {
      const run = await train(file, steps);
      assert.equal(run.layers.length, layers);
      const share = improvement(run);
      assert.ok(share < left, `${(100 * share).toFixed(0)} % of the loss is left`);
      for (const record of run.records) {
        assert.ok(Object.values(record.layers).every(({ gradient }) => gradient.nans === 0));
      }
    });
  }

  it('cifar10-cnn.model.ts learns while its learning rate decays with time', async () => {
    const run = await train('cifar10-cnn.model.ts', 60);
    assert.ok(improvement(run) < 0.95);
    run.records.forEach(({ learningRate }, step) => {
      assert.ok(Math.abs(learningRate! - 0.01 / (1 + 0.01 * step)) < 1e-12);
    });
  });

  it('mnist-deep-cnn.model.ts learns, its double softmax starts with small gradients', async () => {
    const right = await train('mnist-deep-cnn.model.ts', 9);
    assert.ok(improvement(right) < 0.85);
    const wrong = await train('mnist-deep-cnn-double-softmax.model.ts', 3);
    assert.ok(norms(wrong, 1)[0]! < norms(right, 1)[0]! / 5);
    assert.ok(Math.min(...losses(wrong)) > -Math.log(Math.E / (Math.E + 9)));
  });

  it('vanishing-sigmoid.model.ts vanishes', async () => {
    const run = await train('vanishing-sigmoid.model.ts', 120);
    for (const step of [1, 60, 120]) {
      const found = norms(run, step);
      assert.ok(found[0]! < 1e-4 * found.at(-1)!, `step ${step}: ${found.join(' ')}`);
    }
    assert.ok(Math.abs(mean(losses(run).slice(-40)) - Math.log(10)) < 0.05, 'it guesses');
  });

  it('exploding.model.ts explodes, its healthy twin does not', async () => {
    const run = await train('exploding.model.ts', 12);
    assert.ok(Math.min(...norms(run, 1)) > 1e6);
    assert.ok(Number.isNaN(losses(run).at(-1)));
    const twin = await train('healthy-deep.model.ts', 100);
    for (const step of [1, 50, 100]) {
      const found = norms(twin, step);
      const spread = Math.max(...found) / Math.min(...found);
      assert.ok(spread < 10, `step ${step}: ${found.join(' ')}`);
    }
  });

  it('gan.ts takes turns', async () => {
    const run = await train('gan.ts', 60);
    run.records.forEach(({ layers }, i) => {
      const own = i % 2 === 0 ? 'discriminator_' : 'generator_';
      assert.deepEqual(
        new Set(Object.keys(layers).map((name) => name.replace(/[^_]*$/, ''))),
        new Set([own]),
      );
    });
  });

  it('the example of docs/experiment-modules.md learns', async () => {
    const [, source] = /```ts\n([\s\S]*?)```/.exec(readFileSync(DOCUMENT, 'utf8')) ?? [];
    assert.ok(source);
    const run = await train('documented.model.ts', 60, source);
    assert.ok(improvement(run) < 0.6);
  });
});
