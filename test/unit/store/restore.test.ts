// Runs whose folder is not as it should be, and what stands around runs: locks, git, ids.
import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readdir, rename, rm, utimes, writeFile } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import path from 'node:path';
import { newRunId, slugOf } from '../../../src/run/runId';
import { readGit } from '../../../src/store/gitFolder';
import { RunCatalogue } from '../../../src/store/runCatalogue';
import { timeOfId } from '../../../src/store/restoreRun';
import { LOCK_FILE, MANIFEST_FILE, OVERVIEW_FILE, STEPS_FILE } from '../../../src/store/runFolder';
import { isRecording, RunLock } from '../../../src/store/runLock';
import { RunRecorder } from '../../../src/store/runRecorder';
import { randomRecord } from '../protocol/records';
import { makeRun } from '../run/fakeSource';
import { sampleOrigin } from './manifests';

describe('runs that are not as they should be', () => {
  let root: string;
  beforeEach(async () => {
    root = await mkdtemp(path.join(tmpdir(), 'gradient-lens-restore-'));
  });
  afterEach(async () => {
    await rm(root, { recursive: true, force: true });
  });

  async function recorded(): Promise<string> {
    const { run, sink } = makeRun({ hyperparameters: { units: 3 } });
    const recorder = await RunRecorder.begin(run, { root, origin: sampleOrigin });
    sink.started({ backend: 'cpu' });
    sink.records([1, 2, 3, 4].map((step) => randomRecord(step, 2)));
    sink.epoch({ epoch: 1, step: 4, metrics: { acc: 0.5 } });
    sink.finished('completed', 4);
    await recorder.done;
    return recorder.folder;
  }

  async function listed() {
    const troubles: string[] = [];
    const catalogue = new RunCatalogue({ roots: [root], onTrouble: (one) => troubles.push(one) });
    await catalogue.refresh();
    return { catalogue, troubles, summaries: catalogue.summaries };
  }

  for (const [what, spoil] of [
    ['missing', (file: string) => rm(file)],
    ['torn', (file: string) => writeFile(file, '{"version": 1, "id')],
  ] as const) {
    it(`a ${what} manifest is written again by the steps`, async () => {
      const folder = await recorded();
      const before = (await listed()).summaries[0]!;
      await spoil(path.join(folder, MANIFEST_FILE));
      const { summaries, troubles, catalogue } = await listed();
      assert.deepEqual(troubles, []);
      const { startedAt, bytes, ...rest } = summaries[0]!;
      const { startedAt: known, bytes: knownBytes, ...expected } = before;
      assert.deepEqual(rest, expected);
      assert.ok(startedAt > known && bytes! > 0 && knownBytes! > 0);
      assert.deepEqual(rest.hyperparameters, { units: 3 });
      const manifest = await catalogue.manifest(rest.id);
      assert.equal(manifest.model.path, 'models/net.model.ts');
      assert.equal(manifest.state, 'completed');
    });
  }

  it('a manifest of a later version is left alone', async () => {
    const folder = await recorded();
    await writeFile(path.join(folder, MANIFEST_FILE), '{"version": 99}');
    const { summaries, troubles } = await listed();
    assert.deepEqual(summaries, []);
    assert.match(troubles.join(), /Update the extension/);
  });

  it('runs of the layout of before get their folders', async () => {
    const folder = await recorded();
    const id = '20260131-154502-3f9a';
    await rename(path.join(folder, STEPS_FILE), path.join(root, `${id}.glrun`));
    await rm(folder, { recursive: true });
    const { summaries, catalogue } = await listed();
    assert.equal(summaries.length, 1);
    assert.equal(summaries[0]?.id, id);
    assert.equal(summaries[0].startedAt, Date.UTC(2026, 0, 31, 15, 45, 2));
    const { history, view } = await catalogue.open(id);
    assert.equal(history.records.length, 4);
    assert.equal(view.title, 'net.model.ts');
    assert.deepEqual((await readdir(path.join(root, id))).sort(), [MANIFEST_FILE, STEPS_FILE]);
  });

  it('a run is the same whether its overview is there or not, and with little memory', async () => {
    const folder = await recorded();
    const { catalogue, summaries } = await listed();
    const id = summaries[0]!.id;
    const { history } = await catalogue.open(id, { bytes: 1 });
    assert.ok(history.records.length >= 1);
    assert.equal(history.curves().step.length, 4);
    await rm(path.join(folder, OVERVIEW_FILE));
    assert.equal((await catalogue.open(id)).history.records.length, 4);
  });

  it('locks tell whether somebody records', async () => {
    const file = path.join(root, LOCK_FILE);
    assert.equal(await isRecording(root), false);
    const lock = await RunLock.take(root);
    assert.equal(await isRecording(root), true);
    const now = Date.now() / 1000;
    // Silent, but its process is there.
    await utimes(file, now, now - 120);
    assert.equal(await isRecording(root), true);
    // For too long: the process is another one by now.
    await utimes(file, now, now - 3600);
    assert.equal(await isRecording(root), false);
    await lock.release();
    assert.equal(await isRecording(root), false);
    // No process has this number.
    await writeFile(file, JSON.stringify({ host: hostname(), pid: 2 ** 22 + 1 }));
    assert.equal(await isRecording(root), false);
    // One of another machine can only be heard.
    await writeFile(file, JSON.stringify({ host: 'elsewhere', pid: 1 }));
    assert.equal(await isRecording(root), true);
    await utimes(file, now, now - 60);
    assert.equal(await isRecording(root), false);
  });

  it('git is read where it is', async () => {
    const commit = 'c0ffee'.padEnd(40, '0');
    const other = 'badc0de'.padEnd(40, '1');
    const deep = path.join(root, 'a', 'b');
    await mkdir(deep, { recursive: true });
    const git = path.join(root, '.git');
    await mkdir(path.join(git, 'refs', 'heads', 'feature'), { recursive: true });
    await writeFile(path.join(git, 'HEAD'), 'ref: refs/heads/feature/x\n');
    assert.equal(await readGit(deep), undefined);
    await writeFile(
      path.join(git, 'packed-refs'),
      `# pack-refs\n${other} refs/heads/feature/x\n${commit} refs/heads/main\n`,
    );
    assert.deepEqual(await readGit(deep), { commit: other, branch: 'feature/x' });
    await writeFile(path.join(git, 'refs', 'heads', 'feature', 'x'), `${commit}\n`);
    assert.deepEqual(await readGit(deep), { commit, branch: 'feature/x' });
    await writeFile(path.join(git, 'HEAD'), `${other}\n`);
    assert.deepEqual(await readGit(deep), { commit: other });
    await writeFile(path.join(git, 'HEAD'), 'ref: ../../outside\n');
    assert.equal(await readGit(deep), undefined);
    // A worktree: its folder names the one that has the references.
    const worktree = path.join(root, 'worktree');
    await mkdir(path.join(git, 'worktrees', 'w'), { recursive: true });
    await mkdir(worktree);
    await writeFile(path.join(worktree, '.git'), `gitdir: ${path.join(git, 'worktrees', 'w')}\n`);
    await writeFile(path.join(git, 'worktrees', 'w', 'HEAD'), 'ref: refs/heads/main\n');
    await writeFile(path.join(git, 'worktrees', 'w', 'commondir'), '../..\n');
    assert.deepEqual(await readGit(worktree), { commit, branch: 'main' });
  });

  it('ids tell time and model, and are fit for any file system', () => {
    const id = newRunId('MNIST CNN.model.ts', new Date('2026-01-31T15:45:02.678Z'));
    assert.match(id, /^20260131-154502-mnist-cnn-[0-9a-f]{4}$/);
    assert.equal(timeOfId(id), Date.UTC(2026, 0, 31, 15, 45, 2));
    assert.equal(timeOfId('run-1'), undefined);
    assert.equal(slugOf('../../etc/passwd'), 'etc-passwd');
    assert.equal(slugOf('Über-Netz.js'), 'uber-netz');
    assert.equal(slugOf('模型.ts'), 'run');
    assert.equal(slugOf(`${'x'.repeat(300)}.ts`).length, 40);
  });
});
