// Logs that grow, tear, break, and come from several workers.
import assert from 'node:assert/strict';
import { appendFile, mkdir, truncate, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { randomInteger, seededRandom } from '../../../src/shared/core/random';
import { diskFiles } from '../../../src/sources/logs/diskFiles';
import { findRuns, runFolderOf } from '../../../src/sources/logs/findRuns';
import { event, follow, type Logged, read, until, version, withFolder } from './reading';

const FILE = 'events.out.tfevents.1.host';

/** Writes files below a folder. */
async function write(folder: string, files: Record<string, readonly Buffer[]>): Promise<void> {
  for (const [name, parts] of Object.entries(files)) {
    const file = path.join(folder, name);
    await mkdir(path.dirname(file), { recursive: true });
    await writeFile(file, Buffer.concat(parts));
  }
}

/** Events of steps 1 … count, a second each. */
function steps(count: number, logged: (step: number) => Logged, from = 100): Buffer[] {
  return Array.from({ length: count }, (_, i) => event(from + i, i + 1, logged(i + 1)));
}

const words = (run: { notices: readonly { message: string }[] }) =>
  run.notices.map(({ message }) => message).join('\n');

describe('logs as a source', () => {
  it('is the same run wherever the file was torn while it grew', () =>
    withFolder(async (folder) => {
      const logged = (step: number): Logged => ({
        loss: 1 / step,
        'gradients/a': [step, -step, 0],
      });
      const whole = Buffer.concat([version, ...steps(40, logged)]);
      await write(folder, { [`whole/${FILE}`]: [whole] });
      const expected = await read(path.join(folder, 'whole'));
      assert.equal(expected.steps.length, 40);
      for (let seed = 0; seed < 8; seed++) {
        const random = seededRandom(seed);
        const name = `torn${seed}`;
        await write(folder, { [`${name}/${FILE}`]: [] });
        const { run } = follow(path.join(folder, name), {
          quietSeconds: 600,
          pollMs: 1,
        });
        for (let at = 0; at < whole.length;) {
          const to = Math.min(whole.length, at + 1 + randomInteger(random, 400));
          await appendFile(path.join(folder, name, FILE), whole.subarray(at, to));
          at = to;
          if (random() < 0.3) await new Promise((resolve) => setTimeout(resolve, 3));
        }
        await until(() => run.steps.length >= 37);
        assert.equal(run.state, 'running');
        await run.stop();
        const { steps: kept } = run;
        assert.deepEqual(kept, expected.steps.slice(0, kept.length));
        run.dispose();
      }
    }));

  it('runs while it grows, is complete after the quiet time, and says when it goes on', () =>
    withFolder(async (folder) => {
      const all = steps(30, (step) => ({ loss: step }));
      await write(folder, { [FILE]: [version, ...all.slice(0, 20)] });
      let now = Date.now();
      let again = 0;
      const { run, source } = follow(folder, {
        quietSeconds: 100,
        now: () => now,
        grewAgain: () => again++,
        pollMs: 1,
      });
      await until(() => run.steps.length > 10);
      assert.deepEqual([run.state, run.info.origin, run.pausable], ['running', 'log', false]);
      await assert.rejects(run.pause(), /event files of another program/);
      await appendFile(path.join(folder, FILE), all[20]!);
      await until(() => run.currentStep >= 18);
      now += 200_000;
      await run.finished;
      assert.deepEqual([run.state, run.currentStep], ['completed', 21]);
      assert.equal(again, 0);
      await appendFile(path.join(folder, FILE), all[21]!);
      await until(() => again === 1);
      source.dispose();
    }));

  it('merges the files of workers by wall time and step', () =>
    withFolder(async (folder) => {
      const worker = (offset: number): Buffer[] => [
        version,
        ...steps(
          20,
          (step) => ({ loss: step + offset, 'gradients/a': [1 + offset, 2] }),
          100 + offset / 10,
        ),
      ];
      await write(folder, {
        [`worker_0/${FILE}`]: worker(0),
        [`worker_1/${FILE}`]: worker(1),
        [`worker_2/${FILE}`]: worker(2),
      });
      const [found, ...others] = await findRuns(diskFiles, folder);
      assert.deepEqual([found?.name, found?.files.length, others.length], ['', 3, 0]);
      const run = await read(folder);
      assert.equal(run.steps.length, 20);
      assert.deepEqual(
        run.steps.map(({ loss }) => loss),
        Array.from({ length: 20 }, (_, i) => i + 2),
      );
      const { gradient } = run.steps[0]!.layers['a']!;
      assert.deepEqual([gradient.count, gradient.min, gradient.max], [6, 1, 3]);
      assert.match(words(run), /Up to 3 files logged the same values/);
    }));

  it('goes on with the later file of a training that was resumed', () =>
    withFolder(async (folder) => {
      const first = steps(20, (step) => ({ loss: step }));
      const second = Array.from({ length: 15 }, (_, i) =>
        event(500 + i, 16 + i, { loss: 100 + i }),
      );
      await write(folder, {
        'events.out.tfevents.100.host': [version, ...first],
        'events.out.tfevents.500.host': [version, ...second],
      });
      const run = await read(folder);
      assert.deepEqual(
        run.steps.map(({ step }) => step),
        Array.from({ length: 30 }, (_, i) => i + 1),
      );
      assert.equal(run.steps[29]?.loss, 114);
      assert.match(words(run), /values of steps that had been logged before/);
    }));

  it('leaves out what is damaged, and says so', () =>
    withFolder(async (folder) => {
      const all = [version, ...steps(20, (step) => ({ loss: step }))];
      const broken = Buffer.concat(all);
      const at = Buffer.concat(all.slice(0, 6)).length + 16;
      broken[at] = (broken[at] ?? 0) ^ 0xff;
      await write(folder, {
        [FILE]: [broken],
        'events.out.tfevents.2.host': [Buffer.from('not one of events')],
      });
      const run = await read(folder);
      assert.equal(run.steps.length, 19);
      assert.match(words(run), /1 damaged records or values/);
      assert.match(words(run), /tfevents\.2\.host is damaged at byte 0/);
    }));

  it('fails where there is nothing to read, and says what to do', () =>
    withFolder(async (folder) => {
      const empty = await read(folder);
      assert.deepEqual([empty.state, empty.error?.code], ['failed', 'no-event-files']);
      await write(folder, { [FILE]: [Buffer.alloc(100, 7)] });
      const foreign = await read(folder);
      assert.deepEqual([foreign.state, foreign.error?.code], ['failed', 'corrupt-record']);
    }));

  it('reads on where a file is cut short, as far as it was', () =>
    withFolder(async (folder) => {
      await write(folder, { [FILE]: [version, ...steps(20, (step) => ({ loss: step }))] });
      let now = Date.now();
      const { run } = follow(folder, { quietSeconds: 100, now: () => now, pollMs: 1 });
      await until(() => run.steps.length >= 17);
      await truncate(path.join(folder, FILE), 50);
      now += 200_000;
      await run.finished;
      assert.deepEqual([run.state, run.steps.length], ['completed', 20]);
      run.dispose();
    }));

  it('shows the norm of all gradients as that of one layer, and rules see it explode', () =>
    withFolder(async (folder) => {
      const exploding = (step: number): Logged =>
        step < 20
          ? { 'train/loss': 1, 'train/grad_norm': 1 }
          : { 'train/loss': 2 ** (step - 19), 'train/grad_norm': 4 ** (step - 19) };
      await write(folder, { [FILE]: [version, ...steps(30, exploding)] });
      const run = await read(folder);
      assert.deepEqual(
        run.layers.map(({ name }) => name),
        ['model'],
      );
      const [finding, ...others] = run.findings;
      assert.deepEqual(
        [finding?.rule, finding?.layer, others.length],
        ['exploding-gradient', 'model', 0],
      );
      assert.doesNotMatch(finding?.message ?? '', / 0 ?%|NaN/);
    }));

  it('finds a loss that is not finite where nothing else is known', () =>
    withFolder(async (folder) => {
      await write(folder, {
        [FILE]: [version, ...steps(30, (step) => ({ loss: step < 20 ? 1 : NaN }))],
      });
      const run = await read(folder);
      assert.deepEqual(
        run.findings.map(({ rule, firstStep }) => [rule, firstStep]),
        [['non-finite', 20]],
      );
      assert.match(words(run), /holds no gradients/);
    }));

  it('sees overfitting in losses alone', () =>
    withFolder(async (folder) => {
      const logged = (step: number): Logged => ({
        train_loss: 1 / step,
        val_loss: 0.5 + Math.abs(step - 12) * 0.05,
      });
      await write(folder, { [FILE]: [version, ...steps(40, logged)] });
      const run = await read(folder);
      assert.deepEqual(
        run.findings.map(({ rule }) => rule),
        ['overfitting'],
      );
    }));

  it('is silent where weights and updates are not known, though the rules want them', () =>
    withFolder(async (folder) => {
      const random = seededRandom(3);
      const logged = (step: number): Logged => ({
        loss: 1 / Math.sqrt(step) + 0.01 * random(),
        ...Object.fromEntries(
          ['a', 'b', 'c', 'd', 'e'].map((layer) => [
            `gradients/${layer}/kernel`,
            Array.from({ length: 20 }, () => (random() - 0.5) / step),
          ]),
        ),
      });
      await write(folder, { [FILE]: [version, ...steps(400, logged)] });
      const run = await read(folder);
      assert.equal(run.layers.length, 5);
      assert.deepEqual(run.findings, []);
      assert.match(words(run), /gradients, but no weights/);
    }));

  it('takes names that would reach an object’s prototype for nothing', () =>
    withFolder(async (folder) => {
      const logged = (step: number): Logged => ({
        loss: step,
        __proto__x: 1,
        'gradients/__proto__': [1],
        'weights/__proto__': [2],
      });
      await write(folder, {
        [FILE]: [version, event(99, 1, { ['__proto__']: 3 }), ...steps(9, logged)],
      });
      const run = await read(folder);
      assert.deepEqual([run.state, run.steps.length, run.layers.length], ['completed', 9, 0]);
    }));

  it('knows the run of a file by its folders', () => {
    const file = '/data/logs/run-3/train/events.out.tfevents.1';
    assert.equal(runFolderOf(file), '/data/logs/run-3');
    assert.equal(runFolderOf('/data/run/worker_1/events.out.tfevents.1'), '/data/run');
    assert.equal(runFolderOf('/data/run/events.out.tfevents.1'), '/data/run');
  });
});
