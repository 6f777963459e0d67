import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readdir, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { RunCatalogue, type CatalogueChange } from '../../../src/store/runCatalogue';
import { writeManifest } from '../../../src/store/manifestFile';
import { LOCK_FILE, MANIFEST_FILE } from '../../../src/store/runFolder';
import { RunLock } from '../../../src/store/runLock';
import { StoreError } from '../../../src/store/storeError';
import { manifestFor, sampleRun } from './manifests';

describe('catalogue of runs', () => {
  let root: string;
  let catalogue: RunCatalogue;
  const changes: CatalogueChange[] = [];
  const troubles: string[] = [];
  beforeEach(async () => {
    root = await mkdtemp(path.join(tmpdir(), 'gradient-lens-runs-'));
    changes.length = 0;
    troubles.length = 0;
    catalogue = newCatalogue();
  });
  afterEach(async () => {
    catalogue.dispose();
    await rm(root, { recursive: true, force: true });
  });

  function newCatalogue(): RunCatalogue {
    const made = new RunCatalogue({
      roots: [root, path.join(root, 'absent')],
      onTrouble: (message) => troubles.push(message),
    });
    made.onDidChange((change) => changes.push(change));
    return made;
  }

  async function addRun(id: string, change: Parameters<typeof manifestFor>[1] = {}) {
    const folder = path.join(root, id);
    await mkdir(folder, { recursive: true });
    await writeManifest(folder, manifestFor(id, change));
    return folder;
  }

  it('lists runs, newest first, and what else is in the folder not', async () => {
    await addRun('a', { startedAt: 1000 });
    await addRun('b', { startedAt: 3000, spark: [1, NaN, 0.5], bestLoss: { value: 0.5, step: 3 } });
    await addRun('c', { startedAt: 2000 });
    await mkdir(path.join(root, 'notes'));
    await writeFile(path.join(root, 'notes', 'x.txt'), 'mine');
    await mkdir(path.join(root, '.hidden'));
    await catalogue.refresh();
    assert.deepEqual(
      catalogue.summaries.map(({ id }) => id),
      ['b', 'c', 'a'],
    );
    assert.deepEqual(catalogue.summary('b')?.spark, [1, NaN, 0.5]);
    assert.equal(catalogue.folderOf('b'), path.join(root, 'b'));
    assert.ok(catalogue.bytes > 1000 && catalogue.bytes < 100_000);
    assert.deepEqual(changes, [{ added: ['a', 'b', 'c'], changed: [], removed: [] }]);
    assert.deepEqual(troubles, []);
  });

  it('tells what came, changed and went, and reads nothing that is as it was', async () => {
    await addRun('a');
    await addRun('b');
    await catalogue.refresh();
    const kept = catalogue.summary('a');
    await addRun('b', { step: 99 });
    await addRun('c');
    await catalogue.refresh();
    assert.deepEqual(changes.at(-1), { added: ['c'], changed: ['b'], removed: [] });
    assert.equal(catalogue.summary('b')?.step, 99);
    assert.equal(catalogue.summary('a'), kept);
    await rm(path.join(root, 'a'), { recursive: true });
    await catalogue.refresh();
    assert.deepEqual(changes.at(-1), { added: [], changed: [], removed: ['a'] });
    const count = changes.length;
    await Promise.all([catalogue.refresh(), catalogue.refresh(), catalogue.refresh()]);
    assert.equal(changes.length, count);
  });

  it('keeps labels apart from what training writes', async () => {
    const folder = await addRun('a');
    await catalogue.refresh();
    await catalogue.label('a', { name: ' Wide ', pinned: true, tags: ['x', ' x', ''] });
    await catalogue.label('a', { note: 'Second **try**' });
    await addRun('a', { step: 7 });
    await catalogue.refresh();
    const labels = { name: 'Wide', pinned: true, tags: ['x'], note: 'Second **try**' };
    assert.deepEqual(catalogue.summary('a')?.labels, labels);
    assert.equal(catalogue.summary('a')?.step, 7);
    assert.deepEqual(await catalogue.label('a', { pinned: false, tags: [], note: '' }), {
      name: 'Wide',
    });
    await assert.rejects(
      catalogue.label('a', { name: 'x'.repeat(300) }),
      (e) => e instanceof StoreError && e.code === 'bad-label',
    );
    await writeFile(path.join(folder, 'labels.json'), '{"name": 3}');
    await catalogue.refresh();
    assert.deepEqual(catalogue.summary('a')?.labels, {});
  });

  it('shows a run of a process that is gone as stopped, one that is recorded as it is', async () => {
    const gone = await addRun('gone', { state: 'running' });
    const recorded = await addRun('recorded', { state: 'running' });
    const lock = await RunLock.take(recorded);
    await writeFile(path.join(gone, LOCK_FILE), '{"host": "elsewhere", "pid": 1}');
    await utimes(path.join(gone, LOCK_FILE), 1000, 1000);
    await catalogue.refresh();
    assert.equal(catalogue.summary('gone')?.state, 'stopped');
    assert.equal(catalogue.summary('recorded')?.state, 'running');
    await lock.release();
    await catalogue.refresh();
    assert.equal(catalogue.summary('recorded')?.state, 'stopped');
    assert.deepEqual(changes.at(-1)?.changed, ['recorded']);
  });

  it('says which manifest cannot be read, once, and lists the others', async () => {
    const folder = await addRun('bad');
    await addRun('good');
    await writeFile(path.join(folder, MANIFEST_FILE), '{"version": 1, "id": "bad"}');
    await catalogue.refresh();
    await catalogue.refresh();
    assert.deepEqual(
      catalogue.summaries.map(({ id }) => id),
      ['good'],
    );
    assert.equal(troubles.length, 1);
    assert.match(troubles[0] ?? '', /manifest.json is not the manifest of a run/);
  });

  it('refuses hostile manifests', async () => {
    const folder = await addRun('x');
    for (const change of [
      { version: 2 },
      { summary: null },
      { layers: [{ name: '__proto__', className: 'Dense', tensors: [] }] },
      { findings: [{ rule: 'none' }] },
    ]) {
      const content = { ...manifestFor('x'), ...change };
      await writeFile(path.join(folder, MANIFEST_FILE), JSON.stringify(content));
      await catalogue.refresh();
      assert.equal(catalogue.summary('x'), undefined, JSON.stringify(change));
    }
  });

  it('gives the whole manifest of a run, and words for one that is gone', async () => {
    await addRun('a');
    await catalogue.refresh();
    assert.deepEqual(await catalogue.manifest('a'), manifestFor('a'));
    await assert.rejects(catalogue.manifest('z'), /no run z on disk/);
    await assert.rejects(catalogue.open('z'), /no run z on disk/);
    assert.equal(sampleRun.title, 'net.model.ts');
  });

  it('hears of runs that another process records, and of their end', async () => {
    await addRun('old');
    await catalogue.refresh();
    const watching = catalogue.watch();
    const heard = (is: (change: CatalogueChange) => boolean) =>
      new Promise<void>((resolve) => {
        const subscription = catalogue.onDidChange((change) => {
          if (!is(change)) return;
          subscription.dispose();
          resolve();
        });
      });
    const came = heard(({ added }) => added.includes('new'));
    const folder = await addRun('new', { state: 'running', step: 1 });
    const lock = await RunLock.take(folder);
    await came;
    await catalogue.refresh();
    assert.equal(catalogue.summary('new')?.state, 'running');
    const grew = heard(() => catalogue.summary('new')?.step === 2);
    await addRun('new', { state: 'running', step: 2 });
    await grew;
    const ended = heard(() => catalogue.summary('new')?.state === 'stopped');
    // As after a crash: nothing but the lock tells.
    await lock.release();
    await ended;
    const went = heard(({ removed }) => removed.includes('old'));
    await rm(path.join(root, 'old'), { recursive: true });
    await went;
    watching.dispose();
  });

  it('lists a thousand runs by what it wrote down, and reads only what has changed since', async () => {
    for (let i = 0; i < 1000; i++) await addRun(`run-${i}`, { startedAt: i });
    const file = path.join(root, 'run-8', MANIFEST_FILE);
    await utimes(file, 1000, 1000);
    const first = newCatalogue();
    await first.refresh();
    await eventually(async () => (await readdir(root)).includes('.catalogue.json'));
    first.dispose();
    await addRun('run-7', { startedAt: 7, step: 77 });
    // A manifest that cannot be read any more, with the time and size that it had.
    await writeFile(file, 'x'.repeat((await stat(file)).size));
    await utimes(file, 1000, 1000);
    await catalogue.refresh();
    assert.equal(catalogue.summaries.length, 1000);
    assert.equal(catalogue.summaries[0]?.id, 'run-999');
    assert.equal(catalogue.summary('run-7')?.step, 77);
    assert.equal(catalogue.summary('run-8')?.step, 40);
  });
});

async function eventually(is: () => Promise<boolean>): Promise<void> {
  while (!(await is())) await new Promise((resolve) => setTimeout(resolve, 20));
}
