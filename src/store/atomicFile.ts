// Files that are replaced as a whole: a reader, and a machine that loses power, sees the old or the new content, never
// a part.
import { randomBytes } from 'node:crypto';
import { open, rename, rm } from 'node:fs/promises';

/** What virus scanners and readers on Windows cause for some milliseconds. */
const BUSY = new Set(['EPERM', 'EACCES', 'EBUSY']);
/** Milliseconds until the next tries. */
const RETRIES_MS = [10, 50, 200];

async function replace(from: string, to: string): Promise<void> {
  for (const wait of RETRIES_MS) {
    try {
      await rename(from, to);
      return;
    } catch (error) {
      if (!BUSY.has((error as NodeJS.ErrnoException).code ?? '')) throw error;
      await new Promise((resolve) => setTimeout(resolve, wait));
    }
  }
  await rename(from, to);
}

/**
 * Writes beside `file`, brings the bytes to the disk, and renames. Rejects with the system's error; the old content
 * is then still there, and nothing else is.
 */
export async function writeAtomically(
  file: string,
  content: string | Uint8Array | readonly Uint8Array[],
): Promise<void> {
  const temporary = `${file}.${randomBytes(4).toString('hex')}.tmp`;
  try {
    const handle = await open(temporary, 'w');
    try {
      const parts =
        typeof content === 'string' || content instanceof Uint8Array ? [content] : content;
      // writeFile on a handle goes on where the last write ended.
      for (const part of parts) await handle.writeFile(part);
      await handle.datasync();
    } finally {
      await handle.close();
    }
    await replace(temporary, file);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}
