// ▷ Run Experiment, above an experiment file.
import * as vscode from 'vscode';
import { Commands } from '../../contributions';
import { readSetting } from '../../platform/settings';

/** Experiment files, wherever they lie; also one that is not saved yet. */
export const EXPERIMENT_FILES: vscode.DocumentSelector = [
  { scheme: 'file', pattern: '**/*.experiment.json' },
];

/** Provides the lens. */
export class ExperimentLens implements vscode.CodeLensProvider {
  provideCodeLenses({ uri }: vscode.TextDocument): vscode.CodeLens[] {
    if (!vscode.workspace.isTrusted || !readSetting('codeLens.enabled', uri)) return [];
    const range = new vscode.Range(0, 0, 0, 0);
    const lens = { title: '$(play) Run Experiment', command: Commands.runExperiment };
    return [new vscode.CodeLens(range, { ...lens, arguments: [uri] })];
  }
}
