// Makes the parts of the extension and ties them together.
import * as vscode from 'vscode';
import type { ModelRun } from './api';
import { registerCommands, runCommand } from './commands';
import { applyChange } from './commands/applyRemedy';
import { pickRuns } from './commands/chosenRuns';
import { exportPicture } from './commands/exportPicture';
import { followLog } from './commands/openLogs';
import { panelAction, runRemedy } from './commands/panelAction';
import type { CommandContext } from './commands/context';
import { DISPLAY_NAME } from './contributions';
import { TrainingDebugger } from './debug/editor';
import { JsDebug } from './jsDebug';
import { EsbuildService } from './model/esbuildLoader';
import { BackendChoices } from './platform/backendChoices';
import { FollowedLogs } from './platform/followedLogs';
import { FixesService } from './platform/fixesService';
import { KeptCheckpoints } from './platform/keptCheckpoints';
import { KeptRuns } from './platform/keptRuns';
import { ModelIndex } from './platform/modelIndex';
import { NodeTerminals } from './platform/nodeTerminals';
import { RunRegistry } from './run/runRegistry';
import { showRuns } from './surfaces';
import { showRunLists } from './surfaces/runLists';
import { CurrentRun } from './surfaces/currentRun';
import { Experiments } from './surfaces/experiments';
import { Panels } from './surfaces/panel/panels';
import { Remedies } from './surfaces/remedies';
import { revealSource } from './surfaces/reveal';
import { TrainedTexts } from './surfaces/trainedTexts';
import { UserConsole } from './surfaces/userConsole';
import { Trainer } from './trainer';

/** What the extension is made of, as far as its entry needs it. */
export interface Parts {
  registry: RunRegistry<ModelRun>;
  trainer: Trainer;
  /** What goes with the extension. */
  disposables: readonly vscode.Disposable[];
  /** Trains what a window was opened for. */
  train(model: vscode.Uri): void;
  /** Writes what is still to be written. Never rejects. */
  close(): Promise<unknown>;
}

/** Makes and ties the parts. They work until disposed. */
export function wire(context: vscode.ExtensionContext, log: vscode.LogOutputChannel): Parts {
  const { extensionUri } = context;
  const registry = new RunRegistry<ModelRun>((error) => log.error(String(error)));
  const tell = (message: string) => {
    log.warn(message);
    void vscode.window.showErrorMessage(`${DISPLAY_NAME}: ${message}`);
  };
  const esbuild = new EsbuildService(extensionUri.fsPath);
  const kept: KeptRuns = new KeptRuns({
    ...{ globalFolder: context.globalStorageUri.fsPath, log },
    isShown: (id) => panels.shows(id),
  });
  const checkpoints = new KeptCheckpoints({
    folderOf: (id) => kept.folderOf(id),
    onTrouble: (message) => log.warn(message),
  });
  const followedLogs = new FollowedLogs(context.workspaceState);
  const panels = new Panels({
    extensionUri,
    action: (run, action) => void panelAction(commandContext, run, action),
    reveal: (run, target) => {
      revealSource(run, target).catch((error: unknown) => log.warn(String(error)));
    },
    remedy: (run, asked) => void runRemedy(commandContext, run, asked),
    explain: (rule) => void runCommand('explainRule', commandContext, rule),
    picture: (run, picture) => void exportPicture(commandContext, run, picture),
    look: (run, step) => training.look(registry.byId(run.id), step),
    trouble: (message) => log.warn(message),
    findRun: (id) => kept.find(id),
    findLog: (id) => {
      const found = followedLogs.find(id);
      if (!found) return undefined;
      const { folder, title } = found;
      return { folder, follow: () => followLog(commandContext, folder, title, false) };
    },
  });
  const current = new CurrentRun(registry, panels.onDidActivate);
  const terminals = new NodeTerminals();
  const console = new UserConsole(log);
  const trainer = new Trainer({
    ...{ esbuild, terminals, dist: vscode.Uri.joinPath(extensionUri, 'dist').fsPath },
    registry,
    panels,
    kept,
    choices: new BackendChoices(context.globalState),
    ...{ console, log, checkpoints },
  });
  const told = { trainer, log, tell, extensionUri };
  const jsDebug = new JsDebug({ ...told, esbuild });
  const index = new ModelIndex(log);
  const training: TrainingDebugger = new TrainingDebugger({ ...told, console, index, jsDebug });
  const trained = new TrainedTexts(registry);
  const fixes = new FixesService(extensionUri.fsPath);
  const remedies = new Remedies(registry, trained, fixes);
  const shown = { registry, current, panels, remedies, trained, extensionUri };
  const { lists, ...listed } = showRunLists({
    ...{ registry, log, extensionUri, memory: context.workspaceState, pick: pickRuns },
    ...{ catalogue: kept.catalogue, written: (id) => kept.written(id) },
    open: (run) => void runCommand('openRun', commandContext, run),
  });
  const experiments = new Experiments({
    ...{ ...told, registry, fixes: () => fixes.get() },
    apply: (change) => applyChange(remedies, change),
    command: (verb, argument) => void runCommand(verb, commandContext, argument),
  });
  const commandContext: CommandContext = {
    ...{ ...shown, ...told, ...listed, followedLogs, experiments, terminals, jsDebug, training },
  };
  return {
    ...{ registry, trainer },
    disposables: [
      ...[log, panels, registry, current, console, jsDebug, index, training, trained],
      registerCommands(commandContext),
      ...[remedies, lists, experiments],
      showRuns(shown),
    ],
    train: (model) => void runCommand('train', commandContext, model),
    close: () => Promise.allSettled([checkpoints.close(), kept.close(), esbuild.dispose()]),
  };
}
