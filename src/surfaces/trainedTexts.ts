// The texts that runs were started with: what a run says of a line is about that text. Kept for the
// newest run of each model.
import { readFileSync } from 'node:fs';
import * as vscode from 'vscode';
import type { ModelRun } from '../api';
import { forwardSlashes } from '../model/sourceMap';
import type { RunRegistry } from '../run/runRegistry';
import { isTrial } from '../trial';

/** What an editor shows of a file, else what is on disk; undefined where there is neither. */
export function textNow(file: string): string | undefined {
  const { fsPath } = vscode.Uri.file(file);
  const open = vscode.workspace.textDocuments.find(
    ({ uri }) => uri.scheme === 'file' && uri.fsPath === fsPath,
  );
  if (open) return open.getText();
  try {
    return readFileSync(fsPath, 'utf8');
  } catch {
    return undefined;
  }
}

/** One run's texts, by path as its layers name it. */
class RunTexts {
  private readonly texts = new Map<string, string | undefined>();
  private readonly subscription: { dispose(): void };

  constructor(readonly run: ModelRun) {
    this.subscription = run.onDidChange(() => this.note());
    this.note();
  }

  get(file: string): string | undefined {
    return this.texts.get(file);
  }

  dispose(): void {
    this.subscription.dispose();
  }

  /** Helpers are known when their layers are: soon after the start. */
  private note(): void {
    this.keep(forwardSlashes(this.run.model.fsPath));
    for (const { location } of this.run.layers) if (location) this.keep(location.file);
  }

  private keep(file: string): void {
    if (!this.texts.has(file)) this.texts.set(file, textNow(file));
  }
}

/** Keeps the texts of runs as they start. */
export class TrainedTexts implements vscode.Disposable {
  private readonly byModel = new Map<string, RunTexts>();
  private readonly subscription: { dispose(): void };

  constructor(registry: RunRegistry<ModelRun>) {
    this.subscription = registry.onDidStartRun((run) => this.begin(run));
  }

  /** The text of a file when `run` began; undefined for runs that are not the newest of their model. */
  of(run: ModelRun, file: string): string | undefined {
    const kept = this.byModel.get(run.model.toString());
    return kept?.run === run ? kept.get(file) : undefined;
  }

  /** True where a document has the text again that `run` began with. Other documents are not read. */
  isShownBy(run: ModelRun, document: vscode.TextDocument): boolean {
    const text = this.of(run, forwardSlashes(document.uri.fsPath));
    return text !== undefined && text === document.getText();
  }

  dispose(): void {
    this.subscription.dispose();
    for (const texts of this.byModel.values()) texts.dispose();
    this.byModel.clear();
  }

  private begin(run: ModelRun): void {
    if (isTrial(run)) return;
    const key = run.model.toString();
    this.byModel.get(key)?.dispose();
    this.byModel.set(key, new RunTexts(run));
  }
}
