// Each way a program can fail gives one error: its code, a message that helps, and the user's line.
import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { RuntimeBench, type RuntimeRun } from './harness';
import { DATA, MINIMIZE } from './programs';

describe('failures in the worker', function () {
  this.timeout(60_000);
  let bench: RuntimeBench;
  let folder: string;
  before(async () => {
    bench = await RuntimeBench.open();
    folder = await mkdtemp(path.join(os.tmpdir(), 'gradient-lens-errors-'));
    await writeFile(path.join(folder, 'here.json'), '{"a":[1,2]}');
  });
  after(async () => {
    await bench.close();
    await rm(folder, { recursive: true });
  });

  function assertFailed(run: RuntimeRun, code: string, message: RegExp, line?: RegExp): void {
    assert.equal(run.error?.code, code, JSON.stringify(run.messages.at(-1)));
    assert.match(run.error.message, message);
    assert.equal(run.messages.at(-1)?.type, 'failed');
    if (line) assert.match(run.lineOf(run.error.frames), line);
  }

  it('an exception at the top level', async () => {
    const run = await bench.finish(`${DATA}\nnull.boom; // here`);
    assertFailed(run, 'model-exception', /Cannot read properties of null/, /null\.boom/);
    assert.equal(run.error!.name, 'TypeError');
  });

  it('an exception in the middle of training, after its records', async () => {
    const run = await bench.finish(`${MINIMIZE(7)}\nthrow new RangeError('my own words');`);
    assertFailed(run, 'model-exception', /^my own words$/, /throw new RangeError/);
    assert.equal(run.records.length, 7);
    assert.equal(run.all('failed')[0]!.steps, 7);
  });

  it('an exception in a timer', async () => {
    const run = await bench.finish(
      `${DATA}\nsetTimeout(() => { throw new Error('late'); }, 50);\nawait new Promise((r) => setTimeout(r, 5000));`,
    );
    assertFailed(run, 'model-exception', /late/, /throw new Error\("late"\)/);
  });

  it('a rejection that nobody handles', async () => {
    const run = await bench.finish(
      `${DATA}\nasync function train() { await null; throw new Error('lost'); }\ntrain();\nawait new Promise((r) => setTimeout(r, 5000));`,
    );
    assertFailed(run, 'model-exception', /lost/, /throw new Error\("lost"\)/);
  });

  it('a fit that nobody awaits and that rejects', async () => {
    const run = await bench.finish(`${DATA}\nmakeModel().fit(xs.slice([0, 0], [9, 2]), ys);`);
    assertFailed(run, 'shape-mismatch', /each example has shape \[4\].*\[9,2\]/, /fit/);
  });

  it('shapes that do not fit: input of fit', async () => {
    const run = await bench.finish(`${DATA}\nawait makeModel().fit(xs.reshape([48, 8]), ys);`);
    assertFailed(run, 'shape-mismatch', /each example has shape \[4\].*\[48,8\]/);
  });

  for (const [what, code] of [
    ['matMul', 'xs.matMul(ys)'],
    ['add', 'xs.add(ys)'],
    ['reshape', 'xs.reshape([5, 5])'],
    ['concat', 'tf.concat([xs, ys], 0)'],
    ['a layer', 'tf.layers.conv2d({ filters: 2, kernelSize: 3 }).apply(tf.input({ shape: [4] }))'],
    ['losses', 'tf.losses.meanSquaredError(xs, ys)'],
  ] as const) {
    it(`shapes that do not fit: ${what}`, async () => {
      const run = await bench.finish(`${DATA}\n${code}; // the line`);
      assertFailed(run, 'shape-mismatch', /./, /xs|conv2d/);
    });
  }

  it('a file that is not there, by fetch', async () => {
    const run = await bench.finish(`${DATA}\nawait fetch('./absent.csv');`, { folder });
    assertFailed(run, 'missing-file', /absent\.csv/, /fetch\("\.\/absent\.csv"\)/);
  });

  it('a model file that is not there', async () => {
    const run = await bench.finish(`${DATA}\nawait tf.loadLayersModel('./absent/model.json');`, {
      folder,
    });
    assertFailed(run, 'missing-file', /absent\/model\.json/);
  });

  it('the network', async () => {
    const run = await bench.finish(`${DATA}\nawait fetch('https://example.com/data.json');`);
    assertFailed(run, 'no-network', /https:\/\/example\.com\/data\.json.*relative path/, /fetch/);
  });

  for (const [name, code] of [
    ['document', "document.querySelector('#loss')"],
    ['window', 'window.model = 1'],
    ['require', 'require(String(xs.rank))'],
    ['process', 'process.argv[2]'],
  ] as const) {
    it(`a missing global: ${name}`, async () => {
      const run = await bench.finish(`${DATA}\nconst x = () => ${code};\nx();`);
      assertFailed(run, 'missing-global', /worker|browser|import/);
    });
  }

  it('a program that trains nothing', async () => {
    const run = await bench.finish(`${DATA}\nmakeModel().predict(xs).print();`);
    assertFailed(run, 'nothing-trained', /without an optimizer step.*model\.fit/);
  });

  it('a program whose main trains nothing', async () => {
    const run = await bench.finish(`${DATA}\nexport function main() {}`);
    assertFailed(run, 'nothing-trained', /function "main" was called/);
  });

  it('something thrown that is no Error', async () => {
    const run = await bench.finish(`${DATA}\nthrow { reason: 5 };`);
    assertFailed(run, 'model-exception', /\{"reason":5\}/);
  });

  it('the loss of the WebGL context', async () => {
    const run = await bench.finish(
      `${DATA}
       const model = makeModel();
       for (let i = 0; i < 4; i++) await model.trainOnBatch(xs, ys);
       tf.backend().canvas.getContext('webgl2').getExtension('WEBGL_lose_context').loseContext();
       for (;;) await model.trainOnBatch(xs, ys);`,
      { options: { backend: 'webgl' } },
    );
    assertFailed(run, 'context-lost', /WebGL context.*smaller batch/);
  });
});
