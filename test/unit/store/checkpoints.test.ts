// Checkpoints on disk: what is written is read back bit for bit, wherever a crash or a disk damages one the one before
// counts, and what a worker sends is believed only where it is a checkpoint.
import assert from 'node:assert/strict';
import { appendFile, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import type { Checkpoint } from '../../../src/shared/core/checkpoint';
import { seededRandom } from '../../../src/shared/core/random';
import { decodeCheckpoint, encodeCheckpoint } from '../../../src/shared/protocol/checkpointCodec';
import {
  checkpointFolder,
  checkpointSteps,
  newestCheckpoint,
  writeCheckpoint,
} from '../../../src/store/checkpoints';
import type { CheckpointContext } from '../../../src/store/checkpointFiles';

const CONTEXT: CheckpointContext = {
  seed: 7,
  hyperparameters: { rate: 0.1, name: 'é', deep: true },
  training: { learningRate: 0.01, schedule: 'cosine' },
  epsilon: 'keras',
  bundle: 'abc',
};
const TOPOLOGY = JSON.stringify({ class_name: 'Sequential', config: { name: 'net', number: '5' } });

/** Odd sizes, all types, numbers that JSON has no words for. */
function checkpoint(step: number): Checkpoint {
  const random = seededRandom(step);
  const floats = (size: number) => Float32Array.from({ length: size }, () => random() - 0.5);
  return {
    ...{ step, seconds: 1.5, epoch: 2, batches: 3, sums: [NaN, Infinity, -0.1], weight: 48 },
    epochs: [{ loss: NaN, acc: 0.25 }],
    draws: 12_345,
    numbers: { learningRate: 0.001 },
    tensors: [
      {
        name: 'weight/0',
        variable: 'dense/kernel é',
        shape: [3, 5],
        dtype: 'float32',
        onDevice: true,
        values: floats(15),
      },
      {
        name: 'weight/1',
        variable: 'mask',
        shape: [3],
        dtype: 'bool',
        onDevice: false,
        values: Uint8Array.of(1, 0, 1),
      },
      {
        name: 'weight/2',
        variable: 'dense/bias',
        shape: [],
        dtype: 'float32',
        onDevice: false,
        values: Float32Array.of(-0),
      },
      { name: 'field/c', shape: [], dtype: 'int32', onDevice: false, values: Int32Array.of(-5) },
      {
        name: 'slot/accumulatedFirstMoment/0',
        shape: [3, 5],
        dtype: 'float32',
        onDevice: true,
        values: floats(15),
      },
    ],
    origin: {
      ...{
        optimizer: 'Adam',
        topology: TOPOLOGY,
        epochs: 9,
        backend: 'wasm',
        builtOn: 'webgl',
        tfjsVersion: '4.22.0',
      },
      changes: [
        { step: 1, change: { type: 'clipNorm', value: undefined } },
        { step: 2, change: { type: 'element', variable: 'w', index: 4, value: 1 }, before: 0.5 },
      ],
    },
  };
}

const refuse = (trouble: string): never => assert.fail(trouble);

const sent = (step: number) => encodeCheckpoint(checkpoint(step));

describe('checkpoints on disk', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(path.join(os.tmpdir(), 'checkpoints-'));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  const write = (step: number) => writeCheckpoint(folder, sent(step), CONTEXT);
  const names = () => readdir(path.join(folder, 'checkpoints'));

  it('come back as they were, with what they were made of', async () => {
    const { step, bytes } = await write(40);
    assert.equal(step, 40);
    assert.ok(bytes > 200);
    const found = await newestCheckpoint(folder, refuse);
    assert.equal(found?.step, 40);
    assert.deepEqual(found.context, CONTEXT);
    assert.deepEqual(decodeCheckpoint(found.bytes), decodeCheckpoint(sent(40)));
    assert.deepEqual(decodeCheckpoint(found.bytes).sums, [NaN, Infinity, -0.1]);
    assert.ok(Object.is(decodeCheckpoint(found.bytes).tensors[2]!.values[0], -0));
  });

  it('are a model of tfjs, as a file that anybody loads', async () => {
    await write(3);
    const place = checkpointFolder(folder, 3);
    const model = JSON.parse(await readFile(path.join(place, 'model.json'), 'utf8')) as Record<
      string,
      unknown
    >;
    assert.equal(model['format'], 'layers-model');
    assert.deepEqual(model['modelTopology'], JSON.parse(TOPOLOGY));
    assert.deepEqual(model['weightsManifest'], [
      {
        paths: ['weights.bin'],
        weights: [
          { name: 'dense/kernel é', shape: [3, 5], dtype: 'float32' },
          { name: 'mask', shape: [3], dtype: 'bool' },
          { name: 'dense/bias', shape: [], dtype: 'float32' },
        ],
      },
    ]);
    assert.equal((await readFile(path.join(place, 'weights.bin'))).length, 60 + 3 + 4);
  });

  it('stay the newest two, and none of a future that was undone', async () => {
    for (const step of [5, 10, 15]) await write(step);
    assert.deepEqual(await checkpointSteps(folder), [15, 10]);
    await write(12);
    assert.deepEqual(await checkpointSteps(folder), [12, 10]);
    // The same step again: what was changed while the run was held is in it.
    await write(12);
    assert.deepEqual(await names(), ['step-10', 'step-12']);
  });

  it('survive the loss of any file of the newest, at any byte', async () => {
    await write(10);
    const expected = await newestCheckpoint(folder);
    await write(20);
    const place = checkpointFolder(folder, 20);
    const random = seededRandom(1);
    const files = await readdir(place);
    assert.deepEqual(files.sort(), ['model.json', 'state.bin', 'state.json', 'weights.bin']);
    for (const name of files) {
      const file = path.join(place, name);
      const whole = await readFile(file);
      for (let i = 0; i < 12; i++) {
        const at = Math.floor(random() * whole.length);
        const flipped = Buffer.from(whole);
        flipped[at]! ^= 1 << Math.floor(random() * 8);
        const troubles: string[] = [];
        for (const damaged of [whole.subarray(0, at), flipped]) {
          await writeFile(file, damaged);
          const found = await newestCheckpoint(folder, (trouble) => troubles.push(trouble));
          assert.deepEqual(found, expected, `${name}, byte ${at}`);
        }
        assert.equal(troubles.length, 2);
        assert.match(troubles[0]!, /step-20 is damaged and left out/);
      }
      await appendFile(file, 'x');
      assert.equal((await newestCheckpoint(folder))?.step, 10);
      await rm(file);
      assert.equal((await newestCheckpoint(folder))?.step, 10);
      await writeFile(file, whole);
      assert.equal((await newestCheckpoint(folder))?.step, 20);
    }
  });

  it('clear away what a crash left unfinished, and never take it for one', async () => {
    const torn = path.join(folder, 'checkpoints', '.writing-0a1b2c3d');
    await mkdir(torn, { recursive: true });
    await writeFile(path.join(torn, 'state.json'), '{');
    await mkdir(path.join(folder, 'checkpoints', 'step-99999'));
    assert.equal(await newestCheckpoint(folder), undefined);
    await write(6);
    assert.deepEqual(await names(), ['step-6']);
  });

  it('are refused where they are none, or name what no optimizer has', async () => {
    const reject = (bytes: ArrayBuffer, why: RegExp) =>
      assert.rejects(writeCheckpoint(folder, bytes, CONTEXT), (error: Error & { code: string }) => {
        assert.equal(error.code, 'bad-checkpoint');
        assert.match(error.message, why);
        return true;
      });
    await reject(new ArrayBuffer(3), /ends within its header/);
    await reject(Uint8Array.of(255, 255, 255, 255, 1).buffer, /ends within its header/);
    const whole = new Uint8Array(sent(4));
    await reject(whole.slice(0, whole.length - 4).buffer, /ends within slot/);
    await reject(Uint8Array.of(...whole, 0, 0, 0, 0).buffer, /bytes to spare/);
    const named = (name: string) => {
      const other = checkpoint(4);
      other.tensors[4]!.name = name;
      return encodeCheckpoint(other);
    };
    await reject(named('slot/__proto__/0'), /no field of an optimizer/);
    await reject(named('../weights.bin'), /no place of a tensor/);
    const huge = checkpoint(4);
    huge.tensors[0]!.shape = [1e9, 1e9];
    await reject(encodeCheckpoint(huge), /shape is too large|ends within/);
    assert.deepEqual(await checkpointSteps(folder), []);
  });

  it('say where they could not be kept', async () => {
    await writeFile(path.join(folder, 'checkpoints'), 'a file');
    await assert.rejects(write(4), {
      code: 'cannot-write',
      message: /after step 4 could not be kept/,
    });
  });
});
