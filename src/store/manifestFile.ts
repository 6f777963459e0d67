// `manifest.json`: read with care, and replaced as a whole.
import { readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { guarded } from '../shared/protocol/checks';
import { writeAtomically } from './atomicFile';
import { runManifest } from './guards/manifestGuard';
import { parse, stringify } from './json';
import type { RunManifest } from './manifest';
import { MANIFEST_FILE } from './runFolder';
import { StoreError, systemMessage } from './storeError';

/** Bytes of a manifest that are read: one of a thousand layers with their facts has a few megabytes. */
const MAX_BYTES = 64 * 1024 * 1024;

/** The manifest in a run's folder. Rejects with a StoreError where it is missing or none. */
export async function readManifest(folder: string): Promise<RunManifest> {
  const file = path.join(folder, MANIFEST_FILE);
  let content: string;
  try {
    const { size } = await stat(file);
    if (size > MAX_BYTES) throw new Error(`it has ${size} bytes`);
    content = await readFile(file, 'utf8');
  } catch (error) {
    throw new StoreError(
      'cannot-read',
      `The manifest of a run, ${file}, cannot be read (${systemMessage(error)}).`,
      { cause: error },
    );
  }
  let value: unknown;
  try {
    value = parse(content);
  } catch (error) {
    throw new StoreError(
      'torn-manifest',
      `The manifest of a run, ${file}, is no JSON (${systemMessage(error)}).`,
      { cause: error },
    );
  }
  let why = '';
  const manifest = guarded(
    () => runManifest(value),
    ({ message }) => (why = message),
  );
  if (manifest) return manifest;
  throw new StoreError(
    'malformed-manifest',
    `${file} is not the manifest of a run of this version of Gradient Lens: ${why} ` +
      'Update the extension, or delete the folder.',
  );
}

/** Replaces the manifest in a run's folder; resolves with its bytes. Rejects with the system's error. */
export async function writeManifest(folder: string, manifest: RunManifest): Promise<number> {
  const bytes = Buffer.from(`${stringify(manifest, 1)}\n`, 'utf8');
  await writeAtomically(path.join(folder, MANIFEST_FILE), bytes);
  return bytes.length;
}
