// Answers the worker's reads of the user's workspace. Paths are relative to the model's folder, then
// to its workspace folder, and never lead out of the workspace: the program asks, so it is checked.
import { open, readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { HostMethods } from '../../shared/protocol/runtime';
import { messageOf } from '../../shared/core/thrown';

/** Most bytes of one answer; a message is held in memory several times on its way. */
const MAX_READ = 512 * 1024 * 1024;

/** A read that cannot be answered; `code` and `message` travel to the program. */
export class WorkspaceFileError extends Error {
  override readonly name = 'WorkspaceFileError';

  constructor(
    readonly code: 'missing-file' | 'outside-workspace' | 'unreadable-file' | 'file-too-large',
    message: string,
  ) {
    super(message);
  }
}

const isWithin = (folder: string, file: string) => {
  const relative = path.relative(folder, file);
  return relative === '' || (!relative.startsWith('..') && !path.isAbsolute(relative));
};

/** Reads for one model. */
export class WorkspaceFiles {
  /** Folders that a relative path is tried against, in this order. */
  private readonly bases: readonly string[];

  /**
   * @param modelFolder folder of the model file.
   * @param workspaceFolder the workspace folder it is in, if any.
   * @param workspaceFolders all folders that may be read.
   */
  constructor(
    private readonly modelFolder: string,
    private readonly workspaceFolder: string | undefined,
    private readonly workspaceFolders: readonly string[],
  ) {
    this.bases = [...new Set([modelFolder, workspaceFolder ?? modelFolder])];
  }

  async readFile(params: HostMethods['readFile']['params']): Promise<ArrayBuffer> {
    const file = await this.find(params.path);
    const handle = await open(file, 'r').catch((error: unknown) => this.fail(params.path, error));
    try {
      const status = await handle.stat();
      if (status.isDirectory()) {
        const text = `'${params.path}' is a folder; a file was asked for.`;
        throw new WorkspaceFileError('unreadable-file', text);
      }
      const start = Math.min(params.start ?? 0, status.size);
      const end = Math.min(params.end ?? status.size, status.size);
      const length = Math.max(0, end - start);
      if (length > MAX_READ) {
        throw new WorkspaceFileError(
          'file-too-large',
          `'${params.path}' has ${Math.round(length / 2 ** 20)} MB; at most ${MAX_READ / 2 ** 20} MB can be read at once. Read it in ranges.`,
        );
      }
      const bytes = new Uint8Array(length);
      for (let done = 0; done < length;) {
        const { bytesRead } = await handle.read(bytes, done, length - done, start + done);
        if (bytesRead === 0) return bytes.buffer.slice(0, done);
        done += bytesRead;
      }
      return bytes.buffer;
    } finally {
      await handle.close();
    }
  }

  async stat(params: HostMethods['stat']['params']): Promise<HostMethods['stat']['result']> {
    const status = await stat(await this.find(params.path));
    return { size: status.size, isDirectory: status.isDirectory() };
  }

  async list(params: HostMethods['list']['params']): Promise<string[]> {
    const folder = await this.find(params.path);
    const entries = await readdir(folder, { withFileTypes: true }).catch((error: unknown) =>
      this.fail(params.path, error),
    );
    const names = entries.map(async (entry) => {
      // A link is what it leads to: data sets are often linked into a workspace.
      const isFolder = entry.isSymbolicLink()
        ? (await stat(path.join(folder, entry.name)).catch(() => undefined))?.isDirectory()
        : entry.isDirectory();
      return isFolder ? `${entry.name}/` : entry.name;
    });
    return (await Promise.all(names)).sort();
  }

  /** The absolute path of an existing file or folder. */
  private async find(asked: string): Promise<string> {
    const candidates = this.candidates(asked);
    for (const candidate of candidates) {
      if (await stat(candidate).catch(() => undefined)) return candidate;
    }
    throw new WorkspaceFileError(
      'missing-file',
      `The file '${asked}' does not exist. Looked for ${candidates.map((c) => this.display(c)).join(' and ')}. ` +
        'Paths are relative to the model file, then to the workspace folder.',
    );
  }

  private candidates(asked: string): string[] {
    const text = asked.startsWith('file:') ? fromFileUrl(asked) : asked;
    const all = text.includes('\0')
      ? []
      : this.bases.map((base) => path.resolve(base, text === '' ? '.' : text));
    const roots = [...this.workspaceFolders];
    if (this.workspaceFolder === undefined) roots.push(this.modelFolder);
    const inside = [...new Set(all)].filter((file) => roots.some((root) => isWithin(root, file)));
    if (inside.length === 0) {
      throw new WorkspaceFileError(
        'outside-workspace',
        `'${asked}' lies outside the workspace. A model reads only files of the opened folders: ` +
          'move or link the file into the workspace, or add its folder to the workspace.',
      );
    }
    return inside;
  }

  /** Relative to the workspace folder, where there is one. */
  private display(file: string): string {
    const relative = path.relative(this.workspaceFolder ?? this.modelFolder, file);
    return `'${relative === '' ? '.' : relative.replaceAll('\\', '/')}'`;
  }

  private fail(asked: string, error: unknown): never {
    const reason = messageOf(error);
    throw new WorkspaceFileError('unreadable-file', `'${asked}' cannot be read: ${reason}`);
  }
}

function fromFileUrl(url: string): string {
  try {
    return fileURLToPath(url);
  } catch {
    return '\0';
  }
}
