// What users give their runs, in a file of its own: only what a user does writes it, training never does.
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { RunLabels } from '../shared/core/runSummary';
import { Fields, guarded } from '../shared/protocol/checks';
import { writeAtomically } from './atomicFile';
import { LABELS_FILE } from './runFolder';
import { StoreError, systemMessage } from './storeError';

/** Largest accepted sizes, characters. */
const MAX_NAME = 200;
const MAX_TAG = 60;
const MAX_NOTE = 100_000;
const MAX_TAGS = 50;

/** Labels as they may be; throws `Malformed` for anything else. */
export function runLabels(value: unknown, at: string): RunLabels {
  const fields = new Fields(value, at);
  const tags = fields.has('tags')
    ? fields.list('tags', MAX_TAGS, (tag, tagAt) => new Fields({ tag }, tagAt).text('tag', MAX_TAG))
    : [];
  return {
    ...(fields.has('name') && { name: fields.text('name', MAX_NAME) }),
    ...(fields.get('pinned') === true && { pinned: true }),
    ...(tags.length > 0 && { tags }),
    ...(fields.has('note') && { note: fields.text('note', MAX_NOTE) }),
  };
}

/** The labels in a run's folder. None where there is no file, or one that is no labels. */
export async function readLabels(folder: string): Promise<RunLabels> {
  try {
    const value: unknown = JSON.parse(await readFile(path.join(folder, LABELS_FILE), 'utf8'));
    return guarded(() => runLabels(value, 'labels')) ?? {};
  } catch {
    return {};
  }
}

/** `labels` after a change: a field that is undefined or empty is taken away. Throws a StoreError for what cannot be. */
export function changedLabels(labels: RunLabels, change: RunLabels): RunLabels {
  const merged = { ...labels, ...change };
  const name = merged.name?.trim();
  const tags = [...new Set((merged.tags ?? []).map((tag) => tag.trim()).filter((tag) => tag))];
  const wanted = {
    ...(name && { name }),
    ...(merged.pinned && { pinned: true }),
    ...(tags.length > 0 && { tags }),
    ...(merged.note?.trim() && { note: merged.note }),
  };
  let why = '';
  const checked = guarded(
    () => runLabels(wanted, 'labels'),
    (reason) => (why = reason.message),
  );
  if (checked) return checked;
  throw new StoreError('bad-label', `The run cannot be labelled so. ${why} Make it shorter.`);
}

/** Changes the labels in a run's folder; resolves with what they are then. Rejects with a StoreError. */
export async function writeLabels(folder: string, change: RunLabels): Promise<RunLabels> {
  const labels = changedLabels(await readLabels(folder), change);
  const file = path.join(folder, LABELS_FILE);
  try {
    await writeAtomically(file, `${JSON.stringify(labels, undefined, 2)}\n`);
  } catch (error) {
    throw new StoreError(
      'cannot-write',
      `The labels of the run cannot be kept: writing ${file} failed (${systemMessage(error)}). ` +
        'Make the folder writable and try again.',
      { cause: error },
    );
  }
  return labels;
}
