// Files of the workspace, as programs and experiments read them: fetch, saved models, csv datasets,
// the readers of gradient-lens; and the examples, which train on real data.
import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { RuntimeBench } from './harness';
import { DATA } from './programs';
import { ROOT } from './bundles';

describe('workspace files in the worker', function () {
  this.timeout(120_000);
  let bench: RuntimeBench;
  let folder: string;
  before(async () => {
    bench = await RuntimeBench.open();
    folder = await mkdtemp(path.join(os.tmpdir(), 'gradient-lens-workspace-'));
    await writeFile(path.join(folder, 'data file.json'), '{"rows":[[1,2],[3,4]]}');
    const rows = Array.from({ length: 40 }, (_, i) => `${i / 40},${(i % 7) / 7},${i % 2}`);
    await writeFile(path.join(folder, 'table.csv'), `a,b,label\n${rows.join('\n')}\n`);
    const weights = Float32Array.from([0.5, -0.25, 0.125, 1, 0]);
    await writeFile(path.join(folder, 'weights.bin'), new Uint8Array(weights.buffer));
    const dense = {
      class_name: 'Dense',
      config: { name: 'saved', units: 1, activation: 'linear', batch_input_shape: [null, 4] },
    };
    const model = {
      format: 'layers-model',
      modelTopology: { class_name: 'Sequential', config: { name: 'net', layers: [dense] } },
      weightsManifest: [
        {
          paths: ['weights.bin'],
          weights: [
            { name: 'saved/kernel', shape: [4, 1], dtype: 'float32' },
            { name: 'saved/bias', shape: [1], dtype: 'float32' },
          ],
        },
      ],
    };
    await writeFile(path.join(folder, 'model.json'), JSON.stringify(model));
  });
  after(async () => {
    await bench.close();
    await rm(folder, { recursive: true });
  });

  it('fetch gives a real Response: json, text, bytes, blob, headers', async () => {
    const run = await bench.finish(
      `${DATA}
       const response = await fetch('./data%20file.json?x=1');
       console.log(response instanceof Response, response.ok, response.headers.get('content-type'));
       console.log(JSON.stringify((await response.json()).rows));
       console.log((await (await fetch('data file.json')).text()).length);
       console.log((await (await fetch(new Blob([1]) && '/data file.json')).arrayBuffer()).byteLength);
       console.log((await (await fetch('data file.json')).blob()).size);
       await makeModel().fit(xs, ys, { epochs: 1 });`,
      { folder },
    );
    assert.deepEqual(
      run.all('console').map(({ text }) => text),
      ['true true application/json', '[[1,2],[3,4]]', '22', '22', '22'],
    );
    assert.equal(run.all('finished')[0]?.steps, 3);
    assert.equal(run.all('progress')[0]?.message, 'Reading data file.json');
  });

  it('tf.loadLayersModel, and training goes on from its weights', async () => {
    const run = await bench.finish(
      `${DATA}
       const model = await tf.loadLayersModel('./model.json');
       console.log(JSON.stringify([...model.getWeights()[0].dataSync()]));
       model.compile({ optimizer: 'sgd', loss: 'meanSquaredError' });
       await model.fit(xs, xs.sum(1), { epochs: 1 });`,
      { folder },
    );
    assert.equal(run.all('console')[0]?.text, '[0.5,-0.25,0.125,1]', JSON.stringify(run.error));
    assert.equal(run.all('finished')[0]?.steps, 3);
    assert.deepEqual(run.layers[0]?.name, 'saved');
  });

  it('tf.data.csv', async () => {
    const run = await bench.finish(
      `${DATA}
       const dataset = tf.data.csv('table.csv', { columnConfigs: { label: { isLabel: true } } })
         .map(({ xs, ys }) => ({ xs: Object.values(xs), ys: Object.values(ys) })).batch(10);
       const model = tf.sequential({ layers: [tf.layers.dense({ units: 1, inputShape: [2] })] });
       model.compile({ optimizer: 'sgd', loss: 'meanSquaredError' });
       await model.fitDataset(dataset, { epochs: 2 });`,
      { folder },
    );
    assert.equal(run.error, undefined, run.error?.message);
    assert.equal(run.all('finished')[0]?.steps, 8);
  });

  it('a reader of gradient-lens, and a missing file by its name', async () => {
    const source = (file: string): string => `${DATA}
      import { csv } from 'gradient-lens';
      export const model = () => { const m = tf.sequential(); m.add(tf.layers.dense({ units: 1, inputShape: [2] })); return m; };
      export const data = () => csv('${file}', { label: 'label' });
      export const training = { epochs: 2, batchSize: 8, loss: 'meanSquaredError' };`;
    const options = { kind: 'experiment' } as const;
    const run = await bench.finish(source('table.csv'), { folder, options });
    assert.equal(run.error, undefined, run.error?.message);
    assert.ok(run.records.length > 0);
    const missing = await bench.finish(source('absent.csv'), { folder, options });
    assert.equal(missing.error?.code, 'missing-file');
    assert.match(missing.error.message, /absent\.csv/);
  });

  const EXAMPLES: readonly [file: string, kind: 'program' | 'experiment', steps: number][] = [
    ['mnist-cnn.model.ts', 'experiment', 12],
    ['cifar10-cnn.model.ts', 'experiment', 6],
    ['mnist-cnn-rmsprop.model.ts', 'experiment', 4],
    ['mnist-deep-cnn.model.ts', 'experiment', 2],
    ['mnist-mlp-tape.ts', 'program', 30],
    ['iris.js', 'program', 30],
  ];
  for (const [file, kind, steps] of EXAMPLES) {
    it(`example ${file}: ${steps} steps on real data`, async () => {
      const folder = path.join(ROOT, 'examples');
      const source = await readFile(path.join(folder, file), 'utf8');
      const options = { kind, backend: 'auto', maxSteps: steps } as const;
      const run = await bench.finish(source, { folder, file, options });
      assert.equal(run.error, undefined, JSON.stringify(run.error));
      assert.deepEqual(run.all('finished')[0], { type: 'finished', outcome: 'completed', steps });
      assert.ok(run.records.every(({ loss }) => Number.isFinite(loss)));
      assert.ok(run.layers.every(({ frames }) => frames.length > 0));
      // The training data alone are 47 MB (MNIST) and 115 MB (CIFAR-10).
      const bytes = run.all('request').reduce((sum, { params }) => {
        const { start = 0, end = 0 } = params as { start?: number; end?: number };
        return sum + end - start;
      }, 0);
      assert.ok(bytes < 15e6, `${bytes} bytes were read for the first steps`);
    });
  }
});
