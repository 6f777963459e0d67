// All that stands around the runs in the editor, apart from the panels: problems, quick fixes, lenses,
// layers beside their source, status bar, notifications.
import * as vscode from 'vscode';
import type { ModelRun } from '../api';
import type { RunRegistry } from '../run/runRegistry';
import { RemedyActions } from './codeActions';
import { TrainCodeLens } from './codeLens';
import type { CurrentRun } from './currentRun';
import { showLayersInSource } from './layers';
import { notifyOfErrors } from './notifications';
import type { Panels } from './panel/panels';
import { Problems } from './problems';
import type { Remedies } from './remedies';
import { StandInOffers } from './standIn';
import { StatusBar } from './statusBar';
import type { TrainedTexts } from './trainedTexts';

/** What the surfaces show. */
export interface Shown {
  registry: RunRegistry<ModelRun>;
  current: CurrentRun;
  panels: Panels;
  remedies: Remedies;
  trained: TrainedTexts;
  /** Where the extension's own files lie. */
  extensionUri: vscode.Uri;
}

/** Shows the runs, until disposed. */
export function showRuns(shown: Shown): vscode.Disposable {
  const { registry, current, panels, remedies, trained, extensionUri } = shown;
  return vscode.Disposable.from(
    new Problems(registry, trained),
    new RemedyActions(remedies),
    new TrainCodeLens(current),
    showLayersInSource(registry, trained, extensionUri),
    new StatusBar(current),
    notifyOfErrors(registry, panels),
    new StandInOffers(registry),
  );
}
