// Entry of the extension.
import * as vscode from 'vscode';
import { publicApi, type GradientLensApi } from './api';
import { DISPLAY_NAME } from './contributions';
import { trainAtStart } from './platform/trainAtStart';
import { wire, type Parts } from './wiring';

let parts: Parts | undefined;

/** Name of the measure of {@link activate} in the extension host's performance timeline. */
const ACTIVATION = 'gradientLens.activate';

export function activate(context: vscode.ExtensionContext): GradientLensApi {
  const start = performance.now();
  const log = vscode.window.createOutputChannel(DISPLAY_NAME, { log: true });
  const made = wire(context, log);
  parts = made;
  context.subscriptions.push(...made.disposables);
  trainAtStart(context.globalState, (model) => made.train(model));
  const { duration } = performance.measure(ACTIVATION, { start });
  log.debug(`Activated in ${duration.toFixed(1)} ms`);
  return publicApi(made.registry, (model, options) => made.trainer.train(model, options));
}

export async function deactivate(): Promise<void> {
  await parts?.close();
}
