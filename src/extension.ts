// Entry of the extension: wires the parts.
import * as vscode from 'vscode';
import { publicApi, type GradientLensApi, type ModelRun } from './api';
import { registerCommands, runCommand } from './commands';
import { panelAction, runRemedy } from './commands/panelAction';
import type { CommandContext } from './commands/context';
import { DISPLAY_NAME } from './contributions';
import { EsbuildService } from './model/esbuildLoader';
import { BackendChoices } from './platform/backendChoices';
import { FixesService } from './platform/fixesService';
import { KeptRuns } from './platform/keptRuns';
import { ModelIndex } from './platform/modelIndex';
import { RunRegistry } from './run/runRegistry';
import { RemedyActions } from './surfaces/codeActions';
import { TrainCodeLens } from './surfaces/codeLens';
import { CurrentRun } from './surfaces/currentRun';
import { showLayersInSource } from './surfaces/layers';
import { notifyOfErrors } from './surfaces/notifications';
import { Panels } from './surfaces/panel/panels';
import { Problems } from './surfaces/problems';
import { Remedies } from './surfaces/remedies';
import { revealSource } from './surfaces/reveal';
import { StatusBar } from './surfaces/statusBar';
import { UserConsole } from './surfaces/userConsole';
import { Trainer } from './trainer';

let closing: (() => Promise<unknown>) | undefined;

/** Name of the measure of {@link activate} in the extension host's performance timeline. */
const ACTIVATION = 'gradientLens.activate';

export function activate(context: vscode.ExtensionContext): GradientLensApi {
  const start = performance.now();
  const { extensionUri, subscriptions } = context;
  const log = vscode.window.createOutputChannel(DISPLAY_NAME, { log: true });
  const registry = new RunRegistry<ModelRun>((error) => log.error(String(error)));
  const tell = (message: string) => {
    log.warn(message);
    void vscode.window.showErrorMessage(`${DISPLAY_NAME}: ${message}`);
  };
  const esbuild = new EsbuildService(extensionUri.fsPath);
  const kept = new KeptRuns(context.globalStorageUri.fsPath, log);
  closing = () => Promise.allSettled([kept.close(), esbuild.dispose()]);
  const panels = new Panels({
    extensionUri,
    action: (run, action) => void panelAction(commandContext, run, action),
    reveal: (run, target) => {
      revealSource(run, target).catch((error: unknown) => log.warn(String(error)));
    },
    remedy: (run, asked) => void runRemedy(commandContext, run, asked),
    explain: (rule) => void runCommand('explainRule', commandContext, rule),
    trouble: (message) => log.warn(message),
    findRun: (id) => kept.find(id),
  });
  const current = new CurrentRun(registry, panels.onDidActivate);
  const trainer = new Trainer({
    esbuild,
    registry,
    panels,
    kept,
    choices: new BackendChoices(context.globalState),
    console: new UserConsole(log),
    log,
  });
  const remedies = new Remedies(registry, new FixesService(extensionUri.fsPath));
  const commandContext: CommandContext = {
    ...{ trainer, current, panels, registry, remedies, log, tell, extensionUri },
  };
  subscriptions.push(
    log,
    panels,
    registry,
    current,
    registerCommands(commandContext),
    new ModelIndex(log),
    new Problems(registry),
    remedies,
    new RemedyActions(remedies),
    new TrainCodeLens(current),
    showLayersInSource(registry, extensionUri),
    new StatusBar(current),
    notifyOfErrors(registry, panels),
  );

  trainAtStart(context.globalState, (model) => void runCommand('train', commandContext, model));
  const { duration } = performance.measure(ACTIVATION, { start });
  log.debug(`Activated in ${duration.toFixed(1)} ms`);
  return publicApi(registry, (model, options) => trainer.train(model, options));
}

/**
 * `npm start` names a model to train in the environment, with an id of the start: a window that is
 * reloaded lives in the same environment, and shows the run that it had instead of another one.
 */
function trainAtStart(state: vscode.Memento, train: (model: vscode.Uri) => void): void {
  const { GRADIENT_LENS_TRAIN: file, GRADIENT_LENS_START: id = '' } = process.env;
  if (!file || state.get('lastStart') === id) return;
  void state.update('lastStart', id);
  train(vscode.Uri.file(file));
}

export async function deactivate(): Promise<void> {
  await closing?.();
}
