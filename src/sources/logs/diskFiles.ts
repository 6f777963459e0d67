// Logs on this machine's disk: only the bytes that are new are read.
import { watch } from 'node:fs';
import { open, readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import type { LogFiles } from './logFiles';

/** The file system that Node sees. */
export const diskFiles: LogFiles = {
  async list(folder) {
    const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
    return entries
      .filter((entry) => entry.isDirectory() || entry.isFile() || entry.isSymbolicLink())
      .map((entry) => ({ name: entry.name, isFolder: entry.isDirectory() }));
  },
  async stat(file) {
    const { size, mtimeMs } = await stat(file);
    return { size, changedAt: mtimeMs };
  },
  async read(file, from, to) {
    const handle = await open(file, 'r');
    try {
      const bytes = new Uint8Array(to - from);
      const { bytesRead } = await handle.read(bytes, 0, bytes.length, from);
      return bytes.subarray(0, bytesRead);
    } finally {
      await handle.close();
    }
  },
  join: (folder, name) => path.join(folder, name),
  watch(folder, changed) {
    try {
      // Not of subfolders: whatever this misses, the next look at the sizes sees.
      const watcher = watch(folder, { persistent: false }, () => changed());
      watcher.on('error', () => watcher.close());
      return { dispose: () => watcher.close() };
    } catch {
      return { dispose: () => undefined };
    }
  },
};
