// The lock of the set-up: one at a time, and never blocked by a process that is gone.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { withLock } from '../../../scripts/lib/lock.mjs';

describe('withLock', () => {
  let folder: string;
  let lock: string;
  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'gradient-lens-'));
    lock = path.join(folder, 'it.lock');
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it('lets one in at a time, and gives what the work gave', async () => {
    let inside = 0;
    const work = async () => {
      inside += 1;
      assert.equal(inside, 1);
      await new Promise((resolve) => setTimeout(resolve, 20));
      inside -= 1;
      return 'done';
    };
    const results = await Promise.all([1, 2, 3].map(() => withLock(lock, 'testing', work)));
    assert.deepEqual(results, ['done', 'done', 'done']);
    assert.equal(existsSync(lock), false);
  });

  it('is released when the work fails', async () => {
    const failing = withLock(lock, 'testing', () => Promise.reject(new Error('broken')));
    await assert.rejects(failing, /broken/);
    assert.equal(existsSync(lock), false);
  });

  it('takes over from a process that is gone', async () => {
    const { pid } = spawnSync(process.execPath, ['-e', '']);
    mkdirSync(lock);
    writeFileSync(path.join(lock, 'pid'), String(pid));
    assert.equal(await withLock(lock, 'testing', () => Promise.resolve(7)), 7);
  });
});
