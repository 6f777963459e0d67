// csv(): parsing, columns, labels, scaling, the split, and the messages.
import assert from 'node:assert/strict';
import * as tf from '@tensorflow/tfjs';
import type { CsvOptions } from '../../../npm';
import { createGradientLensModule, type Samples } from '../../../webview/runtime/data';
import { parseCsv } from '../../../webview/runtime/data/csvTable';
import { MemoryWorkspace } from './workspace';

const { DataError } = moduleOf({});

function moduleOf(files: Record<string, string>) {
  return createGradientLensModule(new MemoryWorkspace(files), tf);
}

async function rowsOf(samples: Samples): Promise<{ xs: number[][]; ys: number[][] }> {
  const { xs, ys } = await samples.all();
  const rows = {
    xs: (await xs.array()) as number[][],
    ys: (await ys.array()) as number[][],
  };
  tf.dispose([xs, ys]);
  return rows;
}

describe('csv: the table', () => {
  it('reads quotes, doubled quotes, line breaks in quotes, CRLF and a byte order mark', () => {
    const table = parseCsv('t.csv', '\uFEFFa,b\r\n"1,5","say ""hi""\nthere"\r\n\r\n2,x\r\n');
    assert.deepEqual(table.columns, ['a', 'b']);
    assert.deepEqual(table.rows, [
      ['1,5', 'say "hi"\nthere'],
      ['2', 'x'],
    ]);
    assert.deepEqual(table.lines, [2, 5]);
  });

  it('keeps empty cells, also the last one of a line', () => {
    assert.deepEqual(parseCsv('t.csv', '1,,3\n4,5,\n').rows, [
      ['1', '', '3'],
      ['4', '5', ''],
    ]);
    assert.deepEqual(parseCsv('t.csv', '1,2,').rows, [['1', '2', '']]);
  });

  it('finds the delimiter and the header, or takes them as given', () => {
    assert.deepEqual(parseCsv('t.csv', 'a;b\n1;2').rows, [['1', '2']]);
    assert.deepEqual(parseCsv('t.tsv', 'a\tb\n1\t2').columns, ['a', 'b']);
    assert.deepEqual(parseCsv('t.csv', '1,2\n3,4').columns, ['column 1', 'column 2']);
    assert.equal(parseCsv('t.csv', 'x,y\nz,w', { header: false }).rows.length, 2);
  });

  it('names the line of a row with a wrong number of cells, and an unclosed quote', () => {
    assert.throws(
      () => parseCsv('t.csv', 'a,b\n1,2\n3\n'),
      /t\.csv: expected 2 cells.*found 1 in line 3/,
    );
    assert.throws(() => parseCsv('t.csv', 'a,b\n"1,2\n'), /found none for the one in line 2/);
    assert.throws(() => parseCsv('t.csv', ''), /an empty file/);
  });
});

