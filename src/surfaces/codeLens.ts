// ▷ Train with Gradient Lens, and Debug, above the model of a file that trains.
import * as vscode from 'vscode';
import type { ModelRun } from '../api';
import { Commands } from '../contributions';
import { recognise } from '../model/recognise';
import { onSettingChange, readSetting } from '../platform/settings';
import { isFinal } from '../shared/core/run';
import type { CurrentRun } from './currentRun';
import { SOURCES } from './layers/selector';

/** Sources longer than this are generated. */
const MAX_CHARACTERS = 300_000;

/** Provides the lens, and Pause, Resume and Stop beside it while the file trains. */
export class TrainCodeLens implements vscode.CodeLensProvider, vscode.Disposable {
  private readonly changed = new vscode.EventEmitter<void>();
  private readonly subscriptions: vscode.Disposable[];
  private lastState = '';

  constructor(private readonly current: CurrentRun) {
    this.subscriptions = [
      vscode.languages.registerCodeLensProvider(SOURCES, this),
      onSettingChange('codeLens.enabled', () => this.changed.fire()),
      vscode.workspace.onDidGrantWorkspaceTrust(() => this.changed.fire()),
      current.onDidChange((run) => this.follow(run)),
    ];
  }

  get onDidChangeCodeLenses(): vscode.Event<void> {
    return this.changed.event;
  }

  provideCodeLenses(document: vscode.TextDocument): vscode.CodeLens[] {
    if (!vscode.workspace.isTrusted || !readSetting('codeLens.enabled', document.uri)) return [];
    const text = document.getText();
    if (text.length > MAX_CHARACTERS) return [];
    const found = recognise(document.fileName, text);
    if (!found.trains) return [];
    const range = new vscode.Range(found.anchorLine - 1, 0, found.anchorLine - 1, 0);
    const lens = (title: string, command: string, ...args: unknown[]) =>
      new vscode.CodeLens(range, { title, command, arguments: args });
    const run = this.current.value;
    if (!run || isFinal(run.state) || run.model.toString() !== document.uri.toString()) {
      return [
        lens('$(play) Train with Gradient Lens', Commands.train, document.uri),
        lens('$(debug) Debug', Commands.debugTraining, document.uri),
      ];
    }
    const held = run.state === 'paused';
    return [
      lens('$(graph) Training', Commands.showPanel, run.id),
      ...(held ? [lens('$(debug-continue) Resume', Commands.resume, run.id)] : []),
      ...(!held && run.pausable ? [lens('$(debug-pause) Pause', Commands.pause, run.id)] : []),
      lens('$(debug-stop) Stop', Commands.stop, run.id),
    ];
  }

  dispose(): void {
    vscode.Disposable.from(...this.subscriptions).dispose();
    this.changed.dispose();
  }

  /** Lenses depend on the state only: not refreshed with every step. */
  private follow(run: ModelRun | undefined): void {
    const state = run ? `${run.id} ${run.state} ${String(run.pausable)}` : '';
    if (state === this.lastState) return;
    this.lastState = state;
    this.changed.fire();
  }
}
