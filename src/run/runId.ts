// The id of a run, which is also the name of its folder: sortable by time, and telling what was trained.
import { randomBytes } from 'node:crypto';

/** Longest part of the model's name: paths on Windows end at 260 characters. */
const MAX_SLUG = 40;

/** A model's file name as a part of a path on any system: `MNIST CNN.model.ts` → `mnist-cnn`. */
export function slugOf(title: string): string {
  const slug = title
    .replace(/(\.model)?\.[cm]?[jt]sx?$/i, '')
    .replace(/\.(json|keras|h5|py)$/i, '')
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .slice(0, MAX_SLUG)
    .replace(/^-|-$/g, '');
  return slug === '' ? 'run' : slug;
}

/** E.g. `20260131-154502-mnist-cnn-3f9a`; the time is UTC. */
export function newRunId(title: string, now = new Date()): string {
  const time = now
    .toISOString()
    .replace(/[-:]|\..*$/g, '')
    .replace('T', '-');
  return `${time}-${slugOf(title)}-${randomBytes(2).toString('hex')}`;
}
