// Notes of runs as Markdown files that exist only in the editor: what is saved becomes a label of the run.
import * as vscode from 'vscode';
import type { RunLabels, RunSummary } from '../../shared/core/runSummary';
import { nameOf } from './words';

/** Scheme of the notes' addresses: `gradient-lens-note:/<run id>/<name>.md`. */
export const NOTE_SCHEME = 'gradient-lens-note';

/** Where notes are read from and written to. */
export interface Notes {
  run(id: string): RunSummary | undefined;
  /** Rejects where the run cannot be labelled. */
  label(id: string, change: RunLabels): Promise<unknown>;
}

/** The address of a run's note. */
export function noteUri(run: RunSummary): vscode.Uri {
  const name = nameOf(run).replace(/[^\p{L}\p{N} ._-]/gu, '_');
  return vscode.Uri.from({ scheme: NOTE_SCHEME, path: `/${run.id}/${name}.md` });
}

/** Serves the notes. */
export class NoteFiles implements vscode.FileSystemProvider, vscode.Disposable {
  private readonly changed = new vscode.EventEmitter<vscode.FileChangeEvent[]>();
  private readonly registration: vscode.Disposable;
  /** When a note was saved in this window, milliseconds since 1970. */
  private readonly savedAt = new Map<string, number>();

  constructor(private readonly notes: Notes) {
    this.registration = vscode.workspace.registerFileSystemProvider(NOTE_SCHEME, this, {
      isCaseSensitive: true,
    });
  }

  get onDidChangeFile(): vscode.Event<vscode.FileChangeEvent[]> {
    return this.changed.event;
  }

  watch(): vscode.Disposable {
    return new vscode.Disposable(() => undefined);
  }

  stat(uri: vscode.Uri): vscode.FileStat {
    if (!uri.path.endsWith('.md')) {
      // The folder of a note: asked for before it is saved.
      return { type: vscode.FileType.Directory, ctime: 0, mtime: 0, size: 0 };
    }
    const run = this.runOf(uri);
    const { length } = Buffer.from(run.labels.note ?? '');
    const mtime = this.savedAt.get(run.id) ?? run.startedAt;
    return { type: vscode.FileType.File, ctime: run.startedAt, mtime, size: length };
  }

  readFile(uri: vscode.Uri): Uint8Array {
    return Buffer.from(this.runOf(uri).labels.note ?? '');
  }

  async writeFile(uri: vscode.Uri, content: Uint8Array): Promise<void> {
    const { id } = this.runOf(uri);
    await this.notes.label(id, { note: Buffer.from(content).toString() });
    this.savedAt.set(id, Date.now());
    this.changed.fire([{ type: vscode.FileChangeType.Changed, uri }]);
  }

  readDirectory(): never {
    throw vscode.FileSystemError.NoPermissions('Notes of runs have no folders.');
  }

  createDirectory(): never {
    return this.readDirectory();
  }

  delete(): never {
    return this.readDirectory();
  }

  rename(): never {
    return this.readDirectory();
  }

  dispose(): void {
    this.registration.dispose();
    this.changed.dispose();
  }

  private runOf(uri: vscode.Uri): RunSummary {
    const run = this.notes.run(uri.path.split('/')[1] ?? '');
    if (run) return run;
    throw vscode.FileSystemError.FileNotFound('The run of this note is not there any more.');
  }
}
