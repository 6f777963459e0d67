// The checkpoints of a run on disk: `checkpoints/step-<n>/` in its folder, the newest few. Each is written beside its
// place and renamed, so that it is there as a whole or not at all; its check sums tell what a disk has lost.
import { randomBytes } from 'node:crypto';
import { mkdir, open, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import {
  checkpointFiles,
  checkpointOf,
  STATE_FILE,
  type CheckpointContext,
} from './checkpointFiles';
import { CHECKPOINT_FOLDER, CHECKPOINT_PREFIX } from './runFolder';
import { StoreError, systemMessage } from './storeError';

/** Checkpoints kept: where the newest one is damaged, the one before it is there. */
const KEEP = 2;
/** Begins the names of what is not finished. A run writes one at a time. */
const TEMPORARY = '.writing-';
/** Bytes of a file that are read: the worker sends no larger states. */
const MAX_BYTES = 512 * 1024 * 1024;

/** A checkpoint that was read back. */
export interface StoredCheckpoint {
  step: number;
  /** To be handed to a worker; see `checkpointCodec.ts`. */
  bytes: ArrayBuffer;
  context: CheckpointContext;
}

/** Steps whose checkpoints are in the folder of a run, newest first; damaged ones among them. */
export async function checkpointSteps(runFolder: string): Promise<number[]> {
  const names = await readdir(path.join(runFolder, CHECKPOINT_FOLDER)).catch(() => []);
  return names
    .flatMap((name) => new RegExp(`^${CHECKPOINT_PREFIX}(\\d{1,16})$`).exec(name)?.[1] ?? [])
    .map(Number)
    .sort((a, b) => b - a);
}

/** Folder of the checkpoint after a step. */
export function checkpointFolder(runFolder: string, step: number): string {
  return path.join(runFolder, CHECKPOINT_FOLDER, `${CHECKPOINT_PREFIX}${step}`);
}

/**
 * Writes a checkpoint of a worker into the folder of its run, and deletes all but the newest {@link KEEP}. Those of
 * later steps go too: the training went back before it came here. Rejects with a StoreError where the bytes are no
 * checkpoint, or cannot be written; what was there before is then still there.
 */
export async function writeCheckpoint(
  runFolder: string,
  bytes: ArrayBuffer,
  context: CheckpointContext,
): Promise<{ step: number; bytes: number }> {
  const { step, files } = checkpointFiles(bytes, context);
  const parent = path.join(runFolder, CHECKPOINT_FOLDER);
  const temporary = path.join(parent, `${TEMPORARY}${randomBytes(4).toString('hex')}`);
  const place = checkpointFolder(runFolder, step);
  try {
    await mkdir(parent, { recursive: true });
    await sweep(parent);
    await mkdir(temporary);
    for (const [name, content] of files) await writeFile(path.join(temporary, name), content);
    await exchange(temporary, place);
    const steps = await checkpointSteps(runFolder);
    const kept = steps.filter((other) => other <= step).slice(0, KEEP);
    const surplus = steps.filter((other) => !kept.includes(other));
    await Promise.all(surplus.map((other) => remove(checkpointFolder(runFolder, other))));
  } catch (error) {
    await rm(temporary, { recursive: true, force: true }).catch(() => undefined);
    throw new StoreError(
      'cannot-write',
      `The state of the run after step ${step} could not be kept in ${place} (${systemMessage(error)}). ` +
        'Free some space or make the folder writable; training goes on without it.',
      { cause: error },
    );
  }
  return { step, bytes: files.reduce((sum, [, content]) => sum + content.byteLength, 0) };
}

/**
 * The newest checkpoint in the folder of a run that is whole; undefined where there is none. What is damaged is passed
 * over, and told.
 */
export async function newestCheckpoint(
  runFolder: string,
  onTrouble: (message: string) => void = () => undefined,
): Promise<StoredCheckpoint | undefined> {
  for (const step of await checkpointSteps(runFolder)) {
    const folder = checkpointFolder(runFolder, step);
    try {
      return await read(folder, step);
    } catch (error) {
      onTrouble(`The checkpoint in ${folder} is damaged and left out: ${systemMessage(error)}`);
    }
  }
  return undefined;
}

async function read(folder: string, step: number): Promise<StoredCheckpoint> {
  const load = async (name: string): Promise<Buffer> => {
    const file = path.join(folder, name);
    const { size } = await stat(file);
    if (size > MAX_BYTES) throw new Error(`${name} has ${size} bytes`);
    return readFile(file);
  };
  const state = await load(STATE_FILE);
  const restored = await checkpointOf(state, load);
  if (restored.step !== step) throw new Error(`it is of step ${restored.step}`);
  return restored;
}

/** Brings the bytes to the disk before anything refers to them. */
async function writeFile(file: string, content: Uint8Array): Promise<void> {
  const handle = await open(file, 'wx');
  try {
    await handle.writeFile(content);
    await handle.datasync();
  } finally {
    await handle.close();
  }
}

/** Puts a finished folder in its place, where one of the same step may be. */
async function exchange(temporary: string, place: string): Promise<void> {
  await remove(place);
  await rename(temporary, place);
}

/** Deletes a checkpoint; one that is half deleted is none any more. */
async function remove(place: string): Promise<void> {
  const aside = path.join(path.dirname(place), `${TEMPORARY}${randomBytes(4).toString('hex')}`);
  try {
    await rename(place, aside);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return;
    throw error;
  }
  await rm(aside, { recursive: true, force: true });
}

/** Deletes what a crash left unfinished. */
async function sweep(parent: string): Promise<void> {
  const names = await readdir(parent);
  const left = names.filter((name) => name.startsWith(TEMPORARY));
  await Promise.all(
    left.map((name) => rm(path.join(parent, name), { recursive: true, force: true })),
  );
}
