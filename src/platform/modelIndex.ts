// Which files of the workspace train with tfjs: found by reading them once, kept current by a
// watcher, and published as a context key, so that menus show for them and only for them.
import * as vscode from 'vscode';
import { recognise } from '../model/recognise';
import { setContext } from './contextKeys';

const PATTERN = '**/*.{js,mjs,cjs,jsx,ts,mts,cts,tsx}';
const EXCLUDED = '**/{node_modules,bower_components,dist,out,build,coverage,.*}/**';
/** The same for a path within its workspace folder. */
const EXCLUDED_PATH =
  /(?:^|[/\\])(?:node_modules|bower_components|dist|out|build|coverage|\.[^/\\]+)[/\\]/;
/** Bounds of a scan: files looked at, and bytes of each; sources are small, bundles are not. */
const MAX_FILES = 3000;
const MAX_BYTES = 300_000;
/** Files read at a time: the scan must not get in the way of the window opening. */
const BATCH = 16;
const SCAN_DELAY_MS = 500;

/** Keeps `gradientLens.modelFiles`. */
export class ModelIndex implements vscode.Disposable {
  private readonly models = new Set<string>();
  private readonly subscriptions: vscode.Disposable[] = [];
  private readonly timer: NodeJS.Timeout;
  private disposed = false;

  constructor(private readonly log: vscode.LogOutputChannel) {
    this.timer = setTimeout(() => void this.scan(), SCAN_DELAY_MS);
    const watcher = vscode.workspace.createFileSystemWatcher(PATTERN);
    this.subscriptions.push(
      watcher,
      watcher.onDidCreate((uri) => void this.look(uri)),
      watcher.onDidChange((uri) => void this.look(uri)),
      watcher.onDidDelete((uri) => this.note(uri, false)),
      vscode.workspace.onDidOpenTextDocument((document) => this.lookAtText(document)),
      vscode.workspace.onDidSaveTextDocument((document) => this.lookAtText(document)),
      vscode.workspace.onDidChangeWorkspaceFolders(() => void this.scan()),
    );
    vscode.workspace.textDocuments.forEach((document) => this.lookAtText(document));
  }

  /** Paths of the files that use tfjs. */
  get files(): readonly string[] {
    return [...this.models];
  }

  dispose(): void {
    this.disposed = true;
    clearTimeout(this.timer);
    vscode.Disposable.from(...this.subscriptions).dispose();
  }

  private async scan(): Promise<void> {
    try {
      const files = await vscode.workspace.findFiles(PATTERN, EXCLUDED, MAX_FILES);
      for (let i = 0; i < files.length && !this.disposed; i += BATCH) {
        await Promise.all(files.slice(i, i + BATCH).map((uri) => this.look(uri)));
      }
    } catch (error) {
      this.log.warn(`The workspace could not be searched for models: ${String(error)}`);
    }
  }

  private async look(uri: vscode.Uri): Promise<void> {
    if (uri.scheme !== 'file') return;
    if (EXCLUDED_PATH.test(vscode.workspace.asRelativePath(uri, false))) return;
    try {
      const { size } = await vscode.workspace.fs.stat(uri);
      if (size > MAX_BYTES) return;
      const text = new TextDecoder().decode(await vscode.workspace.fs.readFile(uri));
      this.note(uri, recognise(uri.fsPath, text).usesTfjs);
    } catch {
      // Gone in between, or not readable: nothing that could be trained.
      this.note(uri, false);
    }
  }

  private lookAtText(document: vscode.TextDocument): void {
    if (
      document.uri.scheme !== 'file' ||
      !/^(java|type)script(react)?$/.test(document.languageId)
    ) {
      return;
    }
    const text = document.getText();
    if (text.length > MAX_BYTES) return;
    this.note(document.uri, recognise(document.fileName, text).usesTfjs);
  }

  private note(uri: vscode.Uri, isModel: boolean): void {
    if (this.disposed || this.models.has(uri.fsPath) === isModel) return;
    if (isModel) this.models.add(uri.fsPath);
    else this.models.delete(uri.fsPath);
    setContext('gradientLens.modelFiles', [...this.models]);
  }
}
