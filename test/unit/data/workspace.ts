// Workspaces for the readers' tests: a real folder, or files made up in memory. Both count what is
// read of each file.
import { open, readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import type { WorkspaceReader } from '../../../webview/runtime/data/workspaceReader';

abstract class CountingWorkspace implements WorkspaceReader {
  /** Bytes read so far, by file. */
  readonly bytesRead = new Map<string, number>();

  async readFile(file: string, start = 0, end?: number): Promise<ArrayBuffer> {
    const stop = end ?? (await this.stat(file)).size;
    const bytes = await this.read(file, start, stop);
    this.bytesRead.set(file, (this.bytesRead.get(file) ?? 0) + bytes.length);
    return new Uint8Array(bytes).buffer;
  }

  abstract stat(file: string): Promise<{ size: number; isDirectory: boolean }>;
  abstract list(folder: string): Promise<string[]>;
  protected abstract read(file: string, start: number, end: number): Promise<Uint8Array>;
}

/** A folder of the file system. */
export class FolderWorkspace extends CountingWorkspace {
  constructor(private readonly root: string) {
    super();
  }

  async stat(file: string) {
    const info = await stat(path.join(this.root, file));
    return { size: info.size, isDirectory: info.isDirectory() };
  }

  async list(folder: string) {
    const entries = await readdir(path.join(this.root, folder), { withFileTypes: true });
    return entries.map((entry) => entry.name + (entry.isDirectory() ? '/' : '')).sort();
  }

  protected async read(file: string, start: number, end: number) {
    const handle = await open(path.join(this.root, file));
    try {
      const bytes = new Uint8Array(end - start);
      const { bytesRead } = await handle.read(bytes, 0, bytes.length, start);
      return bytes.subarray(0, bytesRead);
    } finally {
      await handle.close();
    }
  }
}

/** Files in memory, by path. */
export class MemoryWorkspace extends CountingWorkspace {
  private readonly files: Map<string, Uint8Array>;

  constructor(files: Record<string, Uint8Array | string>) {
    super();
    this.files = new Map(
      Object.entries(files).map(([name, content]) => [
        name,
        typeof content === 'string' ? new TextEncoder().encode(content) : content,
      ]),
    );
  }

  stat(file: string) {
    const bytes = this.files.get(file);
    if (bytes) return Promise.resolve({ size: bytes.length, isDirectory: false });
    return Promise.reject(new Error(`no such file: ${file}`));
  }

  list(folder: string) {
    const prefix = `${folder}/`;
    const names = new Set<string>();
    for (const file of this.files.keys()) {
      if (!file.startsWith(prefix)) continue;
      const [name = '', ...deeper] = file.slice(prefix.length).split('/');
      names.add(deeper.length > 0 ? `${name}/` : name);
    }
    if (names.size > 0) return Promise.resolve([...names].sort());
    return Promise.reject(new Error(`no such folder: ${folder}`));
  }

  protected read(file: string, start: number, end: number) {
    const bytes = this.files.get(file);
    if (bytes) return Promise.resolve(bytes.slice(start, end));
    return Promise.reject(new Error(`no such file: ${file}`));
  }
}
