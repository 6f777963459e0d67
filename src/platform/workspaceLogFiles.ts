// Logs on whatever file system the editor's workspace has (virtual workspaces, other machines without an extension
// host). These systems read whole files only, so a file is read again when it has grown, and no more often.
import * as vscode from 'vscode';
import type { LogFiles } from '../sources/logs/logFiles';

/** Largest file that is read as a whole, bytes. */
const MAX_BYTES = 512 * 2 ** 20;

/** Files of the workspace. Paths are URIs as text. */
export class WorkspaceLogFiles implements LogFiles {
  /** The file that was read last, whole: a log is read in pieces. */
  private last: { file: string; bytes: Uint8Array } | undefined;

  async list(folder: string): Promise<{ name: string; isFolder: boolean }[]> {
    const { fs } = vscode.workspace;
    const entries = await fs.readDirectory(vscode.Uri.parse(folder)).then(
      (found) => found,
      () => [],
    );
    return entries.map(([name, type]) => ({ name, isFolder: type === vscode.FileType.Directory }));
  }

  async stat(file: string): Promise<{ size: number; changedAt: number }> {
    const { size, mtime } = await vscode.workspace.fs.stat(vscode.Uri.parse(file));
    return { size, changedAt: mtime };
  }

  async read(file: string, from: number, to: number): Promise<Uint8Array> {
    if (to > MAX_BYTES) {
      throw new Error(
        `The event file ${file} is larger than ${MAX_BYTES / 2 ** 20} MB, which this file system would read as a whole. Copy it to a local folder.`,
      );
    }
    if (this.last?.file !== file || this.last.bytes.length < to) {
      this.last = { file, bytes: await vscode.workspace.fs.readFile(vscode.Uri.parse(file)) };
    }
    return this.last.bytes.subarray(from, to);
  }

  join(folder: string, name: string): string {
    return vscode.Uri.joinPath(vscode.Uri.parse(folder), name).toString();
  }

  watch(folder: string, changed: () => void): vscode.Disposable {
    const pattern = new vscode.RelativePattern(vscode.Uri.parse(folder), '**/*tfevents*');
    const watcher = vscode.workspace.createFileSystemWatcher(pattern);
    watcher.onDidChange(changed);
    watcher.onDidCreate(changed);
    return watcher;
  }
}
