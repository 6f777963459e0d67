// Crashes: processes that are killed while they record, and files that end anywhere. Whatever is left is a run, and
// lacks at most the last second.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { copyFile, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { build } from 'esbuild';
import { randomInteger, seededRandom } from '../../../src/shared/core/random';
import { EventDecoder } from '../../../src/shared/tensorboard/eventDecoder';
import { RecordReader } from '../../../src/shared/tensorboard/records';
import { RunCatalogue } from '../../../src/store/runCatalogue';
import { LOCK_FILE, MANIFEST_FILE, OVERVIEW_FILE, STEPS_FILE } from '../../../src/store/runFolder';

/** Real kills; each takes a second or two. */
const KILLS = 18;
const AT_A_TIME = 6;
/** Latest moment of a kill after the recording began, milliseconds. */
const LATEST_MS = 3500;
const TRUNCATIONS = 200;
/** What a crash may cost, milliseconds; and what writing takes on a machine that is busy. */
const LOSS_MS = 1000;
const WRITING_MS = 1000;

/** What a killed process had said. */
interface Told {
  folder: string;
  /** Time and newest step of each report. */
  reports: [time: number, step: number][];
}

/** Newest step in the event file, and how many records could be read before it ends. */
async function newestEvent(folder: string): Promise<{ step: number; records: number }> {
  const names = await readdir(folder);
  const name = names.find((one) => one.startsWith('events.out.tfevents.')) ?? 'none';
  const reader = new RecordReader(name);
  reader.push(await readFile(path.join(folder, name)));
  const decoder = new EventDecoder();
  let [step, records] = [0, 0];
  for (let next = reader.next(); next.type !== 'torn'; next = reader.next()) {
    if (next.type !== 'record') throw new Error(`${name} is damaged at byte ${next.at}.`);
    records++;
    step = Math.max(step, decoder.decode(next.data).step);
  }
  return { step, records };
}

