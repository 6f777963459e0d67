// The same experiment module with the same seed gives the same losses in the editor's worker, in
// Chromium, and from the command line, in a thread of Node and in headless Chromium.
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { RuntimeBench } from '../webview/runtime/harness';
import { report, temporaryFolder, WORKSPACE } from './spawned';

/** What design.md asks for across backends. */
const TOLERANCE = 1e-4;

/** Convolution, recurrence, normalization, dropout: kernels of all kinds, and random numbers. */
const MIXED = `
import * as tf from '@tensorflow/tfjs';
import { synthetic } from 'gradient-lens';
export const model = () => tf.sequential({ layers: [
  tf.layers.reshape({ targetShape: [4, 4, 1], inputShape: [16] }),
  tf.layers.conv2d({ filters: 4, kernelSize: 3, padding: 'same', activation: 'relu' }),
  tf.layers.batchNormalization(),
  tf.layers.reshape({ targetShape: [4, 16] }),
  tf.layers.lstm({ units: 6 }),
  tf.layers.dropout({ rate: 0.2 }),
  tf.layers.dense({ units: 1 }),
] });
export const data = () => synthetic.linear({ features: 16, samples: 160, seed: 3 });
export const training = { epochs: 2, batchSize: 16, optimizer: 'adam', loss: 'meanSquaredError' };
`;

describe('the command line and the editor', function () {
  this.timeout(60_000);
  const folder = temporaryFolder();
  let bench: RuntimeBench;
  before(async () => {
    writeFileSync(path.join(folder, 'mixed.model.ts'), MIXED);
    bench = await RuntimeBench.open();
  });
  after(() => bench.close());

  async function inEditor(home: string, file: string, backend: 'cpu' | 'wasm') {
    const source = readFileSync(path.join(home, file), 'utf8');
    const options = { kind: 'experiment', backend, seed: 11 } as const;
    const run = await bench.finish(source, { folder: home, file, options });
    assert.equal(run.error, undefined, JSON.stringify(run.error));
    assert.equal(run.all('started').at(-1)?.backend, backend);
    return run.losses as number[];
  }

  async function fromCommandLine(home: string, file: string, backend?: string) {
    const chosen = backend === undefined ? [] : ['--backend', backend];
    const args = ['train', file, '--seed', '11', ...chosen];
    const { report: written, stderr } = await report(args, { cwd: home });
    assert.equal(written.state, 'completed', stderr);
    assert.equal(written.backend, backend ?? 'wasm');
    return written.steps.map(({ loss }) => loss!);
  }

  function assertClose(actual: readonly number[], expected: readonly number[]): void {
    assert.equal(actual.length, expected.length);
    actual.forEach((loss, i) => {
      const distance = Math.abs(loss - expected[i]!);
      assert.ok(distance <= TOLERANCE * Math.max(1, Math.abs(loss)), `step ${i + 1}: ${distance}`);
    });
  }

  for (const [home, file, steps] of [
    [WORKSPACE, 'small.model.ts', 32],
    [folder, 'mixed.model.ts', 16],
  ] as const) {
    it(`train ${file} to the same bits on cpu and on wasm`, async () => {
      const reference = await inEditor(home, file, 'cpu');
      assert.equal(reference.length, steps);
      assert.deepEqual(await fromCommandLine(home, file, 'cpu'), reference);
      const wasm = await inEditor(home, file, 'wasm');
      assert.deepEqual(await fromCommandLine(home, file), wasm);
      assertClose(wasm, reference);
    });
  }

  it('train to 1e-4 alike on WebGL, in headless Chromium', async () => {
    const reference = await inEditor(WORKSPACE, 'small.model.ts', 'cpu');
    assertClose(await fromCommandLine(WORKSPACE, 'small.model.ts', 'webgl'), reference);
  });
});