describe('csv: samples', () => {
  const regression = ['x,y', ...Array.from({ length: 10 }, (_, i) => `${i},${i * 2}`)].join('\n');
  const flowers = [
    'length,colour,kind',
    ...Array.from({ length: 12 }, (_, i) => `${i},${i % 2 ? 'red' : 'blue'},${'abc'[i % 3]!}`),
  ].join('\n');

  it('takes the last column as a numeric label and holds a fifth back', async () => {
    const { train, validation } = await moduleOf({ 't.csv': regression }).csv('t.csv');
    assert.deepEqual([train.size, validation.size], [8, 2]);
    const all = [await rowsOf(train), await rowsOf(validation)];
    const pairs = all.flatMap(({ xs, ys }) => xs.map((x, i) => [x[0], ys[i]![0]]));
    assert.deepEqual(
      pairs.sort((a, b) => a[0]! - b[0]!),
      Array.from({ length: 10 }, (_, i) => [i, i * 2]),
    );
  });

  it('encodes text: one-hot features and one-hot classes by name', async () => {
    const { train, validation } = await moduleOf({ 't.csv': flowers }).csv('t.csv');
    assert.deepEqual(train.featureShape, [3]);
    assert.deepEqual(train.classNames, ['a', 'b', 'c']);
    const parts = [await rowsOf(train), await rowsOf(validation)];
    for (const { xs, ys } of parts) {
      xs.forEach(([length, blue, red], i) => {
        assert.deepEqual([blue, red], length! % 2 ? [0, 1] : [1, 0]);
        assert.equal(ys[i]!.indexOf(1), length! % 3);
      });
    }
  });

  it('selects columns, and gives class indices where asked', async () => {
    const { train } = await moduleOf({ 't.csv': flowers }).csv('t.csv', {
      label: 'colour',
      features: ['length'],
      labels: 'integer',
    });
    const { xs, ys } = await rowsOf(train);
    assert.deepEqual(train.labelShape, [1]);
    xs.forEach(([length], i) => assert.equal(ys[i]![0], length! % 2));
  });

  it('sorts numeric classes as numbers', async () => {
    const text = ['x,digit', ...[10, 9, 2, 10, 9, 2].map((c, i) => `${i},${c}`)].join('\n');
    const { train } = await moduleOf({ 't.csv': text }).csv('t.csv', { labels: 'integer' });
    assert.deepEqual(train.classNames, ['2', '9', '10']);
  });

  it('scales by the training rows only', async () => {
    const { csv: read } = moduleOf({ 't.csv': regression });
    const { train, validation } = await read('t.csv', { scale: 'standard' });
    const xs = (await rowsOf(train)).xs.map(([x]) => x!);
    const mean = xs.reduce((sum, x) => sum + x, 0) / xs.length;
    const variance = xs.reduce((sum, x) => sum + x * x, 0) / xs.length;
    assert.ok(Math.abs(mean) < 1e-6 && Math.abs(variance - 1) < 1e-6);
    const plain = await read('t.csv');
    const raw = (await rowsOf(plain.train)).xs.map(([x]) => x!);
    const centre = raw.reduce((sum, x) => sum + x, 0) / raw.length;
    const spread = Math.sqrt(raw.reduce((sum, x) => sum + (x - centre) ** 2, 0) / raw.length);
    const held = (await rowsOf(plain.validation)).xs.map(([x]) => (x! - centre) / spread);
    (await rowsOf(validation)).xs.forEach(([x], i) => assert.ok(Math.abs(x! - held[i]!) < 1e-6));
    const { train: unit } = await read('t.csv', { scale: 'minmax' });
    const scaled = (await rowsOf(unit)).xs.map(([x]) => x!);
    assert.deepEqual([Math.min(...scaled), Math.max(...scaled)], [0, 1]);
  });

  it('splits by the seed', async () => {
    const { csv: read } = moduleOf({ 't.csv': regression });
    const order = async (seed?: number) =>
      (await rowsOf((await read('t.csv', seed === undefined ? {} : { seed })).train)).xs;
    assert.deepEqual(await order(), await order(1));
    assert.notDeepEqual(await order(2), await order(1));
  });

  it('skips rows with empty cells where told to, and names them otherwise', async () => {
    const { csv: read } = moduleOf({ 't.csv': 'x,y\n1,2\n,3\n4,?\n5,6\n' });
    const { train, validation } = await read('t.csv', { missing: 'skip', validationShare: 0.5 });
    assert.equal(train.size + validation.size, 2);
    await assert.rejects(read('t.csv'), /found none in line 3, column x\. .*missing: 'skip'/);
  });

  const faults: [string, CsvOptions, RegExp][] = [
    ['an unknown column', { label: 'species' }, /no column "species".*0: length, 1: colour/],
    [
      'text where numbers are wanted',
      { labels: 'number' },
      /expected a number in column kind, found 'a' in line 2/,
    ],
    ['a share that leaves nothing', { validationShare: 1 }, /validation share of 1/],
    ['two class columns', { label: [1, 2], labels: 'one-hot' }, /needs one label column, not 2/],
  ];
  for (const [name, options, message] of faults) {
    it(`refuses ${name}`, async () => {
      await assert.rejects(
        moduleOf({ 't.csv': flowers }).csv('t.csv', options),
        (error) => error instanceof DataError && message.test(error.message),
      );
    });
  }

  it('says which file is missing', async () => {
    await assert.rejects(
      moduleOf({}).csv('data/t.csv'),
      /^DataError: data\/t\.csv could not be read/,
    );
  });
});
