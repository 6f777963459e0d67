// Writes a file part by part: beside its name first, so that nobody reads half of it, and with pauses, so that the
// editor answers while a long run is written.
import { randomBytes } from 'node:crypto';
import { open, rename, rm } from 'node:fs/promises';
import { setImmediate } from 'node:timers/promises';
import { messageOf } from '../shared/core/thrown';
import { ExportError } from './exportError';

/** Characters after which a part is written and others get their turn. */
const CHUNK = 1 << 18;

/** Joins parts into chunks. */
function* chunks(parts: Iterable<string>): Generator<string> {
  let waiting: string[] = [];
  let length = 0;
  for (const part of parts) {
    waiting.push(part);
    length += part.length;
    if (length < CHUNK) continue;
    yield waiting.join('');
    waiting = [];
    length = 0;
  }
  if (length > 0) yield waiting.join('');
}

/**
 * Replaces `file` by the text of `parts`. Rejects with an ExportError where it cannot be written, and with what
 * `parts` or `signal` throw; the old content is then still there, and nothing else is.
 */
export async function writeParts(
  file: string,
  parts: Iterable<string>,
  signal?: AbortSignal,
): Promise<void> {
  const temporary = `${file}.${randomBytes(4).toString('hex')}.part`;
  try {
    const handle = await open(temporary, 'w');
    try {
      for (const chunk of chunks(parts)) {
        signal?.throwIfAborted();
        await handle.writeFile(chunk, 'utf8');
        await setImmediate();
      }
    } finally {
      await handle.close();
    }
    signal?.throwIfAborted();
    await rename(temporary, file);
  } catch (error) {
    await rm(temporary, { force: true });
    if (!isSystemError(error)) throw error;
    throw new ExportError(
      'cannot-write',
      `${file} cannot be written: ${messageOf(error)}. Choose another place, or make room there.`,
      { cause: error },
    );
  }
}

function isSystemError(error: unknown): boolean {
  return error instanceof Error && 'syscall' in error;
}
