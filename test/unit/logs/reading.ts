// Logs for tests: those of other frameworks, unpacked; those that a test writes, step by step.
import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';
import { TrainingRun } from '../../../src/run/trainingRun';
import { diskFiles } from '../../../src/sources/logs/diskFiles';
import { LogSource, type LogSourceOptions } from '../../../src/sources/logs/logSource';
import { encode, frame } from '../tensorboard/schema';

const FIXTURES = path.resolve(import.meta.dirname, '../../fixtures/logs');

/** A folder that is gone after the test. */
export async function withFolder<T>(use: (folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(path.join(tmpdir(), 'gradient-lens-logs-'));
  try {
    return await use(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Unpacks a log of `test/fixtures/logs` into a folder. */
export async function unpack(name: string, folder: string): Promise<string> {
  const to = path.join(folder, name);
  const from = path.join(FIXTURES, name);
  for (const file of await readdir(from, { recursive: true })) {
    if (!(await stat(path.join(from, file))).isFile()) continue;
    const target = path.join(to, file.replace(/\.gz$/, ''));
    await mkdir(path.dirname(target), { recursive: true });
    await writeFile(target, gunzipSync(await readFile(path.join(from, file))));
  }
  return to;
}

/** A scalar of TensorFlow 1, or a histogram by its values. */
export type Logged = Record<string, number | readonly number[]>;

/** The record of one event, framed. */
export function event(seconds: number, step: number, logged: Logged): Buffer {
  const value = Object.entries(logged).map(([tag, what]) =>
    typeof what === 'number' ? { tag, simple_value: what } : { tag, histo: proto(what) },
  );
  return frame(encode('Event', { wall_time: seconds, step, summary: { value } }));
}

/** First record of a file. */
export const version = frame(encode('Event', { wall_time: 1, file_version: 'brain.Event:2' }));

/** Each value a bucket of its own, ending at the next. */
function proto(values: readonly number[]): object {
  const sorted = [...values].sort((a, b) => a - b);
  const limits = [...new Set(sorted)];
  return {
    min: sorted[0],
    max: sorted.at(-1),
    num: values.length,
    sum: values.reduce((sum, x) => sum + x, 0),
    sum_squares: values.reduce((sum, x) => sum + x * x, 0),
    bucket_limit: [...limits.slice(1), (limits.at(-1) ?? 0) + 1],
    bucket: limits.map((limit) => sorted.filter((x) => x === limit).length),
  };
}

/** Follows a folder; `stop` ends it, if it has not ended. */
export function follow(folder: string, options: Partial<LogSourceOptions> = {}) {
  const source = new LogSource({
    ...{ files: diskFiles, folder, quietSeconds: 0, pollMs: 5 },
    ...options,
  });
  const errors: unknown[] = [];
  const run = new TrainingRun({
    ...{ id: 'log', model: folder, title: path.basename(folder), path: folder },
    request: { seed: 0, backend: 'auto' },
    source,
    onListenerError: (error) => errors.push(error),
  });
  run.start();
  return { run, source, errors };
}

/** Reads a log that is complete. */
export async function read(folder: string, options: Partial<LogSourceOptions> = {}) {
  const { run, errors } = follow(folder, options);
  await run.finished;
  run.dispose();
  if (errors.length > 0) throw errors[0];
  return run;
}

/** Waits until it is true; a test's time limit ends what never is. */
export async function until(isTrue: () => boolean): Promise<void> {
  while (!isTrue()) await new Promise((resolve) => setTimeout(resolve, 2));
}