describe('runs after a crash', () => {
  let root: string;
  let script: string;
  before(async () => {
    root = await mkdtemp(path.join(tmpdir(), 'gradient-lens-crash-'));
    script = path.join(root, 'recordForever.cjs');
    await build({
      entryPoints: [path.join(import.meta.dirname, 'recordForever.ts')],
      ...{ outfile: script, bundle: true, platform: 'node', format: 'cjs', logLevel: 'error' },
    });
  });
  after(async () => {
    await rm(root, { recursive: true, force: true });
  });

  /** Records in a process of its own, which is killed after so many milliseconds of recording or at a step. */
  async function killed(name: string, at: number | { step: number }, perReport = 5): Promise<Told> {
    const own = path.join(root, name);
    const child = spawn(process.execPath, [script, own, String(perReport)], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let said = '';
    await new Promise<void>((resolve) => {
      child.stdout.on('data', (data: Buffer) => {
        if (said === '' && typeof at === 'number') setTimeout(() => child.kill('SIGKILL'), at);
        said += data.toString();
        if (typeof at === 'number') return;
        const newest = said.lastIndexOf(' ', said.lastIndexOf('\n'));
        if (parseInt(said.slice(newest), 10) >= at.step) child.kill('SIGKILL');
      });
      child.on('close', () => resolve());
    });
    const reports = said
      .split('\n')
      .slice(0, -1)
      .map((line) => line.split(' ').map(Number) as [number, number]);
    return { folder: path.join(own, 'killed'), reports };
  }

  /** The newest step that has to be there: told a second before the end, by the clock of the process itself. */
  function dueStep({ reports }: Told): number {
    const times = reports.map(([time]) => time);
    const held = Math.max(...times.slice(1).map((time, i) => time - times[i]!), 0);
    const end = times.at(-1) ?? 0;
    const due = reports.filter(([time]) => time <= end - LOSS_MS - WRITING_MS - held);
    return due.at(-1)?.[1] ?? 0;
  }

  async function opened(folder: string) {
    const troubles: string[] = [];
    const catalogue = new RunCatalogue({
      roots: [path.dirname(folder)],
      onTrouble: (message) => troubles.push(message),
    });
    await catalogue.refresh();
    const summary = catalogue.summary(path.basename(folder));
    const stored = summary && (await catalogue.open(summary.id));
    catalogue.dispose();
    return { summary, stored, troubles };
  }

  it('a process that is killed at any moment leaves a run that lacks the last second at most', async function () {
    this.timeout(240_000);
    const random = seededRandom(7);
    const delays = Array.from({ length: KILLS }, () => randomInteger(random, LATEST_MS));
    let checked = 0;
    for (let from = 0; from < KILLS; from += AT_A_TIME) {
      const some = delays.slice(from, from + AT_A_TIME);
      const told = await Promise.all(some.map((delay, i) => killed(`kill-${from + i}`, delay)));
      for (const one of told) {
        const due = dueStep(one);
        const { summary, stored, troubles } = await opened(one.folder);
        assert.ok(summary && stored, troubles.join());
        assert.equal(summary.state, 'stopped');
        assert.equal(stored.view.state, 'stopped');
        assert.equal(stored.view.backend, 'cpu');
        const { step, records } = stored.history;
        assert.ok(step >= due, `step ${step}, ${due} was told a second before`);
        assert.ok(step <= (one.reports.at(-1)?.[1] ?? 0) + 5);
        assert.equal(stored.history.curves().step.length, step);
        assert.ok(records.every(({ layers }) => Object.keys(layers).length === 2));
        const events = await newestEvent(one.folder);
        assert.ok(events.step >= due, `event of step ${events.step}, not ${due}`);
        if (due > 0) checked++;
      }
    }
    assert.ok(checked >= KILLS / 6, `only ${checked} lived long enough to lose something`);
  });

  it('files that end at any byte are a run as far as they go', async function () {
    this.timeout(120_000);
    const { folder } = await killed('whole', { step: 600 }, 1);
    // The lock is left out: while it is torn, somebody may be about to write it.
    const names = (await readdir(folder)).filter((name) => name !== LOCK_FILE);
    const sizes = new Map<string, number>();
    for (const name of names) sizes.set(name, (await readFile(path.join(folder, name))).length);
    const random = seededRandom(11);
    const whole = (await opened(folder)).stored!.history.step;
    assert.ok(whole > 100, `${whole} steps to tear`);
    let [readable, events] = [0, 0];
    for (let i = 0; i < TRUNCATIONS; i++) {
      const torn = path.join(root, 'torn', 'killed');
      await mkdir(torn, { recursive: true });
      for (const name of names) await copyFile(path.join(folder, name), path.join(torn, name));
      // One file of each kind in turn; in the last quarter all of them.
      const all = i >= (TRUNCATIONS * 3) / 4;
      const chosen = all ? names : names.filter((_, k) => k === i % names.length);
      for (const name of chosen) {
        const bytes = await readFile(path.join(torn, name));
        await writeFile(
          path.join(torn, name),
          bytes.subarray(0, randomInteger(random, bytes.length)),
        );
      }
      const { summary, stored, troubles } = await opened(torn);
      const steps = (await readFile(path.join(torn, STEPS_FILE))).length;
      if (stored) {
        readable++;
        // In the file, the run has at most what the bytes can hold.
        assert.ok(stored.history.step <= whole);
        if (!chosen.includes(STEPS_FILE)) assert.equal(stored.history.step, whole);
        assert.equal(summary?.state, 'stopped');
        assert.equal(stored.history.curves().step.length, stored.history.step);
      } else {
        // Only without the first words of the run is there nothing to show, and that is said.
        assert.ok(steps < 2000, `${steps} bytes of steps, and no run: ${troubles.join()}`);
        assert.equal(troubles.length, summary ? 0 : 1);
      }
      if ((await newestEvent(torn)).records > 0) events++;
      await rm(path.join(root, 'torn'), { recursive: true });
    }
    assert.ok(readable > TRUNCATIONS * 0.9, `${readable} of ${TRUNCATIONS} readable`);
    assert.ok(events > TRUNCATIONS * 0.9, `${events} event files readable`);
    assert.ok(names.includes(MANIFEST_FILE));
    assert.ok(sizes.get(STEPS_FILE)! > 10_000);
    assert.ok(!names.includes(OVERVIEW_FILE), 'it was killed before its first overview');
  });
});
