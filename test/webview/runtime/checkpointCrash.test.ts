// Checkpoints when the machine goes down: processes that train are killed at any moment, again and again, and what
// goes on from what they left computes what one process would have; and what lies there is a model for anybody.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { copyFile, mkdir, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { build } from 'esbuild';
import { randomInteger, seededRandom } from '../../../src/shared/core/random';
import { decodeCheckpoint } from '../../../src/shared/protocol/checkpointCodec';
import {
  checkpointFolder,
  checkpointSteps,
  newestCheckpoint,
} from '../../../src/store/checkpoints';
import { ROOT } from './bundles';
import { trainKept, type TrainingTask } from './trainingProcess';

const KILLS = 8;
/** Six steps an epoch: about a second of training on a busy machine. */
const EPOCHS = 200;

describe('checkpoints of processes that are killed', function () {
  this.timeout(240_000);
  let place: string;
  let script: string;
  before(async () => {
    // Below the checkout, whose packages are found from there.
    await mkdir(path.join(ROOT, 'out'), { recursive: true });
    place = await mkdtemp(path.join(ROOT, 'out/checkpoints-'));
    script = path.join(place, 'process.cjs');
    await build({
      entryPoints: [path.join(__dirname, 'trainingProcess.ts')],
      ...{ outfile: script, bundle: true, platform: 'node', format: 'cjs', logLevel: 'error' },
      external: ['esbuild'],
    });
  });
  after(() => rm(place, { recursive: true, force: true }));

  async function task(
    name: string,
    seconds: number,
    backend: 'wasm' | 'cpu',
  ): Promise<TrainingTask> {
    const folder = path.join(place, name);
    await mkdir(folder);
    const model = path.join(folder, 'net.model.ts');
    await copyFile(path.join(ROOT, 'test/fixtures/workspace/resumes.model.ts'), model);
    return {
      ...{ root: ROOT, model, folder },
      options: { backend, epochs: EPOCHS, checkpoints: { seconds } },
    };
  }

  /** Kills a process that trains, so many steps after it went on; gives how many it said that it took. */
  async function killed(asked: TrainingTask, after: number): Promise<number> {
    const child = spawn(process.execPath, [script, JSON.stringify(asked)], { cwd: ROOT });
    let said = 0;
    let errors = '';
    child.stderr.on('data', (text: Buffer) => (errors += text.toString()));
    child.stdout.on('data', (text: Buffer) => {
      said += text.toString().split('\n').length - 1;
      if (said >= after) child.kill('SIGKILL');
    });
    await new Promise((resolve) => child.on('exit', resolve));
    assert.equal(errors, '');
    return said;
  }

  for (const backend of ['wasm', 'cpu'] as const) {
    it(`go on with the same bits, on ${backend}`, async () => {
      const straight = await trainKept(await task(`straight-${backend}`, 3600, backend));
      const expected = new Map(straight.losses);
      const asked = await task(`killed-${backend}`, 0.02, backend);
      const random = seededRandom(11);
      let last = 0;
      let gained = 0;
      for (let i = 0; i < KILLS; i++) {
        await killed(asked, randomInteger(random, 150));
        const found = await newestCheckpoint(asked.folder, (trouble) => assert.fail(trouble));
        const step = found?.step ?? 0;
        assert.ok(step >= last, `${step} after ${last}`);
        if (step > last) gained++;
        last = step;
      }
      assert.ok(
        gained >= 3 && last < EPOCHS * 6,
        `${gained} kills gained something, up to ${last}`,
      );
      const resumed = await trainKept(asked);
      assert.equal(resumed.from, last);
      assert.equal(resumed.losses.length, EPOCHS * 6 - last);
      for (const [step, loss] of resumed.losses) assert.equal(loss, expected.get(step), `${step}`);
      assert.deepEqual(
        await stateOf(asked),
        await stateOf({ ...asked, folder: path.join(place, `straight-${backend}`) }),
      );
      assert.deepEqual(resumed.notices, ['resumed']);
    });
  }

  /** All that the last checkpoint holds, but the time that it took. */
  async function stateOf({ folder }: TrainingTask) {
    const found = await newestCheckpoint(folder);
    assert.ok(found);
    return { ...decodeCheckpoint(found.bytes), seconds: 0 };
  }

  it('are models that tfjs loads, with the weights that they hold', async () => {
    const folder = path.join(place, 'straight-wasm');
    const [step = 0] = await checkpointSteps(folder);
    assert.equal(step, EPOCHS * 6);
    const files = checkpointFolder(folder, step);
    assert.deepEqual((await readdir(files)).sort(), [
      'model.json',
      'state.bin',
      'state.json',
      'weights.bin',
    ]);
    const { modelTopology, weightsManifest } = JSON.parse(
      await readFile(path.join(files, 'model.json'), 'utf8'),
    ) as { modelTopology: object; weightsManifest: tf.io.WeightsManifestConfig };
    const weightData = new Uint8Array(await readFile(path.join(files, 'weights.bin'))).buffer;
    const weightSpecs = weightsManifest.flatMap(({ weights }) => weights);
    const model = await tf.loadLayersModel(
      tf.io.fromMemory({ modelTopology, weightSpecs, weightData }),
    );
    const { tensors } = decodeCheckpoint((await newestCheckpoint(folder))!.bytes);
    const saved = tensors.filter(({ name }) => name.startsWith('weight/'));
    assert.equal(saved.length, 8);
    // tfjs lists what is trained before what is not; ours are in the order of the model.
    const loaded = new Map(
      model.weights.map((weight) => [weight.originalName, weight.read().dataSync()]),
    );
    for (const { variable, values } of saved) assert.deepEqual(loaded.get(variable!), values);
    const out = model.predict(tf.ones([2, 4])) as tf.Tensor;
    assert.deepEqual(out.shape, [2, 3]);
    tf.dispose([out, ...model.weights.map((weight) => weight.read())]);
  });
});
