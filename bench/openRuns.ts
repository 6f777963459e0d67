// `npm run bench -- --open-runs`: what runs on disk cost. Listing a thousand of them, opening a long one, the memory
// that this takes, and what recording adds to a training. Nothing is asserted: the figures are for bench/README.md.
import { mkdir, mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { parseArgs } from 'node:util';
import { messageOf, progress } from '../scripts/lib/log.mjs';
import { TrainingRun } from '../src/run/trainingRun';
import type { StepRecord } from '../src/shared/core/stepRecord';
import { writeManifest } from '../src/store/manifestFile';
import { RunCatalogue } from '../src/store/runCatalogue';
import { OVERVIEW_FILE, STEPS_FILE } from '../src/store/runFolder';
import { openRun } from '../src/store/runReader';
import { RunRecorder } from '../src/store/runRecorder';
import { randomRecord } from '../test/unit/protocol/records';
import { FakeSource } from '../test/unit/run/fakeSource';
import { manifestFor, sampleOrigin } from '../test/unit/store/manifests';
import { comparePairs, median, orderOfRound } from './pairs';
import { trainPairs } from './recordedTraining';

const MEGABYTE = 2 ** 20;
/** The default of `gradientLens.history.memory`. */
const MEMORY = 128 * MEGABYTE;
/** Steps that a source hands over at a time. */
const PER_REPORT = 20;
/** Records that differ; the others are these with another step, loss and time. */
const TEMPLATES = 16;

const { values } = parseArgs({
  options: {
    runs: { type: 'string', default: '1000' },
    steps: { type: 'string', default: '100000' },
    layers: { type: 'string', default: '60' },
    pairs: { type: 'string', default: '5' },
    'training-pairs': { type: 'string', default: '7' },
  },
});
const print = (text: string): void => void process.stdout.write(`${text}\n`);
const megabytes = (bytes: number): string => `${(bytes / MEGABYTE).toFixed(1)} MB`;

/** Bytes that the process holds after a collection. */
function heldBytes(): number {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  collect();
  collect();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}

/** Steps of a net with kernel and bias in each layer, whose losses fall with noise. */
class Steps {
  private readonly templates: StepRecord[];

  constructor(layers: number) {
    this.templates = Array.from({ length: TEMPLATES }, (_, i) => randomRecord(i + 1, layers, 3));
  }

  record(step: number): StepRecord {
    const template = this.templates[step % TEMPLATES];
    if (!template) throw new Error(`There is no template for step ${step}.`);
    const loss = 0.2 + 2 / Math.sqrt(step) + 0.02 * (template.metrics.acc ?? 0);
    return { ...template, step, loss, epoch: Math.ceil(step / 500), seconds: step * 0.01 };
  }
}

function newRun(id: string): { run: TrainingRun; source: FakeSource } {
  const source = new FakeSource();
  const run = new TrainingRun({
    ...{ id, model: 'net.model.ts', title: 'net.model.ts', path: 'net.model.ts', source },
    request: { seed: 1, backend: 'auto' },
    history: { bytes: MEMORY },
  });
  run.start();
  source.sink.started({ backend: 'cpu' });
  return { run, source };
}

/** Hands the steps over as fast as they are taken. Resolves with the seconds that this took. */
async function feed(source: FakeSource, steps: Steps, from: number, to: number): Promise<number> {
  let taken = 0;
  for (let step = from; step <= to; step += PER_REPORT) {
    const records = Array.from({ length: Math.min(PER_REPORT, to - step + 1) }, (_, i) =>
      steps.record(step + i),
    );
    const start = performance.now();
    source.sink.records(records);
    taken += performance.now() - start;
    // Timers and the disk have their turn, as between the messages of a worker.
    await new Promise((resolve) => setImmediate(resolve));
  }
  return taken / 1000;
}

async function measureListing(root: string, count: number): Promise<void> {
  for (let i = 0; i < count; i++) {
    const folder = path.join(root, `20260131-${String(i).padStart(6, '0')}-net-00ff`);
    await mkdir(folder);
    const spark = Array.from({ length: 32 }, (_, k) => 1 / (k + 1));
    await writeManifest(folder, manifestFor(path.basename(folder), { startedAt: i * 1000, spark }));
  }
  for (const how of ['for the first time', 'by another window, later']) {
    const catalogue = new RunCatalogue({ roots: [root] });
    const start = performance.now();
    await catalogue.refresh();
    const listed = performance.now() - start;
    const again = performance.now();
    await catalogue.refresh();
    print(
      `${catalogue.summaries.length} runs listed ${how} in ${listed.toFixed(0)} ms; ` +
        `looked through again in ${(performance.now() - again).toFixed(0)} ms`,
    );
    // Time for the list to be written down.
    await new Promise((resolve) => setTimeout(resolve, 2500));
    catalogue.dispose();
  }
}

async function writeLong(root: string, steps: number, layers: number): Promise<string> {
  const { run, source } = newRun('20260131-150000-long-0001');
  const recorder = await RunRecorder.begin(run, { root, origin: sampleOrigin });
  const names = Array.from({ length: layers }, (_, i) => `dense_${i}`);
  source.sink.layers(names.map((name) => ({ name, className: 'Dense', tensors: [] })));
  const seconds = await feed(source, new Steps(layers), 1, steps);
  source.sink.finished('completed', steps);
  await recorder.done;
  print(`${steps} steps of ${layers} layers recorded in ${seconds.toFixed(0)} s`);
  for (const name of [STEPS_FILE, OVERVIEW_FILE]) {
    print(`  ${name}: ${megabytes((await stat(path.join(recorder.folder, name))).size)}`);
  }
  run.dispose();
  return recorder.folder;
}

async function measureOpening(folder: string, how: string): Promise<void> {
  const before = heldBytes();
  const start = performance.now();
  const stored = await openRun(folder, { bytes: MEMORY });
  const opened = performance.now() - start;
  const { curves, histograms } = stored.history.since();
  const snapshot = performance.now() - start;
  const { records } = stored.history;
  const times = [0.1, 0.5, 0.9].map((share) => {
    const at = performance.now();
    const record = records[Math.floor(records.length * share)];
    if (Object.keys(record?.layers ?? {}).length === 0) throw new Error('A step has no layers.');
    return performance.now() - at;
  });
  const held = heldBytes() - before;
  print(
    `opened ${how} in ${opened.toFixed(0)} ms (${megabytes(stored.readBytes)} of steps read), what the panel gets ` +
      `(${curves.step.length} rows, ${megabytes(histograms.byteLength)} of histograms) in ${snapshot.toFixed(0)} ms; ` +
      `a step of ${records.length} looked at in ${Math.max(...times).toFixed(1)} ms; ${megabytes(held)} held`,
  );
}

/** What taking a step costs the host, with a recorder and without. */
async function measureCost(root: string, layers: number, pairs: number): Promise<void> {
  const steps = new Steps(layers);
  const count = 2000;
  const times: [number[], number[]] = [[], []];
  for (let round = 0; round < pairs; round++) {
    for (const index of orderOfRound(round, 2)) {
      const { run, source } = newRun(`cost-${round}-${index}`);
      const recorder =
        index === 1 ? await RunRecorder.begin(run, { root, origin: sampleOrigin }) : undefined;
      await feed(source, steps, 1, 200);
      const seconds = await feed(source, steps, 201, 200 + count);
      times[index as 0 | 1].push((seconds / count) * 1e6);
      source.sink.finished('completed', count);
      await recorder?.done;
      run.dispose();
    }
  }
  const [without, recorded] = times;
  const { ratio } = comparePairs(recorded, without);
  print(
    `the host takes a step of ${layers} layers in ${median(without).toFixed(0)} µs, recorded in ` +
      `${median(recorded).toFixed(0)} µs (ratio ${ratio.toFixed(2)})`,
  );
}

async function main(): Promise<void> {
  const root = await mkdtemp(path.join(tmpdir(), 'gradient-lens-bench-'));
  const part = async (name: string): Promise<string> => {
    const folder = path.join(root, name);
    await mkdir(folder);
    return folder;
  };
  try {
    await measureListing(await part('listing'), Number(values.runs));
    const layers = Number(values.layers);
    await measureCost(await part('cost'), layers, Number(values.pairs));
    const long = await writeLong(await part('long'), Number(values.steps), layers);
    for (let i = 0; i < 3; i++) await measureOpening(long, 'by its overview');
    await rm(path.join(long, OVERVIEW_FILE));
    await measureOpening(long, 'by its steps alone');
    print(await trainPairs(await part('training'), Number(values['training-pairs'])));
  } finally {
    await rm(root, { recursive: true, force: true });
  }
}

main().catch((error: unknown) => {
  progress(messageOf(error));
  process.exitCode = 1;
});
