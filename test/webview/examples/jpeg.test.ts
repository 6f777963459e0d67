// images(): JPEG files are decoded in the worker, where the browser's decoder is.
import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { RuntimeBench } from '../runtime/harness';

/** 8 × 8 pixels of red (lossy: ±1 %), made by Chromium's encoder, its colour profile taken off. */
const RED_JPEG =
  '/9j/4AAQSkZJRgABAQAAAQABAAD/2wBDABALDA4MChAODQ4SERATGCgaGBYWGDEjJR0oOjM9PDkzODdASFxOQERX' +
  'RTc4UG1RV19iZ2hnPk1xeXBkeFxlZ2P/2wBDARESEhgVGC8aGi9jQjhCY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2Nj' +
  'Y2NjY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2P/wAARCAAIAAgDASIAAhEBAxEB/8QAFQABAQAAAAAAAAAAAAAA' +
  'AAAAAAX/xAAUEAEAAAAAAAAAAAAAAAAAAAAA/8QAFQEBAQAAAAAAAAAAAAAAAAAABQb/xAAUEQEAAAAAAAAAAAAA' +
  'AAAAAAAA/9oADAMBAAIRAxEAPwCKALXj/9k=';

const PROGRAM = `
import * as tf from '@tensorflow/tfjs';
import { images } from 'gradient-lens';
const { train } = await images('photos', { validationShare: 0.5 });
const { xs } = await train.all();
const mean = Array.from(await xs.mean([0, 1, 2]).data(), (value) => value.toFixed(1));
console.log(xs.shape.join(), mean.join());
const w = tf.variable(tf.scalar(1));
tf.train.sgd(0.1).minimize(() => w.square());
`;

describe('images in the worker', function () {
  this.timeout(60_000);

  it('decodes JPEG', async () => {
    const folder = await mkdtemp(path.join(tmpdir(), 'gradient-lens-'));
    const bench = await RuntimeBench.open();
    try {
      for (const name of ['a', 'b']) {
        await mkdir(path.join(folder, 'photos', name), { recursive: true });
        await writeFile(path.join(folder, 'photos', name, '1.jpg'), RED_JPEG, 'base64');
      }
      const run = await bench.finish(PROGRAM, { folder });
      assert.equal(run.error, undefined);
      assert.equal(run.all('console')[0]?.text, '1,8,8,3 1.0,0.0,0.0');
    } finally {
      await bench.close();
      await rm(folder, { recursive: true, force: true });
    }
  });
});
