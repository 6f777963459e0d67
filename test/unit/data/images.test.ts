// images(): class folders, decoding, channels, scaling, the split, and the messages.
import assert from 'node:assert/strict';
import { deflateSync } from 'node:zlib';
import * as tf from '@tensorflow/tfjs';
import { encode } from 'fast-png';
import { createGradientLensModule } from '../../../webview/runtime/data';
import { fitImage } from '../../../webview/runtime/data/fitImage';
import { PngRows } from '../../../webview/runtime/data/pngRows';
import { MemoryWorkspace } from './workspace';

/** A PNG of one colour. */
function plain(width: number, height: number, colour: number[]): Uint8Array {
  const data = Uint8Array.from(
    { length: width * height * colour.length },
    (_, i) => colour[i % colour.length]!,
  );
  return encode({ width, height, data, channels: colour.length });
}

function moduleOf(files: Record<string, Uint8Array | string>) {
  return createGradientLensModule(new MemoryWorkspace(files), tf);
}

const files = Object.fromEntries(
  Array.from({ length: 5 }, (_, i) => [
    [`pets/cat/${i}.png`, plain(2, 2, [255, 0, 0])] as const,
    [`pets/dog/${i}.png`, plain(2, 2, [0, 0, 51])] as const,
  ]).flat(),
);

describe('images', () => {
  it('reads a folder per class, in the order of their names, and holds some back', async () => {
    const { train, validation } = await moduleOf(files).images('pets', { labels: 'integer' });
    assert.deepEqual([train.size, validation.size], [8, 2]);
    assert.deepEqual(train.featureShape, [2, 2, 3]);
    assert.deepEqual(train.classNames, ['cat', 'dog']);
    const { xs, ys } = await train.all();
    const pixels = (await xs.array()) as number[][][][];
    const labels = (await ys.array()) as number[][];
    labels.forEach(([label], i) => {
      const expected = label === 0 ? [1, 0, 0] : [0, 0, Math.fround(0.2)];
      assert.deepEqual(pixels[i]![1]![1], expected);
    });
    tf.dispose([xs, ys]);
  });

  it('takes train and test folders as they are', async () => {
    const { train, validation } = await moduleOf({
      'd/train/a/1.png': plain(3, 2, [10]),
      'd/train/b/1.png': plain(3, 2, [20]),
      'd/test/a/1.png': plain(3, 2, [30]),
      'd/test/b/1.png': plain(3, 2, [40]),
    }).images('d', { channels: 1, flatten: true });
    assert.deepEqual(train.featureShape, [6]);
    const { xs, ys } = await validation.all();
    const bytes = Array.from(await xs.data(), (value) => Math.round(value * 255));
    assert.deepEqual(bytes, [30, 30, 30, 30, 30, 30, 40, 40, 40, 40, 40, 40]);
    assert.deepEqual(Array.from(await ys.data()), [1, 0, 0, 1]);
    assert.equal(train.size, 2);
    tf.dispose([xs, ys]);
  });

  it('decodes an image once, however often it is asked for', async () => {
    const workspace = new MemoryWorkspace(files);
    const { train } = await createGradientLensModule(workspace, tf).images('pets', {
      size: [2, 2],
    });
    for (let i = 0; i < 2; i++) {
      const { xs, ys } = await train.batch([0]);
      tf.dispose([xs, ys]);
    }
    const sizes = [...workspace.bytesRead].map(([file, read]) => read / files[file]!.length);
    assert.deepEqual(sizes, [1]);
  });

  it('names a broken image, an empty class, a missing folder, a folder without classes', async () => {
    const broken = { ...files, 'pets/cat/0.png': files['pets/cat/0.png']!.subarray(0, 40) };
    await assert.rejects(async () => {
      const { train, validation } = await moduleOf(broken).images('pets', { size: [2, 2] });
      tf.dispose([await train.all(), await validation.all()].map(({ xs, ys }) => [xs, ys]));
    }, /pets\/cat\/0\.png: expected a PNG image/);
    await assert.rejects(
      moduleOf({ ...files, 'pets/owl/readme.txt': 'none yet' }).images('pets'),
      /pets\/owl: expected PNG or JPEG images, found none/,
    );
    await assert.rejects(moduleOf({}).images('pets'), /pets could not be read/);
    await assert.rejects(
      moduleOf({ 'pets/0.png': 'x' }).images('pets'),
      /one per class, found none/,
    );
  });

  it('says that a JPEG needs the webview, where nothing can decode it', async () => {
    const jpeg = Uint8Array.of(0xff, 0xd8, 0xff, 0xe0);
    const { images } = moduleOf({ 'd/a/1.jpg': jpeg, 'd/b/1.jpg': jpeg });
    await assert.rejects(images('d'), /d\/a\/1\.jpg: .*found a JPEG/);
  });
});

