// What a program may read, and what it is told when it may not or there is nothing.
import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { WorkspaceFiles } from '../../../src/sources/webview/workspaceFiles';

describe('WorkspaceFiles', () => {
  let folder: string;
  let files: WorkspaceFiles;

  before(async () => {
    folder = await mkdtemp(path.join(os.tmpdir(), 'gradient-lens-files-'));
    await mkdir(path.join(folder, 'ws/models/deep'), { recursive: true });
    await mkdir(path.join(folder, 'ws2'));
    await writeFile(path.join(folder, 'ws/root.bin'), Uint8Array.from([0, 1, 2, 3, 4, 5, 6, 7]));
    await writeFile(path.join(folder, 'ws/models/near.txt'), 'near');
    await writeFile(path.join(folder, 'ws/both.txt'), 'root');
    await writeFile(path.join(folder, 'ws/models/both.txt'), 'beside');
    await writeFile(path.join(folder, 'secret.txt'), 'secret');
    await writeFile(path.join(folder, 'ws2/other.txt'), 'other');
    const ws = path.join(folder, 'ws');
    files = new WorkspaceFiles(path.join(ws, 'models'), ws, [ws]);
  });
  after(() => rm(folder, { recursive: true, force: true }));

  const text = async (file: string) =>
    new TextDecoder().decode(await files.readFile({ path: file }));

  it('looks beside the model first, then in the workspace folder', async () => {
    assert.equal(await text('./near.txt'), 'near');
    assert.equal(await text('both.txt'), 'beside');
    assert.equal(await text('../both.txt'), 'root');
    assert.equal((await files.readFile({ path: 'root.bin' })).byteLength, 8);
    assert.equal(await text(path.join(folder, 'ws/both.txt')), 'root');
    assert.equal(await text(pathToFileURL(path.join(folder, 'ws/both.txt')).href), 'root');
  });

  it('reads ranges, cut at the end of the file', async () => {
    const range = async (start: number, end: number) => [
      ...new Uint8Array(await files.readFile({ path: 'root.bin', start, end })),
    ];
    assert.deepEqual(await range(2, 5), [2, 3, 4]);
    assert.deepEqual(await range(6, 100), [6, 7]);
    assert.deepEqual(await range(50, 100), []);
    assert.deepEqual(await range(3, 3), []);
  });

  it('tells sizes and lists folders', async () => {
    assert.deepEqual(await files.stat({ path: 'root.bin' }), { size: 8, isDirectory: false });
    assert.equal((await files.stat({ path: 'deep' })).isDirectory, true);
    assert.deepEqual(await files.list({ path: '.' }), ['both.txt', 'deep/', 'near.txt']);
    assert.deepEqual(await files.list({ path: '..' }), ['both.txt', 'models/', 'root.bin']);
  });

  it('never leaves the workspace', async () => {
    const outside = [
      '../../secret.txt',
      'deep/../../../secret.txt',
      path.join(folder, 'secret.txt'),
      path.join(folder, 'ws2/other.txt'),
      pathToFileURL(path.join(folder, 'secret.txt')).href,
      'file:%ZZ',
      'near.txt\0',
      '/etc/hostname',
    ];
    for (const file of outside) {
      await assert.rejects(files.readFile({ path: file }), { code: 'outside-workspace' }, file);
      await assert.rejects(files.stat({ path: file }), { code: 'outside-workspace' }, file);
      await assert.rejects(files.list({ path: file }), { code: 'outside-workspace' }, file);
    }
  });

  it('names both places that it looked at', async () => {
    await assert.rejects(files.readFile({ path: 'gone.txt' }), {
      code: 'missing-file',
      message: /'gone\.txt' does not exist. Looked for 'models\/gone\.txt' and 'gone\.txt'/,
    });
    await assert.rejects(files.readFile({ path: 'deep' }), { code: 'unreadable-file' });
    await assert.rejects(files.list({ path: 'near.txt' }), { code: 'unreadable-file' });
  });

  it('of a single opened file reads its folder', async () => {
    const alone = new WorkspaceFiles(path.join(folder, 'ws/models'), undefined, []);
    assert.equal((await alone.readFile({ path: 'near.txt' })).byteLength, 4);
    await assert.rejects(alone.readFile({ path: '../both.txt' }), { code: 'outside-workspace' });
  });
});
