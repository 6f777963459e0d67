// Entry of the extension: wires the parts.
import * as vscode from 'vscode';
import { publicRun, type GradientLensApi, type ModelRun } from './api';
import { registerCommands, runCommand } from './commands';
import type { CommandContext } from './commands/context';
import { DISPLAY_NAME } from './contributions';
import { EsbuildService } from './model/esbuildLoader';
import { ModelIndex } from './platform/modelIndex';
import { RunRegistry } from './run/runRegistry';
import { TrainCodeLens } from './surfaces/codeLens';
import { CurrentRun } from './surfaces/currentRun';
import { notifyOfErrors } from './surfaces/notifications';
import { Panels } from './surfaces/panel/panels';
import { Problems } from './surfaces/problems';
import { revealSource } from './surfaces/reveal';
import { StatusBar } from './surfaces/statusBar';
import { UserConsole } from './surfaces/userConsole';
import { Trainer } from './trainer';

let esbuild: EsbuildService | undefined;

export function activate(context: vscode.ExtensionContext): GradientLensApi {
  const { extensionUri, subscriptions } = context;
  const log = vscode.window.createOutputChannel(DISPLAY_NAME, { log: true });
  const registry = new RunRegistry<ModelRun>((error) => log.error(String(error)));
  esbuild = new EsbuildService(extensionUri.fsPath);
  const panels = new Panels({
    extensionUri,
    action: (run, action) => void runCommand(action, commandContext, run.id),
    reveal: (run, target) => {
      revealSource(run, target).catch((error: unknown) => log.warn(String(error)));
    },
    trouble: (message) => log.warn(message),
    findRun: (id) => Promise.resolve(registry.byId(id)),
  });
  const current = new CurrentRun(registry, panels.onDidActivate);
  const trainer = new Trainer({ esbuild, registry, panels, console: new UserConsole(log), log });
  const commandContext: CommandContext = { trainer, current, panels, log };
  subscriptions.push(
    log,
    panels,
    registry,
    current,
    registerCommands(commandContext),
    new ModelIndex(log),
    new Problems(registry),
    new TrainCodeLens(current),
    new StatusBar(current),
    notifyOfErrors(registry, panels),
  );

  const started = new vscode.EventEmitter<ReturnType<typeof publicRun>>();
  subscriptions.push(
    started,
    registry.onDidStartRun((run) => started.fire(publicRun(run))),
  );
  const trainFirst = process.env['GRADIENT_LENS_TRAIN'];
  if (trainFirst) void runCommand('train', commandContext, vscode.Uri.file(trainFirst));
  return {
    version: 1,
    train: async (model, options) => publicRun(await trainer.train(model, options)),
    get runs() {
      return registry.runs.map(publicRun);
    },
    onDidStartRun: started.event,
  };
}

export async function deactivate(): Promise<void> {
  await esbuild?.dispose();
}