describe('fitImage', () => {
  it('averages when it halves, interpolates when it doubles', () => {
    const image = { width: 2, height: 2, channels: 1, data: Uint8Array.of(0, 100, 100, 200) };
    assert.deepEqual(Array.from(fitImage(image, 1, 1, 1)), [100]);
    const row = { width: 2, height: 1, channels: 1, data: Uint8Array.of(0, 100) };
    assert.deepEqual(Array.from(fitImage(row, 1, 4, 1)), [0, 25, 75, 100]);
  });

  it('converts channels: luma, grey to colour, alpha', () => {
    const colour = { width: 1, height: 1, channels: 3, data: Uint8Array.of(255, 0, 0) };
    assert.deepEqual(Array.from(fitImage(colour, 1, 1, 1)), [76]); // 0.299 · 255
    assert.deepEqual(Array.from(fitImage(colour, 1, 1, 4)), [255, 0, 0, 255]);
    const grey = { width: 1, height: 1, channels: 2, data: Uint8Array.of(9, 128) };
    assert.deepEqual(Array.from(fitImage(grey, 1, 1, 4)), [9, 9, 9, 128]);
  });
});

describe('PngRows', () => {
  /** Applies a row filter to raw bytes, as an encoder does (PNG specification, section 9.2). */
  function filtered(type: number, row: number[], above: number[], step: number): number[] {
    const paeth = (a: number, b: number, c: number): number => {
      const p = a + b - c;
      const [da, db, dc] = [Math.abs(p - a), Math.abs(p - b), Math.abs(p - c)];
      return da <= db && da <= dc ? a : db <= dc ? b : c;
    };
    return row.map((x, i) => {
      const [a, b, c] = [row[i - step] ?? 0, above[i] ?? 0, above[i - step] ?? 0];
      const predicted = [0, a, b, (a + b) >> 1, paeth(a, b, c)][type]!;
      return (x - predicted + 256) % 256;
    });
  }

  it('undoes each of the five filters', async () => {
    const width = 7;
    const rows = Array.from({ length: 10 }, (_, y) =>
      Array.from({ length: width * 3 }, (_, i) => (y * 37 + i * i * 11) % 256),
    );
    const raw = rows.flatMap((row, y) => [y % 5, ...filtered(y % 5, row, rows[y - 1] ?? [], 3)]);
    const chunk = (type: string, data: Uint8Array): Buffer => {
      const length = Buffer.alloc(4);
      length.writeUInt32BE(data.length);
      return Buffer.concat([length, Buffer.from(type), data, Buffer.alloc(4)]);
    };
    const header = Buffer.alloc(13);
    header.writeUInt32BE(width, 0);
    header.writeUInt32BE(rows.length, 4);
    header.set([8, 2, 0, 0, 0], 8);
    const compressed = deflateSync(Uint8Array.from(raw));
    const file = Buffer.concat([
      Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
      chunk('IHDR', header),
      chunk('IDAT', compressed.subarray(0, 10)),
      chunk('tEXt', Buffer.from('between')),
      chunk('IDAT', compressed.subarray(10)),
      chunk('IEND', Buffer.alloc(0)),
    ]);
    const png = await PngRows.open(
      new MemoryWorkspace({ 'a.png': new Uint8Array(file) }),
      'a.png',
      '',
    );
    await png.ensure(rows.length);
    rows.forEach((row, y) => assert.deepEqual(Array.from(png.row(y)), row));
  });
});
