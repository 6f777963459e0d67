// The Problems view: findings and errors of the newest run of each model, on the lines they are about.
// A file that is edited keeps the entries of untouched lines (they move along) and gets no new ones:
// what the run says is about the text that it was started with. When the edits are undone, all come back.
import * as vscode from 'vscode';
import type { ModelRun } from '../api';
import { DISPLAY_NAME } from '../contributions';
import { onSettingChange, readSetting } from '../platform/settings';
import type { RunRegistry } from '../run/runRegistry';
import { isTrial } from '../trial';
import { RULE_IDS, type Severity } from '../shared/core/finding';
import type { SourceLocation } from '../shared/core/run';
import { lineAfterEdit, problemEntries, type ProblemEntry } from './problemEntries';
import { explainLink } from './rulePages';
import type { TrainedTexts } from './trainedTexts';

const SEVERITIES: Record<Severity, vscode.DiagnosticSeverity> = {
  error: vscode.DiagnosticSeverity.Error,
  warning: vscode.DiagnosticSeverity.Warning,
  information: vscode.DiagnosticSeverity.Information,
};
/** True for the code of a finding; an error of the run has no page. */
const isRule = (code: string): boolean => RULE_IDS.some((id) => id === code);

/** Milliseconds between two refreshes: findings change their numbers with every step. */
const INTERVAL_MS = 250;
/** Beyond the end of any line; VS Code cuts it there. */
const LINE_END = 10_000;

/** The whole line, so that the light bulb is there wherever in it the cursor stands. */
function rangeOf({ file, line, column }: SourceLocation): vscode.Range {
  const path = vscode.Uri.file(file).fsPath;
  const open = vscode.workspace.textDocuments.find((document) => document.uri.fsPath === path);
  const at = Math.max(0, line - 1);
  if (!open || at >= open.lineCount) {
    return new vscode.Range(at, Math.max(0, column - 1), at, LINE_END);
  }
  const { firstNonWhitespaceCharacterIndex, range } = open.lineAt(at);
  return range.with(range.start.with({ character: firstNonWhitespaceCharacterIndex }));
}

function toDiagnostic(entry: ProblemEntry): vscode.Diagnostic {
  const { location, message, severity, code, related } = entry;
  const diagnostic = new vscode.Diagnostic(rangeOf(location), message, SEVERITIES[severity]);
  diagnostic.source = DISPLAY_NAME;
  diagnostic.code = isRule(code) ? { value: code, target: explainLink(code) } : code;
  diagnostic.relatedInformation = related.map(
    (other) =>
      new vscode.DiagnosticRelatedInformation(
        new vscode.Location(vscode.Uri.file(other.location.file), rangeOf(other.location)),
        other.message,
      ),
  );
  return diagnostic;
}

/** The entries of one model's newest run. */
class RunProblems {
  /** Files edited since the run began. */
  private readonly edited = new Set<string>();
  private timer: NodeJS.Timeout | undefined;
  private readonly subscriptions: { dispose(): void }[];

  constructor(
    readonly run: ModelRun,
    private readonly collection: vscode.DiagnosticCollection,
    private readonly trained: TrainedTexts,
  ) {
    this.subscriptions = [run.onDidChangeFindings(() => this.schedule())];
    void run.finished.then(() => this.refresh());
  }

  dispose(): void {
    clearTimeout(this.timer);
    for (const subscription of this.subscriptions) subscription.dispose();
    this.collection.dispose();
  }

  refresh(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    const byFile = new Map<string, vscode.Diagnostic[]>();
    // What a log's findings are about is in no source that is known.
    const isLog = this.run.info.origin === 'log';
    if (!isLog && readSetting('problems.enabled', this.run.model)) {
      for (const entry of problemEntries(this.run, this.run.model.fsPath)) {
        const key = vscode.Uri.file(entry.location.file).toString();
        byFile.set(key, [...(byFile.get(key) ?? []), toDiagnostic(entry)]);
      }
    }
    const shown: string[] = [];
    this.collection.forEach((uri) => shown.push(uri.toString()));
    for (const key of new Set([...shown, ...byFile.keys()])) {
      if (this.edited.has(key)) continue;
      this.collection.set(vscode.Uri.parse(key), byFile.get(key));
    }
  }

  /** Entries of untouched lines move along with an edit; those of touched lines go. */
  follow(event: vscode.TextDocumentChangeEvent): void {
    const { uri } = event.document;
    const known = this.collection.get(uri);
    if (event.contentChanges.length === 0) return;
    if (this.trained.isShownBy(this.run, event.document)) {
      if (this.edited.delete(uri.toString())) this.refresh();
      return;
    }
    this.edited.add(uri.toString());
    if (!known || known.length === 0) return;
    let kept: readonly vscode.Diagnostic[] = known;
    for (const { range, text } of event.contentChanges) {
      const edit = {
        startLine: range.start.line,
        endLine: range.end.line,
        newLines: text.split('\n').length - 1,
      };
      kept = kept.flatMap((diagnostic) => {
        const { start, end } = diagnostic.range;
        const line = lineAfterEdit(start.line, edit);
        if (line === undefined) return [];
        diagnostic.range = new vscode.Range(line, start.character, line, end.character);
        return [diagnostic];
      });
    }
    this.collection.set(uri, kept);
  }

  private schedule(): void {
    this.timer ??= setTimeout(() => this.refresh(), INTERVAL_MS);
  }
}

/** Shows the problems of runs. */
export class Problems implements vscode.Disposable {
  private readonly byModel = new Map<string, RunProblems>();
  private readonly subscriptions: { dispose(): void }[];

  constructor(
    registry: RunRegistry<ModelRun>,
    private readonly trained: TrainedTexts,
  ) {
    this.subscriptions = [
      registry.onDidStartRun((run) => this.begin(run)),
      vscode.workspace.onDidChangeTextDocument((event) => {
        for (const problems of this.byModel.values()) problems.follow(event);
      }),
      onSettingChange('problems.enabled', () => {
        for (const problems of this.byModel.values()) problems.refresh();
      }),
    ];
  }

  dispose(): void {
    for (const subscription of this.subscriptions) subscription.dispose();
    for (const problems of this.byModel.values()) problems.dispose();
    this.byModel.clear();
  }

  private begin(run: ModelRun): void {
    if (isTrial(run)) return;
    const key = run.model.toString();
    this.byModel.get(key)?.dispose();
    const collection = vscode.languages.createDiagnosticCollection(`gradient-lens ${run.id}`);
    this.byModel.set(key, new RunProblems(run, collection, this.trained));
  }
}
