// Places in stack traces to the user's files.
import assert from 'node:assert/strict';
import { mkdir, symlink } from 'node:fs/promises';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { FileLocator } from '../../../src/sources/node/fileLocator';
import { temporaryFolder, write } from './scene';

/** Sends line 1, column 1 to line 4, column 1 of source 0; line 2 to nothing. */
const mapTo = (source: string) => ({
  version: 3,
  sources: [source],
  names: [],
  mappings: 'AAGA;A',
});

describe('FileLocator', () => {
  let folder = '';
  let temporary: Awaited<ReturnType<typeof temporaryFolder>>;
  before(async () => {
    temporary = await temporaryFolder();
    ({ folder } = temporary);
    await mkdir(path.join(folder, 'src'));
    await mkdir(path.join(folder, 'node_modules/pkg'), { recursive: true });
    await write(path.join(folder, 'src'), 'a b.ts', '');
    await write(path.join(folder, 'node_modules/pkg'), 'index.js', '');
  });
  after(() => temporary.remove());

  const at = (file: string, line = 1) => ({ file, line, column: 1 });

  it('gives JavaScript as it is, from a path or an address; packages, Node and the preload never', async () => {
    const file = await write(folder, 'train one.js', 'x');
    const preload = await write(folder, 'tap.cjs', 'x');
    const locator = new FileLocator({ foreign: [preload] });
    const foreign = [
      at('node:internal/process/task_queues'),
      at('<anonymous>'),
      at(path.join(folder, 'node_modules/pkg/index.js')),
      at(preload),
      at(path.join(folder, 'gone.js')),
      at(file, 0),
    ];
    assert.equal(locator.locate(foreign), undefined);
    const expected = { file, line: 9, column: 1 };
    assert.deepEqual(locator.locate([...foreign, at(file, 9), at(file, 2)]), expected);
    assert.deepEqual(locator.locate([at(`${pathToFileURL(file).href}?v=1`, 9)]), expected);
  });

  it('follows source maps: in a file, in the script itself, or handed over', async () => {
    const source = path.join(folder, 'src/a b.ts');
    const expected = { file: source, line: 4, column: 1 };
    const linked = await write(folder, 'linked.js', 'x\ny\n//# sourceMappingURL=linked.js.map\n');
    await write(folder, 'linked.js.map', JSON.stringify(mapTo('src/a b.ts')));
    const json = Buffer.from(JSON.stringify(mapTo('src/a b.ts'))).toString('base64');
    const inline = await write(
      folder,
      'inline.js',
      `x\n//# sourceMappingURL=data:application/json;charset=utf-8;base64,${json}`,
    );
    const handed = path.join(folder, 'handed.cjs');
    const locator = new FileLocator({
      maps: new Map([[handed, JSON.stringify(mapTo('src/a b.ts'))]]),
    });
    for (const script of [linked, inline, handed]) {
      assert.deepEqual(locator.locate([at(script)]), expected, script);
      assert.equal(locator.locate([at(script, 2)]), undefined, 'what no source stands for');
    }
  });

  it('names files as the user does, where a folder is a link', async () => {
    const link = path.join(folder, 'link');
    await symlink(path.join(folder, 'src'), link, 'junction');
    const locator = new FileLocator({ folders: [link] });
    const found = locator.locate([at(path.join(folder, 'src/a b.ts'), 3)]);
    assert.deepEqual(found, { file: path.join(link, 'a b.ts'), line: 3, column: 1 });
  });

  it('stays with the script where its map or its source is missing or broken', async () => {
    const locator = new FileLocator();
    const cases = ['gone.map', 'broken.map', 'https://example.org/x.map', 'shipped.map'];
    await write(folder, 'broken.map', '{"version":3,');
    await write(folder, 'shipped.map', JSON.stringify(mapTo('not/shipped.ts')));
    for (const [i, map] of cases.entries()) {
      const file = await write(folder, `case${i}.js`, `x\n//# sourceMappingURL=${map}`);
      assert.deepEqual(locator.locate([at(file)]), { file, line: 1, column: 1 }, map);
    }
  });
});
